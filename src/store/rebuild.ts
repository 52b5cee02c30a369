import { PrsistError } from '../core/errors.ts';
import { appliedRecord, createProjector } from './projector.ts';
import type { Projection, TableInfo, Write } from './record-type.ts';
import type { Statements } from './statements.ts';
import type { Store } from './store.ts';

interface LogRow {
  readonly n: number;
  readonly body: string;
}

const pageSize = 2_000;

/**
 * Empties projections and computes them again from the log, in one transaction: a reader sees the old rows or the new.
 * only: names of tables or groups, everything when absent; what counts each other's rows is computed together.
 * Returns how many records were read. Throws input/invalid for a name that is none of this database.
 */
export function rebuild(store: Store, only?: ReadonlySet<string>): number {
  const chosen = only ? projectionsOf(store, only) : store.settings.projections;
  return store.maintain((tx) => {
    const tables = chosen.flatMap((each) => Object.entries(each.tables));
    for (const [table, info] of tables) setAside(store.statements, table, info);
    for (const [table, info] of tables) store.db.exec(info.clear ?? `delete from ${table}`);
    const count = replay(store, tx, chosen);
    for (const [table, info] of tables) putBack(store.statements, table, info);
    return count;
  });
}

function projectionsOf(store: Store, only: ReadonlySet<string>): readonly Projection[] {
  const all = store.settings.projections;
  const groupOf = (each: Projection) => each.group ?? each.name;
  const groups = new Map(
    all.flatMap((each) => [groupOf(each), ...Object.keys(each.tables)].map((n) => [n, groupOf(each)])),
  );
  const unknown = [...only].find((name) => !groups.has(name));
  if (unknown !== undefined) {
    const hint = `one of ${[...groups.keys()].sort().join(', ')}`;
    throw new PrsistError('input/invalid', `no table ${unknown} is computed here`, { field: 'tables', hint });
  }
  const wanted = new Set([...only].map((name) => groups.get(name)));
  return all.filter((each) => wanted.has(groupOf(each)));
}

function replay(store: Store, tx: Write, chosen: readonly Projection[]): number {
  const projector = createProjector(chosen);
  let count = 0;
  for (let last = 0; ; ) {
    const page = store.statements.all<LogRow>(
      'select n, body from records where n > ? and body is not null and state = 0 order by n limit ?',
      [last, pageSize],
    );
    for (const row of page) {
      const record = appliedRecord(row.n, row.body);
      projector.apply(tx, record.name, record);
      last = row.n;
    }
    count += page.length;
    if (page.length < pageSize) return count;
  }
}

/** Local columns (counts of reads, what was shown) come from no record: they are carried over a rebuild by key. */
function setAside(statements: Statements, table: string, { kept }: TableInfo): void {
  if (!kept) return;
  const columns = [kept.key, ...kept.columns].join(', ');
  statements.db.exec(`create temp table kept_${table} as select ${columns} from ${table}`);
}

function putBack(statements: Statements, table: string, { kept }: TableInfo): void {
  if (!kept) return;
  const set = kept.columns.map((column) => `${column} = k.${column}`).join(', ');
  statements.db.exec(`update ${table} set ${set} from kept_${table} k where k.${kept.key} = ${table}.${kept.key}`);
  statements.db.exec(`drop table temp.kept_${table}`);
}
