// Entities that were changed on several devices apart: what they are follows from the set of their records.
import { canonical } from '../core/canonical.ts';
import { hlcMs } from '../core/hlc.ts';
import { type Conflict, type Merged, merge } from '../core/merge.ts';
import type { MergeRecord } from '../core/merge-order.ts';
import type { Resolution, Side } from '../core/merge-rules.ts';
import type { RecordBody } from '../core/record.ts';
import { type BasesOver, basesOver } from './branches.ts';
import { erasePosition, isEraseHere } from './erasures.ts';
import type { Projector } from './projector.ts';
import type { Entity, EntityRecord, Projecting, Settling } from './record-type.ts';
import type { Statements } from './statements.ts';

export interface Settlement {
  /** Whether records of this type are of entities that are settled. type: the first word of a record's name. */
  concerns(type: string): boolean;
  /**
   * Whether a change can be laid over the row: its author had seen all that is here, and nothing is in conflict. Asked
   * before the change is in the log. heads: what is here of the entity that nobody has seen.
   */
  canLay(change: Pick<RecordBody, 'type' | 'ent' | 'base'>, heads: readonly Address[]): boolean;
  /** Writes the rows of an entity whole, and its conflicts. Returns the ids of conflicts that are open now and were not. */
  settle(tx: Projecting, ent: string): readonly string[];
  /**
   * Whether the records of an entity follow one after the other, so that they can be laid over one another as they come.
   * isAlone: there is but one log, whose records do.
   */
  isInLine(of: { readonly ent: string; readonly type: string }, isAlone: boolean): boolean;
}

type Address = readonly [log: string, seq: number];

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
  readonly body: string;
}

/** index on (ent, hlc) */
const recordsOf = `select r.n, l.log, l.dev, r.seq, r.body from records r join logs l using (log_n)
  where r.ent = ? and r.body is not null and r.state = 0`;

