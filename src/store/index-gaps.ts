import type { Side } from './rebuild.ts';
import type { Steps } from './steps.ts';

const rowsPerStep = 2_000;

/**
 * Rows that a full-text index lacks, and rows it has of nothing: SQLite's own check looks only at whether the index agrees
 * with itself. One sentence per index that differs.
 */
export function* indexGaps({ statements, settings }: Side): Steps<string[]> {
  const tables = settings.projections.flatMap((each) => Object.entries(each.tables));
  const found: string[] = [];
  for (const [index, info] of tables) {
    if (!info.indexes) continue;
    const lacking = yield* lacks(statements, info.indexes, rowsOfIndex(index));
    const left = yield* lacks(statements, rowsOfIndex(index), info.indexes);
    if (lacking + left > 0)
      found.push(`index ${index}: ${lacking} texts were missing, ${left} were of nothing; rebuilt`);
  }
  return found;
}

interface Rows {
  readonly table: string;
  readonly key: string;
}

/** FTS5 keeps a row of lengths for each text it has. */
function rowsOfIndex(index: string): Rows {
  return { table: `${index}_docsize`, key: 'id' };
}

/** How many rows of one table have none in the other. */
function* lacks(statements: Side['statements'], rows: Rows, others: Rows): Steps<number> {
  const last = statements.one<{ last: number | null }>(`select max(${rows.key}) as last from ${rows.table}`, [])?.last;
  let count = 0;
  for (let from = 0; from <= (last ?? -1); from += rowsPerStep) {
    const row = statements.one<{ count: number }>(
      `select count(*) as count from ${rows.table} r where r.${rows.key} between ? and ?
         and not exists (select 1 from ${others.table} o where o.${others.key} = r.${rows.key})`,
      [from, from + rowsPerStep - 1],
    );
    count += row?.count ?? 0;
    yield;
  }
  return count;
}
