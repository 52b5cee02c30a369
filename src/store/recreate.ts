import { concerns } from './migrate.ts';
import { rebuild } from './rebuild.ts';
import type { Store } from './store.ts';

/**
 * Makes tables of projections anew, as the migrations declare them, and computes their rows again from the log: for an
 * index that is damaged or gone, which must be dropped and not mended. tables: names of tables of projections.
 */
export function recreate(store: Store, tables: readonly string[]): void {
  const { kind, migrations } = store.settings;
  const steps = migrations.filter((step) => concerns(step, kind)).flatMap(({ sql }) => statementsOf(sql));
  store.maintain(() => {
    for (const table of tables) {
      store.db.exec(`drop table if exists ${table}`);
      for (const step of steps) if (isAbout(step, table) && !isThere(store, step)) store.db.exec(step);
    }
  });
  rebuild(store, new Set(tables));
}

/** Statements of a migration; nothing in ours holds a semicolon but their ends. */
function statementsOf(sql: string): string[] {
  return sql.match(/^(?:create|alter)\b[^;]*;/gim) ?? [];
}

function isAbout(step: string, table: string): boolean {
  const [, made] = /^create (?:virtual )?table (\w+)/i.exec(step) ?? [];
  const [, changed] = /^alter table (\w+)/i.exec(step) ?? [];
  const [, indexed] = /^create (?:unique )?index \w+ on (\w+)/i.exec(step) ?? [];
  return [made, changed, indexed].includes(table);
}

function isThere({ statements }: Store, step: string): boolean {
  const [, name] = /^create (?:virtual table|table|unique index|index) (\w+)/i.exec(step) ?? [];
  return name !== undefined && statements.one('select 1 from sqlite_schema where name = ?', [name]) !== undefined;
}
