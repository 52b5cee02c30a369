// What the databases of a person are opened with.
import type { Paths } from '../platform/paths.ts';
import type { Migration } from '../store/migrate.ts';
import type { Connection } from '../store/open.ts';
import type { Projection } from '../store/record-type.ts';
import type { Store, StoreSettings } from '../store/store.ts';
import type { StoreEvent } from '../store/transaction.ts';
import type { Disk } from './disk.ts';

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
  /** A larger one is looked through while it is served; as in limits when absent. */
  readonly checkAsideBytes?: number;
  readonly names: { readonly user: string; readonly device: string };
  readonly bounds?: NonNullable<StoreSettings['bounds']>;
  readonly resolution?: NonNullable<StoreSettings['resolution']>;
  readonly onCommit: (project: string | null, events: readonly StoreEvent[]) => void;
  /** What has to happen around a database that is opened: copies, second copies, what was lost. */
  readonly keeping?: Keeping;
  /** Says when nothing may be written. */
  readonly disk?: Disk;
  /** Before anything is written to a database that was opened: looks whether its log may be written here. */
  readonly bind?: (store: Store) => void;
  /** Has other threads let go of every file, before one is closed. */
  readonly leave?: () => void;
}

export interface Keeping {
  /** Before the first step that changes the schema of a filled database. */
  readonly beforeMigration: (project: string | null, db: Connection, from: number) => void;
  /** The database of a project is not there: puts a copy of it in its place, if there is one. */
  readonly absent: (project: string, file: string) => void;
  /** A project's database was opened. */
  readonly opened: (project: string, store: Store) => void;
}
