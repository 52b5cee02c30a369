// Verified runs of another log, in bulk: what comes with a pack. Beside foreign.ts, which takes single records in any order.
import { isId } from '../core/ids.ts';
import { genesisHead, isRecordName, type RecordBody } from '../core/record.ts';
import { type Among, besideRun, type Contradicted, noteFilled } from './among.ts';
import { packed } from './blobs.ts';
import { headStartOf, knownHoles } from './branches.ts';
import { carryOut, eraseIn, isErased, recordErase } from './erasures.ts';
import { type Arriving, keepTexts, noteReading } from './foreign.ts';
import { headsOf, mergeHeads } from './heads.ts';
import { isStoreFailure, storeError } from './open.ts';
import { appliedBody } from './projector.ts';
import type { StoreEvent } from './transaction.ts';

/** A record whose commitment and head were computed from its bytes. */
export interface ChainRecord {
  /** null, as its salt, where its text was erased before it came. */
  readonly body: string | null;
  readonly salt: Uint8Array | null;
  readonly com: Uint8Array;
  readonly head: Uint8Array;
  /** Its body as JSON, undefined when it is none; whoever hands it over has capped its depth. */
  readonly parsed: unknown;
}

/** Records of one log side by side, unbroken: the first follows what is held of that log here. */
export interface Chain {
  readonly ws: string;
  readonly dev: string;
  readonly log: string;
  readonly v: number;
  /** Position of the first. */
  readonly from: number;
  readonly records: readonly ChainRecord[];
}

export interface ChainAppended {
  /** How many were taken, from the first on: as many as fit the time. */
  readonly taken: number;
  /** Kept without rows: a projection refused them, they are of a later version, or no records at all. */
  readonly refused: number;
  /** What somebody had handed over of this log beforehand was not so, and is gone: rows have to be computed again. */
  readonly contradicted?: Contradicted;
}

/** Envelope version this program writes and projects. */
export const envelopeKnown = 1;
const [stateLive, stateErased, stateNewer, stateRefused] = [0, 1, 2, 3];

interface LogRow {
  readonly log_n: number;
  readonly seq: number;
  readonly state: string;
}

interface Run {
  readonly into: Arriving;
  readonly log_n: number;
  readonly chain: Chain;
  readonly events: StoreEvent[];
  /** Entities whose rows are written when all is in. */
  readonly unsettled: Set<string>;
  refused: number;
  /** What is here of it, of a log of which later pieces came first. */
  readonly among: Among | undefined;
}

/**
 * Appends a run within a transaction, with its texts noted, heads and rows; stops when time is up, at least one further.
 * A record that no projection takes is kept without rows and stops nothing. Only what is verified may come here.
 */
export function appendChain(into: Arriving, chain: Chain, isTimeUp: () => boolean): ChainAppended {
  const log = logOf(into, chain);
  const { statements, own } = into;
  const among = isAmongOthers(statements, log, chain) ? besideRun(statements, log.log_n, chain) : undefined;
  const before = own.hlc;
  statements.run('savepoint chain', []);
  try {
    const run = newRun(into, chain, log.log_n, among);
    const taken = takeSome(run, isTimeUp, (i) => take(run, i));
    return finished(run, taken);
  } catch (cause) {
    const error = storeError(cause, into.file);
    if (isStoreFailure(error) || !statements.db.inTransaction) throw error;
    // one of them does not project: each alone, so that the others do
    statements.run('rollback to chain', []);
    own.hlc = before;
    const run = newRun(into, chain, log.log_n, among);
    const taken = takeSome(run, isTimeUp, (i) => takeCarefully(run, i));
    return finished(run, taken);
  } finally {
    if (statements.db.inTransaction) statements.run('release chain', []);
  }
}

function isAmongOthers(statements: Arriving['statements'], log: LogRow, { log: name, from }: Chain): boolean {
  if (log.seq !== from - 1 || headStartOf(statements, name)) return true;
  return knownHoles(statements, name).some(([first]) => first >= from);
}

function newRun(into: Arriving, chain: Chain, log_n: number, among: Among | undefined): Run {
  return { into, chain, log_n, among, events: [], unsettled: new Set(), refused: 0 };
}

function takeSome({ chain, among }: Run, isTimeUp: () => boolean, takeOne: (i: number) => void): number {
  for (let i = 0; i < chain.records.length; i += 1) {
    if (!among?.here.has(chain.from + i)) takeOne(i);
    if (isTimeUp()) return i + 1;
  }
  return chain.records.length;
}

function finished(run: Run, taken: number): ChainAppended {
  const { into, chain, log_n, events } = run;
  settleAll(run);
  const head = chain.records[taken - 1]?.head;
  if (run.among && taken > 0) noteFilled(into.statements, log_n, chain, taken);
  else if (head)
    into.statements.run('update logs set seq = ?, head = ? where log_n = ?', [chain.from + taken - 1, head, log_n]);
  for (const event of events) into.emit(event);
  const contradicted = run.among?.contradicted;
  return { taken, refused: run.refused, ...(contradicted ? { contradicted } : {}) };
}

function settleAll({ into, unsettled }: Run): void {
  for (const ent of unsettled) into.settlement.settle(into.tx, ent);
  unsettled.clear();
}

