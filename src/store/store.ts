import { isPromise } from 'node:util/types';
import { PrsistError } from '../core/errors.ts';
import { type Id, uuidV7 } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { Origin } from '../core/record.ts';
import { insertOwnLog, type OwnLog, readOwnLog, saveOwnLog } from './log.ts';
import { type Migration, migrate, type StoreKind } from './migrate.ts';
import { type Connection, guarded, isStoreFailure, openConnection, storeError } from './open.ts';
import { createProjector, type Projector } from './projector.ts';
import { type Projection, type Read, recordType, type Write } from './record-type.ts';
import { Statements } from './statements.ts';
import { type EngineParts, reader, type StoreEvent, transaction } from './transaction.ts';

export interface StoreSettings {
  readonly file: string;
  readonly kind: StoreKind;
  /** Ids of the workspace, this device and the person; the project's is null for the user database. */
  readonly identity: {
    readonly ws: string;
    readonly dev: string;
    readonly user: string;
    readonly project: string | null;
  };
  readonly deviceName: string;
  readonly migrations: readonly Migration[];
  readonly projections: readonly Projection[];
  readonly clock: () => number;
  /** For durations; nothing is timed when absent. */
  readonly monotonic?: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly failpoint: (name: string) => void;
  /** How many writes share a commit, and how many may wait; as in limits when absent. */
  readonly bounds?: () => { readonly groupCommit: number; readonly queue: number };
  /** After a commit, with what it brought; must not throw. */
  readonly onCommit: (events: readonly StoreEvent[]) => void;
}

interface Waiting {
  readonly work: (tx: Write) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

const logOpen = recordType<{ device: string; project_id: string | null; store: StoreKind }>('log.open', 'grow');

/**
 * One database: its log, its projections, and the one queue through which everything is written.
 * The writes of one tick share a transaction with a savepoint each; a promise resolves after the commit is on disk.
 */
export class Store {
  readonly settings: StoreSettings;
  readonly db: Connection;
  readonly statements: Statements;
  readonly read: Read;
  readonly projector: Projector;
  readonly #parts: EngineParts;
  readonly #writer: ReturnType<typeof transaction>;
  #events: StoreEvent[] = [];
  #waiting: Waiting[] = [];
  #scheduled = false;

  constructor(settings: StoreSettings) {
    this.settings = settings;
    const schema = Math.max(...settings.migrations.map((step) => step.number));
    this.db = openConnection(settings.file, schema);
    this.statements = new Statements(this.db);
    this.projector = createProjector(settings.projections, settings.monotonic);
    this.read = reader(this.statements);
    try {
      migrate(this.db, settings.kind, settings.migrations);
      const { clock, random, failpoint } = settings;
      const own = readOwnLog(this.statements) ?? this.#newLog();
      this.#parts = { statements: this.statements, projector: this.projector, own, clock, random, failpoint };
      this.#writer = transaction(this.#parts, (event) => this.#events.push(event));
      if (own.seq === 0) this.#openLog();
    } catch (error) {
      this.db.close(); // its locks with it: the file can be looked at, and opened again
      throw error;
    }
  }

  /** Runs one write in the next group commit. work: synchronous, from its first read to its last append. */
  write<T>(work: (tx: Write) => T): Promise<T> {
    if (this.#waiting.length >= (this.settings.bounds?.().queue ?? limits.queueRequests)) {
      return Promise.reject(new PrsistError('daemon/busy', 'too many writes are waiting', { retryMs: 200 }));
    }
    return new Promise<T>((resolve, reject) => {
      // resolve is only ever called with the value of this very work
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      if (this.#scheduled) return;
      this.#scheduled = true;
      setImmediate(() => this.#flush());
    });
  }

  get log(): Readonly<OwnLog> {
    return this.#parts.own;
  }

  /** Runs a piece of maintenance as one transaction outside the queue: rebuild, clean-up of local tables. */
  maintain<T>(work: (tx: Write) => T): T {
    return this.#logged(() => work(this.#writer.tx));
  }

  /** Gives back the memory of pages that can be read again. */
  shrink(): void {
    this.db.pragma('shrink_memory');
  }

  /** Writes what waits, folds the WAL into the file and closes. */
  close(): void {
    this.#flush();
    this.db.pragma('wal_checkpoint(truncate)');
    this.db.close();
  }

  #newLog(): OwnLog {
    const { identity, clock, random } = this.settings;
    const log = uuidV7(clock(), random(10));
    return this.#inTransaction(() =>
      insertOwnLog(this.statements, { ws: identity.ws, dev: identity.dev, log }, clock()),
    );
  }

