// Where a rehearsal works: databases and packs that are nobody's memory, in a directory that is gone afterwards.
import { join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Marks, Shelf } from '../features/sync/engine.ts';
import { freeBytes, ownDirectory } from '../platform/files.ts';
import { packFiles } from '../platform/pack-files.ts';
import { removeTree } from '../platform/temporary.ts';
import type { Store } from '../store/store.ts';
import type { Projects } from './projects.ts';

export class Scratch {
  readonly #directory: string;
  readonly #projects: Pick<Projects, 'openScratch'>;
  #packs: ReturnType<typeof packFiles> | undefined;

  /** directory: of ours alone; what a rehearsal that was killed has left there is removed. */
  constructor(directory: string, projects: Pick<Projects, 'openScratch'>) {
    this.#directory = directory;
    this.#projects = projects;
    removeTree(directory);
    ownDirectory(directory);
  }

  /** Where remotes work for the moment: nothing of what others have fetched is used. */
  get desks(): string {
    return join(this.#directory, 'remotes');
  }

  /** Packs that were got, and no others. */
  get shelf(): Shelf {
    const packs = () => (this.#packs ??= packFiles(this.#packsPlace));
    return {
      read: (key) => packs().read(key),
      write: (key, bytes) => packs().write(key, bytes),
      remove: (key) => packs().remove(key),
    };
  }

  /** Nothing is sent, so nothing is marked as sent. */
  get marks(): Marks {
    return { get: () => 0, raise: () => undefined };
  }

  /** Throws disk/full when there is no room for a database of this size beside everything else. */
  requireRoom(bytes: number): void {
    // rows, search, and the packs they come from
    if (freeBytes(this.#directory) >= 2 * bytes + limits.diskLowBytes) return;
    throw new PrsistError('disk/full', 'there is no room to rebuild a database beside the one in use');
  }

  /** An empty database for the time of some work, gone with its packs afterwards. projectId: null, one as that of the user. */
  async with<T>(projectId: string | null, work: (store: Store) => Promise<T>): Promise<T> {
    const place = join(this.#directory, projectId ?? 'user');
    ownDirectory(place);
    const store = this.#projects.openScratch(join(place, projectId === null ? 'user.db' : 'memory.db'), projectId);
    try {
      return await work(store);
    } finally {
      store.abandon();
      removeTree(place);
      this.dropPacks();
    }
  }

  dropPacks(): void {
    removeTree(this.#packsPlace);
    this.#packs = undefined;
  }

  remove(): void {
    removeTree(this.#directory);
  }

  get #packsPlace(): string {
    return join(this.#directory, 'packs');
  }
}
