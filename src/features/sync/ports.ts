// What the engine of synchronisation is handed: nothing else of the world reaches it.
import type { Store } from '../../store/store.ts';
import type { PackKeys } from './keys.ts';
import type { Remote } from './remote.ts';

/** Bytes of packs by key: of own ones, of those that were got and are not applied yet, and of others as long as there is room. */
export interface Shelf {
  read(key: string): Uint8Array | undefined;
  /** On disk when it returns. */
  write(key: string, bytes: Uint8Array): void;
  remove(key: string): void;
}

/** The last sequence number of each own log that may have left this machine, kept apart from the databases. */
export interface Marks {
  get(log: string): number;
  /** On disk when it returns. */
  raise(marks: Readonly<Record<string, number>>): void;
}

export interface SyncedProject {
  readonly project: string;
  /** Further ids under which packs of it lie: of projects that were joined into it. */
  readonly aliases?: readonly string[];
  /** Its database, open as long as the work goes on. */
  readonly use: <T>(work: (store: Store) => Promise<T>) => Promise<T>;
}

export interface Progress {
  readonly doing: 'listing' | 'packing' | 'sending' | 'getting' | 'applying';
  /** Packs and bytes so far, and how many there are. */
  readonly done: number;
  readonly of: number;
  readonly bytes: number;
}

export interface SyncParts {
  readonly remote: Remote;
  /** Id of the remote in the list of this device. */
  readonly remoteId: string;
  readonly keys: PackKeys;
  /** The user database, which travels as well. */
  readonly user: Store;
  /** Projects of this device; only these are read. */
  readonly projects: readonly SyncedProject[];
  readonly shelf: Shelf;
  readonly marks: Marks;
  /** Version of this program, as packs tell it. */
  readonly writer: string;
  readonly clock: () => number;
  readonly monotonic: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly failpoint: (name: string) => void;
  /** Called before what was erased elsewhere goes from a database, null: the user's; what lies outside of it follows. */
  readonly erasing?: (project: string | null) => void;
  /** Whether nobody asks for anything: slices are longer then. Somebody may when absent. */
  readonly isQuiet?: () => boolean;
  /** Lets others have their turn. */
  readonly breathe: () => Promise<void>;
  readonly signal: AbortSignal;
  readonly progress?: (now: Progress) => void;
  /** Whether large texts come along; all when absent. */
  readonly texts?: 'all' | 'none';
  /** Everything is listed and looked at, not only what announcements name. */
  readonly full?: boolean;
  /** What is otherwise done now and then is done now: small packs are joined, a snapshot is made where there are records enough. */
  readonly tidy?: boolean;
  /** From how many records on a project has snapshots, and how far the newest may be behind; 'none': neither made nor taken. */
  readonly snapshots?: 'none' | { readonly from: number; readonly behind: number };
  /** Names of objects there that are known not to be what they were: own ones are put again. */
  readonly spoilt?: ReadonlySet<string>;
}