function logOf({ statements, clock }: Arriving, { ws, dev, log }: Chain): LogRow {
  const known = statements.one<LogRow>('select log_n, seq, state from logs where log = ?', [log]);
  if (known) return known;
  const log_n = statements.insert(
    "insert into logs (ws, dev, log, own, seq, head, state, opened_at) values (?, ?, ?, 0, 0, ?, 'open', ?)",
    [ws, dev, log, genesisHead({ ws, dev, log }), clock()],
  );
  return { log_n, seq: 0, state: 'open' };
}

function takeCarefully(run: Run, i: number): void {
  const { statements, own } = run.into;
  const [before, heard] = [own.hlc, run.events.length];
  statements.run('savepoint record', []);
  try {
    take(run, i);
    settleAll(run);
  } catch (cause) {
    const error = storeError(cause, run.into.file);
    if (isStoreFailure(error) || !statements.db.inTransaction) throw error;
    statements.run('rollback to record', []);
    own.hlc = before;
    run.events.length = heard;
    run.unsettled.clear();
    insert(run, i, bodyOf(run, i), stateRefused);
    run.refused += 1;
  }
  statements.run('release record', []);
}

function bodyOf({ chain }: Run, i: number): RecordBody | undefined {
  const parsed = chain.records[i]?.parsed;
  return isBody(parsed) ? parsed : undefined;
}

function take(run: Run, i: number): void {
  const { into, chain, unsettled } = run;
  const { statements, projector, settlement, tx } = into;
  const body = bodyOf(run, i);
  const { com, body: text } = recordAt(run, i);
  if (text === null) {
    insert(run, i, undefined, stateErased);
    return;
  }
  if (!body || chain.v > envelopeKnown) {
    insert(run, i, body, body ? stateNewer : stateRefused);
    run.refused += 1;
    return;
  }
  if (isErased(into, body)) {
    insert(run, i, undefined, stateErased);
    return;
  }
  const isTwin = tx.known(body.id);
  const name = `${body.type}.${body.op}`;
  const merges = projector.merges(name);
  // asked before the record is one of them
  const heads = merges ? headsOf(statements, body.ent) : [];
  const canLay = !isTwin && (!merges || settlement.canLay(body, heads));
  keepTexts(into, body, () => undefined);
  const n = insert(run, i, body, stateLive);
  noteReading(into, body.hlc, run.log_n);
  if (merges)
    mergeHeads(statements, body, { row: { log: chain.log, seq: chain.from + i, com }, log_n: run.log_n, heads });
  const isSettled = settlement.concerns(body.type) && (!canLay || unsettled.has(body.ent));
  if (isSettled) unsettled.add(body.ent);
  else if (!isTwin && projector.apply(tx, name, appliedBody(n, body)) === 'settle') unsettled.add(body.ent);
  if (!isTwin) run.events.push({ n, name, ent: body.ent });
  if (name === recordErase.name) carryOutArrived(run, body);
}

/** What it erases may be settled in this very run: rows of nothing are not written again. */
function carryOutArrived(run: Run, body: RecordBody): void {
  settleAll(run);
  carryOut(run.into, eraseIn(body));
}

/** i runs over the records of the chain. */
function recordAt({ chain }: Run, i: number): ChainRecord {
  return chain.records[i] as ChainRecord;
}

function insert(run: Run, i: number, body: RecordBody | undefined, state: number): number {
  const { into, chain, log_n } = run;
  const record = recordAt(run, i);
  const isHeld = state !== stateErased;
  return into.statements.insert(
    `insert into records (log_n, seq, v, id, ent, type, op, hlc, body, salt, com, head, state)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      ...[log_n, chain.from + i, chain.v, body?.id ?? null, body?.ent ?? null, body?.type ?? null, body?.op ?? null],
      ...[body?.hlc ?? null, isHeld ? record.body : null, isHeld ? record.salt : null, record.com, record.head, state],
    ],
  );
}

const hlcForm = /^[0-9a-f]{16}$/;

/** Whether JSON has the members of a record's body; what its fields say is the projections' business. */
export function isBody(value: unknown): value is RecordBody {
  if (!isObject(value)) return false;
  const { hlc, id, ent, type, op, base, fields, actor, origin } = value;
  return (
    [hlc, id, ent, type, op, origin].every((member) => typeof member === 'string') &&
    hlcForm.test(String(hlc)) &&
    isId(String(id)) &&
    isId(String(ent)) &&
    Array.isArray(base) &&
    base.every(isRecordName) &&
    isObject(fields) &&
    isObject(actor) &&
    typeof actor['user'] === 'string'
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Keeps texts that records name, or will name. Returns how many of them records here were waiting for: what was computed
 * of those records without their texts is right only when it is computed again.
 */
export function keepArrivedTexts({ statements, clock }: Arriving, texts: readonly ArrivedText[]): number {
  let waited = 0;
  for (const { hash, bytes } of texts) {
    const { codec, data } = packed(bytes);
    waited += statements.run('update blobs set codec = ?, data = ?, bytes = ? where hash = ? and data is null', [
      ...[codec, data, bytes.length, hash],
    ]);
    const add = 'insert or ignore into blobs (hash, codec, bytes, refs, data, created_at) values (?, ?, ?, 0, ?, ?)';
    statements.run(add, [hash, codec, bytes.length, data, clock()]);
  }
  return waited;
}

export interface ArrivedText {
  /** SHA-256 of the bytes, which was checked. */
  readonly hash: Uint8Array;
  readonly bytes: Uint8Array;
}
