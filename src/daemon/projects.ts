import { join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { uuidV7 } from '../core/ids.ts';
import type { ProjectRef } from '../features/feature.ts';
import { allRoots, firstAuthor, renameSelf, touchProject } from '../features/system/queries.ts';
import {
  findProject,
  type Identity,
  mainRoot,
  movedProject,
  moveRoot,
  projectOfDirectory,
  readIdentity,
  register,
  saveIdentity,
} from '../features/system/registry.ts';
import { ownDirectory } from '../platform/files.ts';
import type { Paths } from '../platform/paths.ts';
import { fileBytes } from '../platform/walk.ts';
import type { Migration } from '../store/migrate.ts';
import type { Projection } from '../store/record-type.ts';
import { recreate } from '../store/recreate.ts';
import { Store, type StoreSettings } from '../store/store.ts';
import type { StoreEvent } from '../store/transaction.ts';
import { quickCheck } from '../store/verify.ts';

export interface ProjectsParts {
  readonly paths: Paths;
  readonly migrations: readonly Migration[];
  readonly projections: readonly Projection[];
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly failpoint: (name: string) => void;
  /** The daemon before this one did not close its databases: each is looked through when it is opened. */
  readonly afterCrash: boolean;
  readonly names: { readonly user: string; readonly device: string };
  readonly bounds?: NonNullable<StoreSettings['bounds']>;
  readonly onCommit: (project: string | null, events: readonly StoreEvent[]) => void;
}

interface Open {
  readonly store: Store;
  usedAt: number;
}

const closeAfterMs = 10 * 60_000;
const touchMs = 60_000;
const personal = 'default';

/** The databases of this person: the user database, always open, and those of projects, opened on demand. */
export class Projects {
  readonly user: Store;
  readonly identity: Identity;
  readonly #parts: ProjectsParts;
  readonly #open = new Map<string, Open>();
  readonly #touched = new Map<string, number>();

  constructor(parts: ProjectsParts) {
    this.#parts = parts;
    const fresh = this.#mint();
    this.user = this.#openStore(parts.paths.userDatabase, null, fresh);
    const known = readIdentity(this.user.read);
    this.identity = { ...(known ?? this.#identityOfLog(fresh)), name: fresh.name };
    if (!known) this.user.maintain((tx) => saveIdentity(tx, this.identity));
    else if (known.name !== fresh.name) this.user.maintain((tx) => tx.run(renameSelf, { name: fresh.name }));
  }

  /** The database of a project, opened if need be. */
  store(projectId: string): Store {
    const now = this.#parts.clock();
    const known = this.#open.get(projectId);
    if (known) {
      known.usedAt = now;
      return known.store;
    }
    const directory = join(this.#parts.paths.projects, projectId);
    ownDirectory(directory);
    const store = this.#openStore(join(directory, 'memory.db'), projectId, this.identity);
    this.#open.set(projectId, { store, usedAt: now });
    return store;
  }

  /** Directories of all projects. */
  roots(): string[] {
    return this.user.read.all(allRoots, {}).map(({ root }) => root);
  }

  /** Projects whose database is open. */
  get openProjects(): string[] {
    return [...this.#open.keys()];
  }

  /**
   * The project a request is about. asked: id, name or absolute directory; undefined is the personal project, made on
   * first use. Throws project/required for a directory that is nobody's, project/not-found for an unknown id or name.
   */
  resolve(asked: string | undefined): ProjectRef {
    if (asked === undefined) return this.#personal();
    const row = findProject(this.user.read, asked, this.#parts.paths.home) ?? this.#moved(asked);
    if (row) return this.ref(row.project_id, row.name);
    if (asked.startsWith('/')) throw new PrsistError('project/required', `${asked} belongs to no project`);
    throw new PrsistError('project/not-found', `no project ${asked}`);
  }

  ref(id: string, name: string): ProjectRef {
    const root = mainRoot(this.user.read, id);
    return { id, name, ...(root === undefined ? {} : { root }) };
  }

  /** The id of the project a directory belongs to; undefined when it is nobody's. */
  ofDirectory(directory: string): string | undefined {
    if (!directory.startsWith('/')) return undefined;
    return projectOfDirectory(this.user.read, directory, this.#parts.paths.home)?.project_id;
  }

  /** Size of a project's database on disk, with its WAL. */
  bytes(projectId: string): number {
    const file = join(this.#parts.paths.projects, projectId, 'memory.db');
    return fileBytes(file) + fileBytes(`${file}-wal`);
  }

  /** Closes databases that nobody asked for lately. */
  closeIdle(): void {
    const before = this.#parts.clock() - closeAfterMs;
    for (const [id, { store, usedAt }] of this.#open) {
      if (usedAt > before) continue;
      this.#open.delete(id);
      store.close();
    }
  }

  /** Gives back what the open databases hold in memory and can read again. */
  shrink(): void {
    for (const store of [this.user, ...[...this.#open.values()].map((open) => open.store)]) store.shrink();
  }

  closeAll(): void {
    for (const { store } of this.#open.values()) store.close();
    this.#open.clear();
    this.user.close();
  }

  /** A project whose directory was moved is entered where it is now. */
  #moved(directory: string): { project_id: string; name: string } | undefined {
    const { home } = this.#parts.paths;
    const moved = directory.startsWith('/') ? movedProject(this.user.read, directory, home) : undefined;
    if (!moved) return undefined;
    this.user.maintain((tx) => moveRoot(tx, moved));
    return findProject(this.user.read, moved.project_id, home);
  }

  #personal(): ProjectRef {
    const row = findProject(this.user.read, personal, this.#parts.paths.home);
    if (row) return this.ref(row.project_id, row.name);
    const project_id = uuidV7(this.#parts.clock(), this.#parts.random(10));
    this.user.maintain((tx) => register(tx, { project_id, name: personal }));
    return { id: project_id, name: personal };
  }

  /** Killed between the first record and the note of who wrote it: the record says it. */
  #identityOfLog(fresh: Identity): Identity {
    const { ws, dev } = this.user.log;
    const user = this.user.read.one(firstAuthor, {})?.user ?? fresh.user;
    return { ...fresh, ws, dev, user };
  }

  /** Notes that a project was worked in, at most once a minute. */
  #touch(project_id: string): void {
    const now = this.#parts.clock();
    if (now - (this.#touched.get(project_id) ?? 0) < touchMs) return;
    this.#touched.set(project_id, now);
    // only for the order of lists: lost in a crash, the next change tells it again
    this.user.write((tx) => tx.run(touchProject, { project_id, now })).catch(() => this.#touched.delete(project_id));
  }

  #mint(): Identity {
    const { clock, random, names } = this.#parts;
    const id = () => uuidV7(clock(), random(10));
    return { ws: id(), dev: id(), user: id(), name: names.user };
  }

  #openStore(file: string, project: string | null, identity: Identity): Store {
    const { migrations, projections, clock, monotonic, random, failpoint, names, bounds, onCommit } = this.#parts;
    const kind = project === null ? 'user' : 'project';
    const store = new Store({
      ...{ file, kind, deviceName: names.device },
      identity: { ws: identity.ws, dev: identity.dev, user: identity.user, project },
      ...{ migrations, clock, monotonic, random, failpoint, ...(bounds ? { bounds } : {}) },
      projections: projections.filter((each) => (each.in ?? kind) === kind),
      onCommit: (events) => {
        if (project !== null) this.#touch(project);
        onCommit(project, events);
      },
    });
    if (!this.#parts.afterCrash) return store;
    const { damage, indexes } = quickCheck(store);
    if (damage === undefined) {
      if (indexes.length > 0) recreate(store, [...new Set(indexes.map(({ table }) => table))]);
      return store;
    }
    store.close();
    throw new PrsistError('store/corrupt', `${file}: ${damage}`);
  }
}
