// Entities that were changed on several devices apart: what they are follows from the set of their records.
import { canonical } from '../core/canonical.ts';
import { hlcMs } from '../core/hlc.ts';
import { type Conflict, type Merged, merge } from '../core/merge.ts';
import type { MergeRecord } from '../core/merge-order.ts';
import type { Resolution, Side } from '../core/merge-rules.ts';
import { isRecordName, markOf, type RecordBody, type RecordName } from '../core/record.ts';
import { isNameOf, type Lookup, lookupIn, type Names, namesIn } from './named.ts';
import type { Projector } from './projector.ts';
import type { Entity, EntityRecord, Projecting, Settling } from './record-type.ts';
import type { Statements } from './statements.ts';

export interface Settlement {
  /** Whether records of this type are of entities that are settled. type: the first word of a record's name. */
  concerns(type: string): boolean;
  /**
   * Whether a change can be laid over the row: its author had seen all that is here, all of that is shown, and no conflict
   * is told. Asked before the change is in the log. heads: what is here of the entity that nobody has seen.
   */
  canLay(change: Pick<RecordBody, 'type' | 'ent' | 'base'>, heads: readonly RecordName[]): boolean;
  /** Writes the rows of an entity whole, and its conflicts. Returns the ids of conflicts that are open now and were not. */
  settle(tx: Projecting, ent: string): readonly string[];
  /**
   * Whether the records of an entity follow one after the other, so that they can be laid over one another as they come.
   * isAlone: there is but one log, whose records do.
   */
  isInLine(of: { readonly ent: string; readonly type: string }, isAlone: boolean): boolean;
}

interface Parts {
  readonly statements: Statements;
  /** The projections whose rows are written. */
  readonly projector: Projector;
  /** All projections, where only some are written. */
  readonly all?: Projector;
  /** By all rules when absent. */
  readonly resolution: (() => Resolution) | undefined;
}

interface Row {
  readonly n: number;
  readonly log: string;
  readonly dev: string;
  readonly seq: number;
  readonly com: Uint8Array;
  readonly body: string;
}

/** index on (ent, hlc) */
const recordsOf = `select r.n, l.log, l.dev, r.seq, r.com, r.body from records r join logs l using (log_n)
  where r.ent = ? and r.body is not null and r.state = 0`;

/** Settles what is settled at all; see Settlement. */
export function settlement({ statements, projector, all = projector, resolution }: Parts): Settlement {
  const { settling, merges } = all;
  // a settled one as well: whether it is still told follows from all that was said since
  const isTold = (ent: string) => statements.one('select 1 from conflicts where ent = ? limit 1', [ent]) !== undefined;
  const rowsOf = (ent: string) => statements.all<Row>(recordsOf, [ent]);
  return {
    concerns: (type) => type === 'conflict' || settling(type) !== undefined,
    canLay({ type, ent, base }, heads) {
      const how = settling(type);
      if (!how || how.always || heads.length > 1 || base.length !== heads.length) return false;
      const [[head], [named]] = [heads, base];
      if (!head) return statements.one('select 1 from records where ent = ? limit 1', [ent]) === undefined;
      return named !== undefined && isNameOf(named, head) && !isTold(ent) && !isWaiting(statements, ent);
    },
    settle(tx, ent) {
      const rows = rowsOf(ent);
      const how = rows.map(({ body }) => settling(bodyOf(body).type)).find((each) => each !== undefined);
      const counting = countingOf(statements, ent, rows);
      noteWaiting(statements, ent, how ? counting.length < rows.length : rows.length > 0);
      if (!how) return []; // a conflict of something that is not here yet
      const entity = entityOf(tx, rows, { how, counting, resolution: resolution?.() ?? 'intelligent' });
      if (!entity) return []; // all of it waits for what its authors had seen
      if (projector.settling(how.type)) how.settle(tx, entity);
      for (const record of how.told(entity)) projector.tell(tx, record.name, record);
      return writeConflicts(statements, entity, how.type);
    },
    isInLine: ({ ent, type }, isAlone) =>
      type !== 'conflict' && !settling(type)?.always && (isAlone || inLine(rowsOf(ent), merges)),
  };
}

/** A body is what this engine wrote, or what was checked when it arrived. */
function bodyOf(body: string): RecordBody {
  return JSON.parse(body) as RecordBody;
}

