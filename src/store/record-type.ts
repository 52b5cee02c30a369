// What a feature declares about its records and about the rows computed from them.
import type { Id } from '../core/ids.ts';
import type { Merged } from '../core/merge.ts';
import type { MergeTable } from '../core/merge-tables.ts';
import type { Actor, Origin } from '../core/record.ts';

export interface RecordType<F> {
  readonly name: `${string}.${string}`;
  readonly type: string;
  readonly op: string;
  readonly schema: number;
  /** merge: later changes name the heads they have seen · grow: one fact, never changed, so no heads are kept. */
  readonly changes: 'merge' | 'grow';
  /** Never set: carries the type of `fields` from here to append and projection. */
  readonly fields?: F;
}

/** Declares a record type. The name is what stands in the log for ever. */
export function recordType<F>(name: `${string}.${string}`, changes: 'merge' | 'grow', schema = 1): RecordType<F> {
  const [type = '', op = ''] = name.split('.');
  return Object.freeze({ name, type, op, schema, changes });
}

/** A record as a projection sees it. */
export interface Applied<F> {
  /** Arrival number, the only local part. */
  readonly n: number;
  readonly id: Id;
  readonly ent: Id;
  readonly hlc: string;
  /** Milliseconds of the hlc: when the change was written. */
  readonly writtenAt: number;
  readonly fields: F;
  readonly actor: Actor;
  readonly origin: Origin;
}

export type Value = string | number | bigint | null | Uint8Array;
export type Params = Readonly<Record<string, Value | undefined>>;

/** A statement with the shape of its parameters and rows: SQL lives in queries.ts, projection.ts and store/ only. */
export interface Query<P, R> {
  readonly sql: string;
  /** Never set: carry the types. */
  readonly params?: P;
  readonly row?: R;
}

/** Declares a named read. */
export function query<P extends Params, R>(sql: string): Query<P, R> {
  return Object.freeze({ sql });
}

export interface Read {
  one<P extends Params, R>(read: Query<P, R>, params: P): R | undefined;
  all<P extends Params, R>(read: Query<P, R>, params: P): R[];
  /** `fields` of record number n, or {} for an erased one. */
  fields(n: number): Readonly<Record<string, unknown>>;
  /** A text kept under `name` in some fields: inline, or from its blob; '' when there is none. */
  text(fields: Readonly<Record<string, unknown>>, name: string): string;
  /** A blob's text by its SHA-256 in hex; undefined when it is not here. */
  blob(hash: string): string | undefined;
}

export interface Projecting extends Read {
  /** Runs one change of a projection's own rows; returns how many rows changed. */
  run<P extends Params>(change: Query<P, unknown>, params: P): number;
  /** One of many: what only makes reading faster is not made now, but afterwards by whoever owns it. */
  readonly isBulk: boolean;
}

export interface Handler {
  readonly name: string;
  /** Of a type whose changes name the heads they have seen. */
  readonly merges?: boolean;
  /** Returns `settle` where the change cannot be laid over the row: the entity is settled then. All else counts for nothing. */
  readonly apply: (tx: Projecting, record: Applied<never>) => unknown;
}

/**
 * Ties a record type to what it does to rows: deterministic, no clock, no I/O. Of an entity that is settled (see Settling)
 * it is asked only where the author had seen everything that is here, and may ask for it to be settled all the same.
 */
export function on<F>(type: RecordType<F>, apply: (tx: Projecting, record: Applied<F>) => unknown): Handler {
  // the engine only hands a record of this very type to the handler
  return { name: type.name, merges: type.changes === 'merge', apply: apply as Handler['apply'] };
}

/** One record of an entity, with its address. */
export interface EntityRecord extends Applied<Readonly<Record<string, unknown>>> {
  readonly name: string;
  readonly log: string;
  readonly seq: number;
}

/** What all records of one entity say together. */
export interface Entity {
  readonly ent: Id;
  readonly merged: Merged;
  /** As in merged.order: by (hlc, dev), one that came twice once; those that grow only as well. */
  readonly records: readonly EntityRecord[];
}

