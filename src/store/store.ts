import { isPromise } from 'node:util/types';
import { PrsistError } from '../core/errors.ts';
import { uuidV7 } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { Resolution } from '../core/merge-rules.ts';
import { holdFile } from '../platform/held-files.ts';
import { type Arriving, appendForeign, type BlobSource, type ForeignAppended, type ForeignRecord } from './foreign.ts';
import { closeOwnLog, insertOwnLog, type OwnLog, openLog, saveOwnLog } from './log.ts';
import { type Migration, migrate, type StoreKind } from './migrate.ts';
import { type Connection, guarded, isStoreFailure, openConnection, storeError } from './open.ts';
import { createProjector, type Projector } from './projector.ts';
import type { Projection, Read, Write } from './record-type.ts';
import { ownLogIn } from './rehome.ts';
import { RequestFailed, refusedPromise } from './request-failed.ts';
import { settlement } from './settle.ts';
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
  /** Its logs move to that workspace, if they are of another one. */
  readonly moves?: boolean;
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
  /** How changes that were made apart are settled; by all rules when absent. */
  readonly resolution?: () => Resolution;
  /** Asked before every write of the queue; throws to refuse it. */
  readonly beforeWrite?: () => void;
  /** A transaction failed for a reason of the disk or the file. */
  readonly onFailure?: (error: PrsistError) => void;
  /** Before the first step that changes a database that is not empty: keeps a copy of it. Throws to leave it as it is. */
  readonly beforeMigration?: (db: Connection, from: number) => void;
}

interface Waiting {
  readonly work: (tx: Write) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Outcome =
  | { readonly kind: 'done'; readonly value: unknown }
  | { readonly kind: 'failed'; readonly error: unknown };

/** After a commit that took longer than a full group on a good disk, the queue rests for one part in so many of that. */
const [longMs, restShare] = [100, 8];

/**
 * One database: its log, its projections, and the one queue through which everything is written.
 * The writes of one tick share a transaction; one that fails is undone alone. A promise resolves after the commit is on disk.
 */
export class Store {
  readonly settings: StoreSettings;
  readonly db: Connection;
  readonly statements: Statements;
  readonly read: Read;
  readonly projector: Projector;
  readonly #parts: EngineParts;
  readonly #writer: ReturnType<typeof transaction>;
  readonly #letGo: () => void;
  readonly #afterCommit = (work: () => void) => void this.#later.push(work);
  #events: StoreEvent[] = [];
  /** What has to wait for the commit of the transaction that is open. */
  #later: (() => void)[] = [];
  #waiting: Waiting[] = [];
  #scheduled = false;
  #transactions = 0;
  #held = false;
  #restUntil = 0;