  #openLog(): void {
    const { identity, kind, deviceName } = this.settings;
    const own = this.#parts.own;
    this.maintain((tx) => {
      tx.append(logOpen, {
        // the entity of a log is the log itself
        ent: own.log as Id,
        fields: { device: deviceName, project_id: identity.project, store: kind },
        actor: { user: identity.user },
        origin: 'human' satisfies Origin,
      });
    });
  }

  #flush(): void {
    this.#scheduled = false;
    const most = this.settings.bounds?.().groupCommit ?? limits.groupCommit;
    while (this.#waiting.length > 0) this.#commitGroup(this.#waiting.splice(0, most));
  }

  #commitGroup(group: readonly Waiting[]): void {
    let outcomes: Outcome[];
    try {
      outcomes = this.#logged(() => {
        this.#parts.failpoint('tx.begun');
        const results = group.map((waiting) => this.#savepoint(waiting));
        this.#parts.failpoint('tx.before-commit');
        return results;
      });
    } catch (error) {
      for (const waiting of group) waiting.reject(error);
      return;
    }
    this.#parts.failpoint('tx.after-commit');
    outcomes.forEach((outcome, i) => {
      if (outcome.kind === 'done') group[i]?.resolve(outcome.value);
      else group[i]?.reject(outcome.error);
    });
    if (this.#events.length > 0) this.settings.onCommit(this.#events);
  }

  /** One request of the group: undone alone when it fails, unless the disk failed, which concerns them all. */
  #savepoint({ work }: Waiting): Outcome {
    const before = { ...this.#parts.own };
    const heard = this.#events.length;
    this.statements.run('savepoint request', []);
    try {
      const value = work(this.#writer.tx);
      if (isPromise(value)) throw refusedPromise(value);
      this.statements.run('release request', []);
      return { kind: 'done', value };
    } catch (cause) {
      const error = storeError(cause, this.settings.file);
      if (isStoreFailure(error) || !this.db.inTransaction) throw error;
      this.statements.run('rollback to request', []);
      this.statements.run('release request', []);
      Object.assign(this.#parts.own, before);
      this.#events.length = heard;
      return { kind: 'failed', error };
    }
  }

  /** A transaction in which records may be appended: position, head and events are as before when it fails. */
  #logged<T>(work: () => T): T {
    const before = { ...this.#parts.own };
    this.#events = [];
    try {
      return this.#inTransaction(() => {
        const value = work();
        if (this.#parts.own.seq !== before.seq) saveOwnLog(this.statements, this.#parts.own);
        return value;
      });
    } catch (error) {
      Object.assign(this.#parts.own, before);
      this.#events = [];
      throw error;
    } finally {
      this.#writer.forget();
    }
  }

  #inTransaction<T>(work: () => T): T {
    guarded(this.settings.file, () => this.db.exec('begin immediate'));
    try {
      const value = work();
      this.db.exec('commit');
      return value;
    } catch (cause) {
      if (this.db.inTransaction) this.db.exec('rollback');
      throw storeError(cause, this.settings.file);
    }
  }
}

/** What becomes of the promise is of no interest any more: its request has failed. */
function refusedPromise(promise: Promise<unknown>): PrsistError {
  promise.catch(() => undefined);
  return new PrsistError('internal', 'a write must not wait');
}