/** How an entity is written whole that was changed on several devices apart. */
export interface Settling {
  /** First word of the names of its records. */
  readonly type: string;
  readonly table: MergeTable;
  /** Every change is settled: none can be laid over the row. */
  readonly always?: true;
  /** Writes its rows; must give what laying one change over the other gives where nobody was apart. */
  readonly settle: (tx: Projecting, entity: Entity) => void;
  /** The records by which other projections are told what it is now, in turn. */
  readonly told: (entity: Entity) => readonly EntityRecord[];
  /** True for a word that nobody is told unasked. */
  readonly isQuarantined?: (tx: Read, record: EntityRecord) => boolean;
}

export interface TableInfo {
  /** Columns that differ between two arrivals of the same facts (arrival numbers, write times): no part of the digest. */
  readonly local?: readonly string[];
  /** Local columns that a rebuild keeps, by the key they belong to. */
  readonly kept?: { readonly key: string; readonly columns: readonly string[] };
  /** Statement that empties the table when `delete from` does not. */
  readonly clear?: string;
  /**
   * What its triggers on deleting do, for all rows at once: they are put aside while the table is emptied, which is ten
   * times as fast.
   */
  readonly emptying?: string;
  /** Column that holds the entity a row belongs to, `ent` when absent: by it the rows of an erased entity go. null: they stay. */
  readonly entity?: string | null;
  /** No rows to compare: an index computed from another table. */
  readonly index?: true;
  /** A full-text index: it has one text for each row of this table, by this key. */
  readonly indexes?: { readonly table: string; readonly key: string };
}

export interface Projection {
  readonly name: string;
  readonly version: number;
  /** The kind of database that has these tables; both when absent. */
  readonly in?: 'project' | 'user';
  /** Projections that count each other's rows are rebuilt together, under this name; its own name when absent. */
  readonly group?: string;
  readonly tables: Readonly<Record<string, TableInfo>>;
  readonly handlers: readonly Handler[];
  readonly settles?: readonly Settling[];
  /** Before the rows of erased entities go by their column: what that column does not tell. */
  readonly erase?: (tx: Projecting, ents: readonly string[]) => void;
  /** What goes with erased entities, by its rows: a session's messages. */
  readonly belongings?: (tx: Projecting, ents: readonly string[]) => readonly string[];
  /** Settled entities whose rows count what goes with these: they are written anew. */
  readonly touched?: (tx: Projecting, ents: readonly string[]) => readonly string[];
  /** The entity with which a record goes, by its fields; undefined for one that stands for itself. */
  readonly within?: (name: string, fields: Readonly<Record<string, unknown>>) => string | undefined;
}

/** Declares the rows computed from some records. */
export function projection(declared: Projection): Projection {
  return Object.freeze(declared);
}

export interface Appending<F> {
  readonly fields: F;
  readonly actor: Actor;
  readonly origin: Origin;
  /** Entity changed; a new one is born when absent. */
  readonly ent?: Id;
  /** Id of the record; made when absent. Captured facts bring the hash of their natural key. */
  readonly id?: Id;
  /** What its author had seen of the entity, where that is not all that is here: what comes with a package. */
  readonly seen?: readonly (readonly [log: string, seq: number])[];
}

export interface Appended {
  readonly n: number;
  readonly id: Id;
  readonly ent: Id;
  readonly writtenAt: number;
}

export interface Write extends Projecting {
  append<F>(type: RecordType<F>, change: Appending<F>): Appended;
  /** A new UUIDv7. */
  newId(): Id;
  /** True when a record of this id is already in the log. */
  known(id: Id): boolean;
  /** Form in which a text enters fields: `{name}` when short, else `{name_blob, name_bytes}` with the blob stored. */
  keep(name: string, text: string, inlineBytes?: number): Readonly<Record<string, string | number>>;
  /**
   * Does something outside the database once this write is on disk, and never when it is undone; at once outside of any
   * transaction. work: must not throw.
   */
  after(work: () => void): void;
  /** Runs a work that brings one of many parts of something large: see isBulk. */
  bulk<T>(work: () => T): T;
  /** Milliseconds now, by the engine's clock. */
  readonly now: number;
}
