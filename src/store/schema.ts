import Database from 'better-sqlite3';
import { concerns, type Migration, type StoreKind } from './migrate.ts';
import type { Connection } from './open.ts';

export interface SchemaObject {
  readonly type: 'table' | 'index' | 'view' | 'trigger';
  readonly name: string;
  readonly sql: string;
}

const listed = `select type, name, sql from sqlite_schema
  where sql is not null and name not like 'sqlite@_%' escape '@' order by type = 'index', type = 'view', type = 'trigger', rowid`;

/** Tables, indexes, views and triggers that a database should have and has not, in the order in which they can be made. */
export function missingObjects(db: Connection, kind: StoreKind, steps: readonly Migration[]): SchemaObject[] {
  const here = new Set(objects(db).map(({ name }) => name));
  return wholeSchema(kind, steps).filter(({ name }) => !here.has(name));
}

const made = new WeakMap<readonly Migration[], Map<StoreKind, readonly SchemaObject[]>>();

/** Going through all steps takes 15 ms, and they stay what they are as long as the program runs. */
function wholeSchema(kind: StoreKind, steps: readonly Migration[]): readonly SchemaObject[] {
  const ofKinds = made.get(steps) ?? new Map<StoreKind, readonly SchemaObject[]>();
  made.set(steps, ofKinds);
  const whole = ofKinds.get(kind) ?? madeBy(kind, steps);
  ofKinds.set(kind, whole);
  return whole;
}

/** What the steps of the schema make, as an empty database shows it, without what a virtual table keeps for itself. */
function madeBy(kind: StoreKind, steps: readonly Migration[]): readonly SchemaObject[] {
  const db = new Database(':memory:');
  try {
    const done = [...steps].sort((a, b) => a.number - b.number).filter((step) => concerns(step, kind));
    for (const { sql } of done) db.exec(sql);
    const shadows = new Set(
      db
        .prepare<[], { name: string }>("select name from pragma_table_list where type = 'shadow'")
        .all()
        .map((t) => t.name),
    );
    return objects(db).filter(({ name }) => !shadows.has(name));
  } finally {
    db.close();
  }
}

function objects(db: Connection): SchemaObject[] {
  return db.prepare<[], SchemaObject>(listed).all();
}
