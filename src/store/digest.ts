import { createHash } from 'node:crypto';
import type { Projection } from './record-type.ts';
import type { Store } from './store.ts';

/**
 * SHA-256 over the content of every projection: equal for equal facts, whatever the order in which they arrived.
 * Left out: columns that only say when something arrived here, and indexes computed from other tables.
 * Returns one digest per table, and one of them all under `all`.
 */
export function digest(store: Store): Readonly<Record<string, string>> {
  const tables = store.settings.projections.flatMap((each: Projection) => Object.entries(each.tables));
  const parts: Record<string, string> = {};
  for (const [table, info] of tables.filter(([, info]) => !info.index)) {
    parts[table] = tableDigest(store, table, new Set([...(info.local ?? []), ...(info.kept?.columns ?? [])]));
  }
  const all = createHash('sha256')
    .update(JSON.stringify(Object.entries(parts).sort()))
    .digest('hex');
  return { ...parts, all };
}

function tableDigest(store: Store, table: string, local: ReadonlySet<string>): string {
  const columns = store.statements
    .all<{ name: string }>('select name from pragma_table_info(?)', [table])
    .map((row) => row.name)
    .filter((name) => !local.has(name));
  const statement = store.db.prepare(`select ${columns.join(', ')} from ${table}`).raw();
  // rows are compared without their order; a sum of each keeps a large table out of memory
  const sums: string[] = [];
  for (const row of statement.iterate()) sums.push(createHash('sha256').update(JSON.stringify(row)).digest('binary'));
  return createHash('sha256').update(sums.sort().join(''), 'latin1').digest('hex');
}
