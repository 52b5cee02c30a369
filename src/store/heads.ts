// The newest records of an entity that merges: those that nobody here has seen.
import { markOf, type RecordBody, type RecordName } from '../core/record.ts';
import type { OwnLog } from './log.ts';
import { lookupIn, namesIn } from './named.ts';
import type { Statements } from './statements.ts';

/** Names of what is here of an entity that nobody has seen. */
export function headsOf(statements: Statements, ent: string): RecordName[] {
  const rows = statements.all<{ log: string; seq: number; com: Uint8Array }>(
    `select l.log, h.seq, r.com from heads h join logs l using (log_n) join records r using (log_n, seq)
     where h.ent = ? order by l.log, h.seq`,
    [ent],
  );
  return rows.map(({ log, seq, com }) => [log, seq, markOf(com)]);
}

interface Headed {
  readonly own: OwnLog;
  readonly base: RecordBody['base'];
}

/** The change just written stands for the heads it has seen. */
export function replaceHeads(statements: Statements, ent: string, { own, base }: Headed): void {
  for (const [log, seq] of base) {
    const sql = 'delete from heads where ent = ? and seq = ? and log_n = (select log_n from logs where log = ?)';
    statements.run(sql, [ent, seq, log]);
  }
  statements.run('insert into heads (ent, log_n, seq) values (?, ?, ?)', [ent, own.log_n, own.seq]);
}

interface Heading {
  readonly row: { readonly log: string; readonly seq: number; readonly com: Uint8Array };
  readonly log_n: number;
  /** Names of what nobody here had seen before it came. */
  readonly heads: readonly RecordName[];
}

/** What the change had seen is superseded; it is a head itself unless somebody here has seen it already. */
export function mergeHeads(statements: Statements, { ent, base }: RecordBody, { row, log_n, heads }: Heading): void {
  for (const [log, seq] of heads.filter(isIn(namedBy(statements, { ent, base, own: row.log })))) {
    const sql = 'delete from heads where ent = ? and seq = ? and log_n = (select log_n from logs where log = ?)';
    statements.run(sql, [ent, seq, log]);
  }
  // by its mark, where there is one: behind a fork others know it by another address
  const seen = statements.one(
    `select 1 from records r, json_each(r.body, '$.base') b
     where r.ent = ? and r.body is not null and b.value ->> 1 = ?
     and case when b.value ->> 2 is null then b.value ->> 0 = ? else b.value ->> 2 = ? end limit 1`,
    [ent, row.seq, row.log, markOf(row.com)],
  );
  if (!seen) statements.run('insert or ignore into heads (ent, log_n, seq) values (?, ?, ?)', [ent, log_n, row.seq]);
}

interface Naming extends Pick<RecordBody, 'ent' | 'base'> {
  /** The log of the record that names. */
  readonly own: string;
}

/** What a record had seen: those named with a mark as they are, of the others where they lie here. */
function namedBy(statements: Statements, { ent, base, own }: Naming): readonly RecordName[] {
  const isMarked = base.every(([, , mark]) => mark !== undefined);
  return isMarked ? base : namesIn(statements)(own, base, lookupIn(statements, ent));
}

/** Whether a head is one of those named: by its mark where there is one, since its log may be called otherwise here. */
function isIn(names: readonly RecordName[]): (head: RecordName) => boolean {
  return (head) =>
    names.some(([log, seq, mark]) => seq === head[1] && (mark === undefined ? log === head[0] : mark === head[2]));
}
