// One run against one remote: what push and pull share.
import { type ErrorCode, errorTable, PrsistError } from '../../core/errors.ts';
import { sha256Hex } from '../../core/ids.ts';
import { allChains, type HeldChain } from '../../store/branches.ts';
import type { Store } from '../../store/store.ts';
import { noProject } from './names.ts';
import type { Progress, SyncParts } from './ports.ts';
import { allPacks, dropPin, type PackRow, type Pin, type PinKind, pin, pinsOf, setPin } from './queries.ts';
import { Remembered } from './remembered.ts';
import type { Listed, ObjectResult } from './remote.ts';
import { Findings } from './report.ts';

/** A database that takes part, with the ids under which its packs lie: the first is the one new packs get. */
export interface Place {
  readonly ids: readonly [string, ...string[]];
  readonly use: <T>(work: (store: Store) => Promise<T>) => Promise<T>;
}

/** More names than any workspace has; a remote that lists more is not believed. */
const mostNames = 1_000_000;

export class Run {
  readonly parts: SyncParts;
  readonly findings = new Findings();
  /** Devices of whose packs something could not be taken: they are looked at again, whatever they announce. */
  readonly incomplete = new Set<string>();
  readonly places: readonly Place[];
  readonly #chains = new Remembered<readonly HeldChain[]>(({ statements }) =>
    allChains(statements, this.parts.keys.ws),
  );
  readonly #packs = new Remembered<readonly PackRow[]>(({ read }) => read.all(allPacks, {}));

  constructor(parts: SyncParts) {
    this.parts = parts;
    const user: Place = { ids: [noProject], use: (work) => work(parts.user) };
    this.places = [
      user,
      ...parts.projects.map(({ project, aliases = [], use }): Place => ({ ids: [project, ...aliases], use })),
    ];
  }

  /** Every log of the workspace in a database, as far as it is held there. */
  chains(store: Store): readonly HeldChain[] {
    return this.#chains.of(store);
  }

  /** Every pack that is noted in a database, by log and range. */
  packs(store: Store): readonly PackRow[] {
    return this.#packs.of(store);
  }

  /** Throws when the run was called off. */
  goOn(): void {
    this.parts.signal.throwIfAborted();
  }

  tell(progress: Progress): void {
    this.parts.progress?.(progress);
  }

  async list(prefix: string): Promise<Listed[]> {
    const { remote, signal } = this.parts;
    const all: Listed[] = [];
    for await (const listed of remote.list(prefix, signal)) {
      all.push(listed);
      if (all.length > mostNames)
        throw new PrsistError('remote/tampered', `the remote lists more than ${mostNames} objects`);
    }
    return all;
  }

  /** Bytes of a small object; undefined when it is not there or cannot be had. */
  async small(name: string): Promise<Buffer | undefined> {
    let bytes: Buffer | undefined;
    const keep = (_: string, got: Uint8Array) => {
      bytes = Buffer.from(got);
    };
    await this.parts.remote.get([name], keep, this.parts.signal);
    return bytes;
  }

  pin(store: Store, kind: PinKind, id: string): Pin | undefined {
    return store.read.one(pin, { remote_id: this.parts.remoteId, kind, id });
  }

  pins(store: Store, kind: PinKind): Pin[] {
    return store.read.all(pinsOf, { remote_id: this.parts.remoteId, kind });
  }

  setPin(tx: Pick<Store['outside'], 'run'>, kind: PinKind, { id, n, value }: Pin): void {
    tx.run(setPin, { remote_id: this.parts.remoteId, kind, id, n, value });
  }

  dropPin(tx: Pick<Store['outside'], 'run'>, kind: PinKind, id: string): void {
    tx.run(dropPin, { remote_id: this.parts.remoteId, kind, id });
  }
}

/** Where a pack's bytes stand on the shelf: never by the name a remote gave it. */
export function shelfKey(name: string): string {
  return `${sha256Hex(name).slice(0, 32)}.pack`;
}

/** The first thing a remote failed at, as an error; results of single objects that are fine are passed over. */
export function requireDone(results: readonly ObjectResult[]): void {
  const failed = results.find((each) => each.is === 'failed');
  if (failed?.is !== 'failed') return;
  const known = Object.hasOwn(errorTable, failed.code);
  // the lookup above is the reason for the cast
  const code = known ? (failed.code as ErrorCode) : 'remote/tampered';
  const why = failed.why.replaceAll(`${failed.name}: `, '');
  throw new PrsistError(code, ofAll.has(code) ? why : `${failed.name}: ${why}`);
}

/** What is so for the whole remote, whichever object met it. */
const ofAll: ReadonlySet<ErrorCode> = new Set(['remote/offline', 'remote/auth', 'remote/full', 'remote/read-only']);