const waitsKey = (ent: string) => `waits:${ent}`;

/** Notes whether something of an entity waits: then its row is not what its heads say, and nothing is laid over it. */
function noteWaiting(statements: Statements, ent: string, waits: boolean): void {
  const sql = waits ? "insert or ignore into meta (key, value) values (?, '')" : 'delete from meta where key = ?';
  statements.run(sql, [waitsKey(ent)]);
}

function isWaiting(statements: Statements, ent: string): boolean {
  return statements.one('select 1 from meta where key = ?', [waitsKey(ent)]) !== undefined;
}

/** Of the records of an entity those that are merged. */
function countingOf(statements: Statements, ent: string, rows: readonly Row[]): readonly MergeRecord[] {
  const [names, lookup] = [namesIn(statements), lookupIn(statements, ent)];
  const given = rows.map(({ body, com, n: _, ...where }) => ({ ...where, mark: markOf(com), body: bodyOf(body) }));
  return wholeOf(named(given, { names, lookup }), lookup);
}

interface Deciding {
  readonly how: Settling;
  readonly counting: readonly MergeRecord[];
  readonly resolution: Resolution;
}

function entityOf(tx: Projecting, rows: readonly Row[], { how, counting, resolution }: Deciding): Entity | undefined {
  const numbers = new Map(rows.map(({ log, seq, n }) => [`${log}:${seq}`, n]));
  const asRecord = ({ log, seq, body }: MergeRecord): EntityRecord => {
    const { id, ent, hlc, type, op, fields, actor, origin } = body;
    const n = numbers.get(`${log}:${seq}`) ?? 0;
    return { n, name: `${type}.${op}`, log, seq, id, ent, hlc, writtenAt: hlcMs(hlc), fields, actor, origin };
  };
  const merged: Merged = merge(counting, {
    ...{ resolution, table: how.table, text: tx.text },
    isQuarantined: (record) => how.isQuarantined?.(tx, asRecord(record)) ?? false,
  });
  const records = merged.order.records.map(asRecord);
  const [first] = records;
  return first && { ent: first.ent, merged, records };
}

/** The name of no record. */
const nobody: RecordName = ['', 0, ''];

type Marked = MergeRecord & { readonly mark: string };

/** Records that name others by where these lie here. */
function named(
  records: readonly Marked[],
  { names, lookup: all }: { readonly names: Names; readonly lookup: Lookup },
): readonly MergeRecord[] {
  const own = new Map(records.map(({ log, seq, mark }) => [`${log}:${seq}`, { mark, isOfEntity: true }]));
  const lookup: Lookup = { ...all, at: (log, seq) => own.get(`${log}:${seq}`) ?? all.at(log, seq) };
  return records.map((record) => {
    const { log, body } = record;
    const { heads } = body.fields;
    if (body.base.length === 0 && !Array.isArray(heads)) return record;
    const base = names(log, body.base, lookup);
    if (!Array.isArray(heads)) return { ...record, body: { ...body, base } };
    // the sides of a conflict, one of which is picked by its place
    const sides = heads.filter(isRecordName).map((head) => names(log, [head], lookup)[0] ?? nobody);
    return { ...record, body: { ...body, base, fields: { ...body.fields, heads: sides } } };
  });
}

/**
 * Those of which everything is here that their authors had seen. The others wait: without it they would say more than
 * was said, and whoever goes on from what is shown would undo what is not here.
 */
function wholeOf(given: readonly MergeRecord[], { at }: Lookup): readonly MergeRecord[] {
  const here = new Set(given.map(({ log, seq }) => `${log}:${seq}`));
  const naming = Map.groupBy(
    given.flatMap((record) => record.body.base.map((name) => ({ record, name }))),
    ({ name }) => name.join(':'),
  );
  const isHere = ([log, seq, mark]: RecordName) =>
    mark === undefined && (here.has(`${log}:${seq}`) || at(log, seq) !== undefined);
  const absent = [...naming].flatMap(([text, [one]]) => (one && !isHere(one.name) ? [text] : []));
  if (absent.length === 0) return given;
  const waiting = new Set<MergeRecord>();
  // a list that is walked while it grows: whoever names what waits, waits as well
  for (const missing of absent) {
    for (const { record } of naming.get(missing) ?? []) {
      if (!waiting.has(record)) absent.push(`${record.log}:${record.seq}`);
      waiting.add(record);
    }
  }
  return given.filter((record) => !waiting.has(record));
}

