import { createHash } from 'node:crypto';
import type { Side } from './rebuild.ts';
import type { Projection } from './record-type.ts';
import { atOnce, type Steps } from './steps.ts';

const pageSize = 100;

/**
 * SHA-256 over the content of every projection: equal for equal facts, whatever the order in which they arrived.
 * Left out: columns that only say when something arrived here, and indexes computed from other tables.
 * Returns one digest per table, and one of them all under `all`.
 */
export function digest(store: Side): Readonly<Record<string, string>> {
  return atOnce(digestSteps(store));
}

/** The same in steps. */
export function* digestSteps(store: Side): Steps<Readonly<Record<string, string>>> {
  const tables = store.settings.projections.flatMap((each: Projection) => Object.entries(each.tables));
  const parts: Record<string, string> = {};
  for (const [table, info] of tables.filter(([, info]) => !info.index)) {
    parts[table] = yield* tableDigest(store, table, new Set([...(info.local ?? []), ...(info.kept?.columns ?? [])]));
  }
  const all = createHash('sha256')
    .update(JSON.stringify(Object.entries(parts).sort()))
    .digest('hex');
  return { ...parts, all };
}

function* tableDigest(store: Side, table: string, local: ReadonlySet<string>): Steps<string> {
  const columns = store.statements
    .all<{ name: string }>('select name from pragma_table_info(?)', [table])
    .map((row) => row.name)
    .filter((name) => !local.has(name));
  const statement = store.db.prepare(`select ${columns.join(', ')} from ${table}`).raw();
  // rows are compared without their order: their hashes are added up, so that a large table needs no memory
  let sum = 0n;
  let count = 0;
  for (const row of statement.iterate()) {
    sum += BigInt(`0x${createHash('sha256').update(JSON.stringify(row)).digest('hex')}`);
    count += 1;
    if (count % pageSize === 0) yield;
  }
  return createHash('sha256')
    .update(`${count} ${BigInt.asUintN(256, sum)}`)
    .digest('hex');
}
