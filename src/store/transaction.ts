import { PrsistError } from '../core/errors.ts';
import { nextHlc } from '../core/hlc.ts';
import { type Id, uuidV7 } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import { bodyText, commitment, nextHead, type RecordBody } from '../core/record.ts';
import { getBlob, putBlob } from './blobs.ts';
import { carryOut, eraseIn, erasesBefore, recordErase } from './erasures.ts';
import { headsOf, replaceHeads } from './heads.ts';
import type { OwnLog } from './log.ts';
import { appliedRecord, type Projector } from './projector.ts';
import type { Appended, Appending, Applied, Params, Query, Read, RecordType, Write } from './record-type.ts';
import { seenOf } from './seen.ts';
import type { Settlement } from './settle.ts';
import type { Statements } from './statements.ts';

/** A committed change, as consumers and listeners hear of it. */
export interface StoreEvent {
  readonly n: number;
  readonly name: string;
  readonly ent: string;
  readonly session?: string;
  readonly agent?: string;
  /** Another log says it. */
  readonly foreign?: true;
}

export interface EngineParts {
  readonly statements: Statements;
  readonly projector: Projector;
  readonly settlement: Settlement;
  readonly own: OwnLog;
  readonly clock: () => number;
  readonly random: (bytes: number) => Uint8Array;
  readonly failpoint: (name: string) => void;
}

interface Stored {
  readonly body: string | null;
}

interface Engine extends EngineParts {
  readonly tx: Write;
  readonly emit: (event: StoreEvent) => void;
}

/** Reading from one connection: rows by named queries, texts from record or blob. */
export function reader(statements: Statements): Read {
  const read: Read = {
    one: <P extends Params, R>(named: Query<P, R>, params: P) => statements.one<R>(named.sql, params),
    all: <P extends Params, R>(named: Query<P, R>, params: P) => statements.all<R>(named.sql, params),
    fields(n) {
      const row = statements.one<Stored>('select body from records where n = ?', [n]);
      // bodies are written by this engine (or checked when they arrive), so they have the shape of one
      return row?.body ? (JSON.parse(row.body) as RecordBody).fields : {};
    },
    text(fields, name) {
      const inline = fields[name];
      if (typeof inline === 'string') return inline;
      const hash = fields[`${name}_blob`];
      return typeof hash === 'string' ? (read.blob(hash) ?? '') : '';
    },
    blob: (hash) => getBlob(statements, hash)?.toString('utf8'),
  };
  return read;
}

/**
 * The one writer of a store: appends records and applies their projections, in whatever transaction is open.
 * later: is handed what has to wait for the commit. forget: drops the texts it remembers, once they are on disk or undone.
 */
export function transaction(
  parts: EngineParts,
  emit: (event: StoreEvent) => void,
  later: (work: () => void) => void,
): { readonly tx: Write; readonly forget: () => void } {
  const { statements, clock } = parts;
  const fresh = new Map<string, string>(); // texts of this transaction, so that projections need not unpack them
  let isBulk = false;
  const read = reader(statements);
  const tx: Write = {
    ...read,
    blob: (hash) => fresh.get(hash) ?? read.blob(hash),
    text: (fields, name) => {
      const hash = fields[`${name}_blob`];
      return (typeof hash === 'string' ? fresh.get(hash) : undefined) ?? read.text(fields, name);
    },
    run(change, params) {
      requireTransaction(statements);
      return statements.run(change.sql, params);
    },
    get isBulk() {
      return isBulk;
    },
    bulk(work) {
      isBulk = true;
      try {
        return work();
      } finally {
        isBulk = false;
      }
    },
    get now() {
      return clock();
    },
    newId: () => bornNow(parts),
    known: (id) => statements.one('select 1 from records where id = ? limit 1', [id]) !== undefined,
    keep(name, text, inlineBytes = limits.inlineTextBytes) {
      if (Buffer.byteLength(text) <= inlineBytes) return { [name]: text };
      requireTransaction(statements);
      const { hash, bytes } = putBlob(statements, text, clock());
      if (fresh.size >= 16) fresh.clear();
      fresh.set(hash, text);
      return { [`${name}_blob`]: hash, [`${name}_bytes`]: bytes };
    },
    append: (type, change) => append(engine, type, change),
    after: (work) => (statements.db.inTransaction ? later(work) : work()),
  };
  const engine: Engine = { ...parts, tx, emit };
  return { tx, forget: () => fresh.clear() };
}

/** A write that goes on after its transaction (an `async` one) must not reach the log. */
function requireTransaction({ db }: Statements): void {
  if (!db.inTransaction) throw new PrsistError('internal', 'a write went on after its transaction');
}

function append<F>(engine: Engine, type: RecordType<F>, change: Appending<F>): Appended {
  const { statements, own, failpoint, emit } = engine;
  requireTransaction(statements);
  const { id = bornNow(engine), ent = bornNow(engine), fields, actor, origin } = change;
  const merges = type.changes === 'merge';
  const heads = merges ? headsOf(statements, ent) : [];
  const said = { ent, type: type.type, op: type.op, fields: fields ?? {} };
  const seen = change.seen ?? seenOf(statements, { ent, heads, own: own.log });
  const base = [...seen, ...erasesBefore(engine, said)];
  const hlc = nextHlc(own.hlc, engine.clock());
  const named = { ...said, hlc, id, base, schema: type.schema };
  const body = bodyText({ ...named, actor, origin });
  const canLay = !merges || engine.settlement.canLay(named, heads);
  const n = insertRecord(engine, named, body);
  failpoint('record.inserted');
  // read back from its text, so that a projection sees now exactly what it will see when the rows are rebuilt
  const record = appliedRecord(n, body);
  if (merges) replaceHeads(statements, ent, { own, base });
  project(engine, record, canLay);
  if (type.name === recordErase.name) carryOut(engine, eraseIn({ id, fields: said.fields }));
  failpoint('projection.applied');
  const { session, agent } = actor;
  emit({ n, name: type.name, ent, ...(session ? { session } : {}), ...(agent ? { agent } : {}) });
  return { n, id, ent, writtenAt: record.writtenAt };
}

/** Lays a change over the rows, or settles its entity where that cannot be done. */
function project(
  { settlement, projector, tx }: Engine,
  record: Applied<unknown> & { readonly name: string },
  canLay: boolean,
): void {
  const [type = ''] = record.name.split('.');
  const isLaid = (canLay || !settlement.concerns(type)) && projector.apply(tx, record.name, record) !== 'settle';
  if (!isLaid) settlement.settle(tx, record.ent);
}

function bornNow({ clock, random }: EngineParts): Id {
  return uuidV7(clock(), random(10));
}

/** Puts a body at the end of the log, whose position moves only when that has worked. */
function insertRecord(
  { statements, own, random }: EngineParts,
  { hlc, id, ent, type, op }: Pick<RecordBody, 'hlc' | 'id' | 'ent' | 'type' | 'op'>,
  body: string,
): number {
  const seq = own.seq + 1;
  const salt = random(16);
  const com = commitment(salt, body);
  const head = nextHead(own.head, seq, com);
  const n = statements.insert(
    `insert into records (log_n, seq, id, ent, type, op, hlc, body, salt, com, head)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [own.log_n, seq, id, ent, type, op, hlc, body, salt, com, head],
  );
  Object.assign(own, { seq, head, hlc });
  return n;
}