  constructor(settings: StoreSettings) {
    this.settings = settings;
    const schema = Math.max(...settings.migrations.map((step) => step.number));
    this.db = openConnection(settings.file, schema);
    this.#letGo = holdFile(settings.file);
    this.statements = new Statements(this.db);
    this.projector = createProjector(settings.projections, settings.monotonic);
    this.read = reader(this.statements);
    try {
      const from = Number(this.db.pragma('user_version', { simple: true }));
      if (from > 0 && from < schema) settings.beforeMigration?.(this.db, from);
      migrate(this.db, settings.kind, settings.migrations);
      const { identity, moves, clock, random, failpoint } = settings;
      const own = ownLogIn(this.statements, { ws: moves ? identity.ws : undefined, now: clock() }) ?? this.#newLog();
      const engine = { statements: this.statements, projector: this.projector };
      const settled = settlement({ ...engine, resolution: settings.resolution });
      this.#parts = { ...engine, settlement: settled, own, clock, random, failpoint };
      this.#writer = transaction(this.#parts, (event) => this.#events.push(event), this.#afterCommit);
      if (own.seq === 0) this.maintain(() => this.#openLog());
    } catch (error) {
      this.db.close(); // its locks with it: the file can be looked at, and opened again
      this.#letGo();
      throw error;
    }
  }

  /**
   * Runs one write in the next group commit. work: synchronous, from its first read to its last append; it is run again
   * from the start when another of its group fails, so all that it changes is in the database or can be changed twice.
   */
  write<T>(work: (tx: Write) => T): Promise<T> {
    try {
      this.settings.beforeWrite?.();
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.#waiting.length >= (this.settings.bounds?.().queue ?? limits.queueRequests)) {
      return Promise.reject(new PrsistError('daemon/busy', 'too many writes are waiting', { retryMs: 200 }));
    }
    return new Promise<T>((resolve, reject) => {
      // resolve is only ever called with the value of this very work
      this.#waiting.push({ work, resolve: resolve as (value: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** The writer outside of any transaction: it reads, and refuses to change anything. */
  get outside(): Write {
    return this.#writer.tx;
  }

  /** How many transactions there were: while it stays the same, nothing that was read has changed. */
  get transactions(): number {
    return this.#transactions;
  }

  get log(): Readonly<OwnLog> {
    return this.#parts.own;
  }

  /** True while maintenance on a second connection has the write lock: writes wait in the queue. */
  get isHeld(): boolean {
    return this.#held;
  }

  /** Lets writes wait, after those that wait already are done; what is called gives them way again. */
  hold(): () => void {
    this.#refuseHeld();
    this.#commitAll();
    this.#held = true;
    return () => {
      this.#held = false;
      this.#flush();
    };
  }

  /**
   * Adds records of another log under their own addresses, within a transaction of this store; what is here already is
   * passed over. Throws store/corrupt for a record that does not belong where it says.
   */
  appendForeign(rows: readonly ForeignRecord[], blobs: BlobSource): ForeignAppended {
    return appendForeign(this.arriving, rows, blobs);
  }

  /** What takes records of other logs in, within a transaction of this store. */
  get arriving(): Arriving {
    const emit = (event: StoreEvent) => void this.#events.push(event);
    return { ...this.#parts, tx: this.#writer.tx, emit, file: this.settings.file };
  }

  /** Closes the own log and goes on in a new one, within a transaction of this store. */
  renewLog(): void {
    const before = { ...this.#parts.own };
    closeOwnLog(this.statements, before);
    Object.assign(this.#parts.own, this.#insertLog());
    this.#openLog(before.log);
  }

  /** Runs a piece of maintenance as one transaction outside the queue: rebuild, clean-up of local tables. */
  maintain<T>(work: (tx: Write) => T): T {
    this.#refuseHeld();
    return this.#logged(() => work(this.#writer.tx));
  }

  /** Gives back the memory of pages that can be read again. */
  shrink(): void {
    this.db.pragma('shrink_memory');
  }

  /** Folds the WAL into the file and empties it, so that nothing that was erased stands in it any more. */
  fold(): 'done' | 'in use' {
    const rows = this.db.pragma('wal_checkpoint(truncate)');
    // one row of three numbers, the first says whether somebody was in the way
    const [{ busy }] = rows as [{ busy: number }];
    return busy === 0 ? 'done' : 'in use';
  }

  /** Writes what waits, folds the WAL into the file and closes. */
  close(): void {
    this.#commitAll();
    this.db.pragma('wal_checkpoint(truncate)');
    this.db.close();
    this.#letGo();
  }

  /** Closes without writing anything any more, after a failure of the disk. */
  abandon(): void {
    const error = new PrsistError('disk/failed', `${this.settings.file} was closed after a failure`);
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
    this.db.close();
    this.#letGo();
  }

  #refuseHeld(): void {
    if (this.#held) throw new PrsistError('store/locked', 'this database is being rebuilt', { retryMs: 1000 });
  }

  #newLog(): OwnLog {
    return this.#inTransaction(() => this.#insertLog());
  }

  #insertLog(): OwnLog {
    const { identity, clock, random } = this.settings;
    const log = uuidV7(clock(), random(10));
    return insertOwnLog(this.statements, { ws: identity.ws, dev: identity.dev, log }, clock());
  }

  #openLog(prevLog?: string): void {
    const { identity, kind, deviceName } = this.settings;
    const opening = { user: identity.user, project: identity.project, device: deviceName, store: kind };
    openLog(this.#writer.tx, this.#parts.own, prevLog === undefined ? opening : { ...opening, prevLog });
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const restMs = this.#restUntil - this.#now();
    if (restMs >= 1) setTimeout(() => this.#flush(), restMs);
    else setImmediate(() => this.#flush());
  }

  #now(): number {
    return this.settings.monotonic?.() ?? 0;
  }

  /**
   * One group, then everybody else's turn. After a commit that took long, as on a slow disk, that is more than one turn of
   * the loop: a program that connects needs two, and the loop lets one in at each.
   */
  #flush(): void {
    this.#scheduled = false;
    // held: goes on when that ends; closed: nobody waits any more
    if (this.#held || this.#waiting.length === 0) return;
    const begun = this.#now();
    this.#commitGroup(this.#nextGroup());
    const tookMs = this.#now() - begun;
    if (tookMs > longMs) this.#restUntil = begun + tookMs + tookMs / restShare;
    if (this.#waiting.length > 0) this.#schedule();
  }

  #commitAll(): void {
    while (!this.#held && this.#waiting.length > 0) this.#commitGroup(this.#nextGroup());
  }

  #nextGroup(): Waiting[] {
    return this.#waiting.splice(0, this.settings.bounds?.().groupCommit ?? limits.groupCommit);
  }

  #commitGroup(group: readonly Waiting[]): void {
    let outcomes: Outcome[];
    try {
      outcomes = this.#together(group);
    } catch (error) {
      for (const waiting of group) waiting.reject(error);
      if (error instanceof PrsistError && isStoreFailure(error)) this.settings.onFailure?.(error);
      return;
    }
    this.#parts.failpoint('tx.after-commit');
    this.#waiting.unshift(...group.slice(outcomes.length));
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.kind === 'done') group[i]?.resolve(outcome.value);
      else group[i]?.reject(outcome.error);
    }
    if (this.#events.length > 0) this.settings.onCommit(this.#events);
  }

  /**
   * Hardly a request fails, and a savepoint each is a fifth of what they cost: the search index writes out what it has
   * gathered at every one. So they run without; when one fails, all are undone and run once more, with savepoints.
   */
  #together(group: readonly Waiting[]): Outcome[] {
    try {
      return this.#each(group, (waiting) => this.#bare(waiting));
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      const [only, ...more] = group;
      if (only && more.length === 0) return [{ kind: 'failed', error: error.cause }];
      return this.#each(group, (waiting) => this.#savepoint(waiting));
    }
  }

  /** As many as fit the time of a slice; the others are the next group's. */
  #each(group: readonly Waiting[], run: (waiting: Waiting) => Outcome): Outcome[] {
    return this.#logged(() => {
      this.#parts.failpoint('tx.begun');
      const begun = this.#now();
      const outcomes: Outcome[] = [];
      for (const waiting of group) {
        outcomes.push(run(waiting));
        if (this.#now() - begun >= limits.sliceMs) break;
      }
      this.#parts.failpoint('tx.before-commit');
      return outcomes;
    });
  }

  #bare({ work }: Waiting): Outcome {
    try {
      return { kind: 'done', value: this.#run(work) };
    } catch (cause) {
      const error = storeError(cause, this.settings.file);
      if (isStoreFailure(error)) throw error;
      throw new RequestFailed('a request of the group failed', { cause: error });
    }
  }

  #run(work: Waiting['work']): unknown {
    const value = work(this.#writer.tx);
    if (isPromise(value)) throw refusedPromise(value);
    return value;
  }

  /** One request of the group: undone alone when it fails, unless the disk failed, which concerns them all. */
  #savepoint({ work }: Waiting): Outcome {
    const before = { ...this.#parts.own };
    const [heard, later] = [this.#events.length, this.#later.length];
    this.statements.run('savepoint request', []);
    try {
      const value = this.#run(work);
      this.statements.run('release request', []);
      return { kind: 'done', value };
    } catch (cause) {
      const error = storeError(cause, this.settings.file);
      if (isStoreFailure(error) || !this.db.inTransaction) throw error;
      this.statements.run('rollback to request', []);
      this.statements.run('release request', []);
      Object.assign(this.#parts.own, before);
      this.#events.length = heard;
      this.#later.length = later;
      return { kind: 'failed', error };
    }
  }

  /** A transaction in which records may be appended: position, head and events are as before when it fails. */
  #logged<T>(work: () => T): T {
    const value = this.#undoable(work);
    for (const after of this.#later.splice(0)) after();
    return value;
  }

  #undoable<T>(work: () => T): T {
    const before = { ...this.#parts.own };
    this.#events = [];
    this.#later = [];
    try {
      return this.#inTransaction(() => {
        const value = work();
        if (this.#parts.own.head !== before.head) saveOwnLog(this.statements, this.#parts.own);
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
    this.#transactions += 1;
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