/** Settles what is settled at all; see Settlement. */
export function settlement({ statements, projector, all = projector, resolution }: Parts): Settlement {
  const { settling, merges } = all;
  const isOpen = (ent: string) =>
    statements.one("select 1 from conflicts where ent = ? and status = 'open' limit 1", [ent]) !== undefined;
  const rowsOf = (ent: string) => statements.all<Row>(recordsOf, [ent]);
  return {
    concerns: (type) => type === 'conflict' || settling(type) !== undefined,
    canLay({ type, ent, base }, heads) {
      const how = settling(type);
      if (!how || how.always || heads.length > 1 || base.length !== heads.length) return false;
      const [head] = heads;
      if (!head) return statements.one('select 1 from records where ent = ? limit 1', [ent]) === undefined;
      return base[0]?.[0] === head[0] && base[0][1] === head[1] && !isOpen(ent);
    },
    settle(tx, ent) {
      const rows = rowsOf(ent);
      const how = rows.map(({ body }) => settling(bodyOf(body).type)).find((each) => each !== undefined);
      if (!how) return []; // a conflict of something that is not here yet
      const over = basesOver(statements);
      const held = (log: string, seq: number) => isHeld(statements, log, seq);
      const entity = entityOf(tx, rows, { how, over, held, resolution: resolution?.() ?? 'intelligent' });
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

interface Deciding {
  readonly how: Settling;
  readonly over: BasesOver | undefined;
  /** Whether the record of a position is here, as what it may be. */
  readonly held: (log: string, seq: number) => boolean;
  readonly resolution: Resolution;
}

function entityOf(tx: Projecting, rows: readonly Row[], { how, over, held, resolution }: Deciding): Entity | undefined {
  const numbers = new Map(rows.map(({ log, seq, n }) => [`${log}:${seq}`, n]));
  const read = rows.map(({ body, ...at }): MergeRecord => ({ ...at, body: bodyOf(body) }));
  const given = over ? overForks(read, over) : read;
  const asRecord = ({ log, seq, body }: MergeRecord): EntityRecord => {
    const { id, ent, hlc, type, op, fields, actor, origin } = body;
    const n = numbers.get(`${log}:${seq}`) ?? 0;
    return { n, name: `${type}.${op}`, log, seq, id, ent, hlc, writtenAt: hlcMs(hlc), fields, actor, origin };
  };
  const merged: Merged = merge(wholeOf(given, held), {
    ...{ resolution, table: how.table, text: tx.text },
    isQuarantined: (record) => how.isQuarantined?.(tx, asRecord(record)) ?? false,
  });
  const records = merged.order.records.map(asRecord);
  const [first] = records;
  return first && { ent: first.ent, merged, records };
}

/** Records with bases that say what they mean where logs went on in two ways. */
function overForks(records: readonly MergeRecord[], over: BasesOver): readonly MergeRecord[] {
  const readings = new Map(records.map(({ log, seq, body }) => [`${log}:${seq}`, body.hlc]));
  const hlcOf = (log: string, seq: number) => readings.get(`${log}:${seq}`);
  return records.map((record) => {
    const { hlc, base } = record.body;
    return { ...record, body: { ...record.body, base: over({ log: record.log, hlc }, base, hlcOf) } };
  });
}

function isHeld(statements: Statements, log: string, seq: number): boolean {
  if (seq === erasePosition) return isEraseHere(statements, log);
  const sql = 'select 1 from logs l join records r using (log_n) where l.log = ? and r.seq = ?';
  return statements.one(sql, [log, seq]) !== undefined;
}

/**
 * Those of which everything is here that their authors had seen. The others wait: without it they would say more than
 * was said, and whoever goes on from what is shown would undo what is not here.
 */
function wholeOf(given: readonly MergeRecord[], held: Deciding['held']): readonly MergeRecord[] {
  const address = (log: string, seq: number) => `${log}:${seq}`;
  const here = new Set(given.map(({ log, seq }) => address(log, seq)));
  const naming = Map.groupBy(
    given.flatMap((record) => record.body.base.map(([log, seq]) => ({ record, log, seq }))),
    ({ log, seq }) => address(log, seq),
  );
  const absent = [...naming.values()].flatMap(([one]) =>
    one && !here.has(address(one.log, one.seq)) && !held(one.log, one.seq) ? [address(one.log, one.seq)] : [],
  );
  if (absent.length === 0) return given;
  const waiting = new Set<MergeRecord>();
  // a list that is walked while it grows: whoever names what waits, waits as well
  for (const missing of absent) {
    for (const { record } of naming.get(missing) ?? []) {
      if (!waiting.has(record)) absent.push(address(record.log, record.seq));
      waiting.add(record);
    }
  }
  return given.filter((record) => !waiting.has(record));
}

/** One after the other, each by somebody who had seen the one before, and in the order of the clocks. */
function inLine(rows: readonly Row[], merges: (name: string) => boolean): boolean {
  const chain = rows
    .map(({ log, seq, body }) => ({ log, seq, ...bodyOf(body) }))
    .sort((a, b) => (a.hlc < b.hlc ? -1 : 1));
  let before: Address | undefined;
  for (const { log, seq, type, op, base } of chain) {
    if (type === 'conflict') return false;
    if (!merges(`${type}.${op}`)) {
      if (before) continue; // it only adds to what is there
      return false;
    }
    if (base.length !== (before ? 1 : 0)) return false;
    if (before && (base[0]?.[0] !== before[0] || base[0][1] !== before[1])) return false;
    before = [log, seq];
  }
  return true;
}

interface ConflictRow {
  readonly conflict_id: string;
  readonly status: string;
}

function writeConflicts(statements: Statements, { ent, merged }: Entity, type: string): readonly string[] {
  const before = statements.all<ConflictRow>('select conflict_id, status from conflicts where ent = ?', [ent]);
  if (before.length === 0 && merged.conflicts.length === 0) return [];
  statements.run('delete from conflicts where ent = ?', [ent]);
  for (const conflict of merged.conflicts) writeConflict(statements, { ent, type, conflict });
  const open = new Set(before.filter(({ status }) => status === 'open').map(({ conflict_id }) => conflict_id));
  return merged.conflicts.filter(({ id, settled }) => settled === undefined && !open.has(id)).map(({ id }) => id);
}

interface Writing {
  readonly ent: string;
  readonly type: string;
  readonly conflict: Conflict;
}

function writeConflict(statements: Statements, { ent, type, conflict }: Writing): void {
  const { id, field, sides, shown, before, settled } = conflict;
  const opened = Math.max(...sides.map(({ record }) => hlcMs(record.body.hlc)));
  const ended = settled === undefined ? null : settled === 'human' ? opened : hlcMs(settled.body.hlc);
  statements.run(
    `insert into conflicts (conflict_id, ent, type, field, sides, shown, before, status, opened_at, resolved_at, resolved_by)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    [
      ...[id, ent, type, field, canonical(sides.map(sideOf)), shown, before === undefined ? null : canonical(before)],
      ...[settled === undefined ? 'open' : 'resolved', opened, ended, settled === undefined ? null : enderOf(settled)],
    ],
  );
}

function sideOf({ record: { log, seq, dev, body }, value }: Side) {
  return { log, seq, dev, value, actor: body.actor, origin: body.origin, at: hlcMs(body.hlc) };
}

function enderOf(settled: 'human' | MergeRecord): string {
  if (settled === 'human') return 'rule:human';
  const { actor, origin, type } = settled.body;
  return canonical({ actor, origin, how: type === 'conflict' ? 'resolved' : 'changed' });
}