/** One after the other, each by somebody who had seen the one before, and in the order of the clocks. */
function inLine(rows: readonly Row[], merges: (name: string) => boolean): boolean {
  const chain = rows
    .map(({ log, seq, com, body }) => ({ name: [log, seq, markOf(com)] as const, ...bodyOf(body) }))
    .sort((a, b) => (a.hlc < b.hlc ? -1 : 1));
  let before: RecordName | undefined;
  for (const { name, type, op, base } of chain) {
    if (type === 'conflict') return false;
    if (!merges(`${type}.${op}`)) {
      if (before) continue; // it only adds to what is there
      return false;
    }
    const [seen] = base;
    if (base.length !== (before ? 1 : 0)) return false;
    if (before && seen && !isNameOf(seen, before)) return false;
    before = name;
  }
  return true;
}

interface ConflictRow {
  readonly conflict_id: string;
  readonly ent: string;
  readonly type: string;
  readonly field: string;
  readonly sides: string;
  readonly shown: number;
  readonly before: string | null;
  readonly status: string;
  readonly opened_at: number;
  readonly resolved_at: number | null;
  readonly resolved_by: string | null;
}

function writeConflicts(statements: Statements, { ent, merged }: Entity, type: string): readonly string[] {
  const before = statements.all<ConflictRow>('select * from conflicts where ent = ? order by rowid', [ent]);
  if (before.length === 0 && merged.conflicts.length === 0) return [];
  const after = merged.conflicts.map((conflict) => rowOf({ ent, type, conflict }));
  replaceConflicts(statements, before, after);
  const open = new Set(before.filter(({ status }) => status === 'open').map(({ conflict_id }) => conflict_id));
  return merged.conflicts.filter(({ id, settled }) => settled === undefined && !open.has(id)).map(({ id }) => id);
}

interface Writing {
  readonly ent: string;
  readonly type: string;
  readonly conflict: Conflict;
}

/**
 * Most stay as they were: rows are written from the first on that is another, since their order is part of what others have
 * too. The last is always written, for what is computed of all of them when one is.
 */
function replaceConflicts(statements: Statements, before: readonly ConflictRow[], after: readonly ConflictRow[]): void {
  const other = after.findIndex((row, at) => !isEqualRow(row, before[at]));
  const same = Math.min(other < 0 ? after.length : other, Math.max(after.length - 1, 0));
  for (const { conflict_id } of before.slice(same)) {
    statements.run('delete from conflicts where conflict_id = ?', [conflict_id]);
  }
  for (const row of after.slice(same)) {
    statements.run(
      `insert into conflicts (conflict_id, ent, type, field, sides, shown, before, status, opened_at, resolved_at, resolved_by)
       values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      Object.values(row),
    );
  }
}

function isEqualRow(some: ConflictRow, other: ConflictRow | undefined): boolean {
  return other !== undefined && JSON.stringify(Object.values(some)) === JSON.stringify(Object.values(other));
}

function rowOf({ ent, type, conflict }: Writing): ConflictRow {
  const { id, field, sides, shown, before, settled } = conflict;
  const opened_at = Math.max(...sides.map(({ record }) => hlcMs(record.body.hlc)));
  const ended = settled === undefined ? null : settled === 'human' ? opened_at : hlcMs(settled.body.hlc);
  // in the order of the columns
  return {
    ...{ conflict_id: id, ent, type, field, sides: canonical(sides.map(sideOf)), shown },
    ...{ before: before === undefined ? null : canonical(before), status: settled === undefined ? 'open' : 'resolved' },
    ...{ opened_at, resolved_at: ended, resolved_by: settled === undefined ? null : enderOf(settled) },
  };
}

function sideOf({ record: { log, seq, dev, body }, value }: Side) {
  return { log, seq, dev, value, actor: body.actor, origin: body.origin, at: hlcMs(body.hlc) };
}

function enderOf(settled: 'human' | MergeRecord): string {
  if (settled === 'human') return 'rule:human';
  const { actor, origin, type } = settled.body;
  return canonical({ actor, origin, how: type === 'conflict' ? 'resolved' : 'changed' });
}
