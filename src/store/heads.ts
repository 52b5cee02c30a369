// The newest records of an entity that merges: those that nobody here has seen.
import type { RecordBody } from '../core/record.ts';
import type { OwnLog } from './log.ts';
import type { Address } from './seen.ts';
import type { Statements } from './statements.ts';

/** What is here of an entity that nobody has seen. */
export function headsOf(statements: Statements, ent: string): Address[] {
  const rows = statements.all<{ log: string; seq: number }>(
    'select l.log, h.seq from heads h join logs l using (log_n) where h.ent = ? order by l.log, h.seq',
    [ent],
  );
  return rows.map((row) => [row.log, row.seq]);
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

/** What the change had seen is superseded; it is a head itself unless somebody here has seen it already. */
export function mergeHeads(
  statements: Statements,
  { ent, base }: RecordBody,
  { row, log_n }: { readonly row: { readonly log: string; readonly seq: number }; readonly log_n: number },
): void {
  for (const [log, seq] of base) {
    const sql = 'delete from heads where ent = ? and seq = ? and log_n = (select log_n from logs where log = ?)';
    statements.run(sql, [ent, seq, log]);
  }
  const seen = statements.one(
    `select 1 from records r, json_each(r.body, '$.base') b
     where r.ent = ? and r.body is not null and b.value ->> 0 = ? and b.value ->> 1 = ? limit 1`,
    [ent, row.log, row.seq],
  );
  if (!seen) statements.run('insert or ignore into heads (ent, log_n, seq) values (?, ?, ?)', [ent, log_n, row.seq]);
}
