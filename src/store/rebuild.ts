import { PrsistError } from '../core/errors.ts';
import { aside } from './aside.ts';
import { appliedRecord, createProjector } from './projector.ts';
import type { Projection, TableInfo, Write } from './record-type.ts';
import { recordsAsWritten } from './replay.ts';
import { missingObjects } from './schema.ts';
import { type Settlement, settlement } from './settle.ts';
import type { Statements } from './statements.ts';
import { atOnce, type Pace, type Steps } from './steps.ts';
import type { Store } from './store.ts';

/** Where rows are computed: the store itself, or a second connection to its file. */
export type Side = Pick<Store, 'db' | 'statements' | 'settings'>;

const recordsPerStep = 20;

/**
 * Empties projections and computes them again from the log, in one transaction: a reader sees the old rows or the new.
 * only: names of tables or groups, everything when absent; what counts each other's rows is computed together.
 * Returns how many records were read. Throws input/invalid for a name that is none of this database.
 */
export function rebuild(store: Store, only?: ReadonlySet<string>): number {
  return store.maintain((tx) => atOnce(rebuildSteps(store, tx, only)));
}

/** The same in steps, within a transaction that the caller has begun on this side. */
export function* rebuildSteps(side: Side, tx: Write, only?: ReadonlySet<string>): Steps<number> {
  const { statements, settings, db } = side;
  const chosen = only ? projectionsOf(settings.projections, only) : settings.projections;
  const tables = chosen.flatMap((each) => Object.entries(each.tables));
  for (const { sql } of missingObjects(db, settings.kind, settings.migrations)) db.exec(sql);
  for (const [table, info] of tables) setAside(statements, table, info);
  for (const [table, info] of tables) {
    empty(db, table, info);
    yield;
  }
  settings.failpoint('rebuild.dropped');
  const count = yield* replay(side, tx, chosen);
  for (const [table, info] of tables) putBack(statements, table, info);
  return count;
}

function empty(db: Side['db'], table: string, { clear, emptying }: TableInfo): void {
  const all = db.prepare<[string], Trigger>(triggersOf);
  const triggers = emptying === undefined ? [] : all.all(table).filter(({ sql }) => onDelete.test(sql));
  for (const { name } of triggers) db.exec(`drop trigger ${name}`);
  if (emptying !== undefined && triggers.length > 0) db.exec(emptying);
  db.exec(clear ?? `delete from ${table}`);
  for (const { sql } of triggers) db.exec(sql);
}

interface Trigger {
  readonly name: string;
  readonly sql: string;
}

const triggersOf = "select name, sql from sqlite_schema where type = 'trigger' and tbl_name = ?";
const onDelete = /\bdelete\s+on\b/i;

/** The same while the store serves: readers keep the old rows until it is done. undefined: cancelled, nothing changed. */
export function rebuildAside(
  store: Store,
  only: ReadonlySet<string> | undefined,
  pace: Pace,
): Promise<number | undefined> {
  return aside(
    store,
    function* (side) {
      return { value: yield* rebuildSteps(side, side.tx, only), end: 'commit' };
    },
    pace,
  );
}

function projectionsOf(all: readonly Projection[], only: ReadonlySet<string>): readonly Projection[] {
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

function* replay({ statements, settings }: Side, tx: Write, chosen: readonly Projection[]): Steps<number> {
  const projector = createProjector(chosen);
  const all = createProjector(settings.projections);
  const { resolution } = settings;
  const entities = inTurn(settlement({ statements, projector, all, resolution }), tx, statements);
  let count = 0;
  for (const row of recordsAsWritten(statements)) {
    const record = appliedRecord(row.n, row.body);
    if (!entities.isSettled(record)) {
      if (projector.apply(tx, record.name, record) === 'settle') entities.settle(record.ent);
    }
    count += 1;
    if (count === 1) settings.failpoint('rebuild.half');
    if (count % recordsPerStep === 0) yield;
  }
  return count;
}

/** Whether something came with a package: then even one log holds words whose authors had not seen those before them. */
function isBrought(statements: Statements): boolean {
  const sql = `select 1 from records where type in ('context', 'document', 'task') and body ->> '$.actor.via' is not null
    limit 1`;
  return statements.one(sql, []) !== undefined;
}

/** Settles at its first record what was changed apart; what follows one after the other is laid over as it comes. */
function inTurn(settled: Settlement, tx: Write, statements: Statements) {
  const isAlone =
    (statements.one<{ logs: number }>('select count(*) as logs from logs', [])?.logs ?? 0) < 2 &&
    !isBrought(statements);
  const known = new Map<string, 'settled' | 'in line'>();
  const settle = (ent: string) => {
    known.set(ent, 'settled');
    settled.settle(tx, ent);
  };
  return {
    settle,
    isSettled({ name, ent }: ReturnType<typeof appliedRecord>): boolean {
      const [type = ''] = name.split('.');
      if (!settled.concerns(type)) return false;
      if (!known.has(ent)) {
        if (settled.isInLine({ ent, type }, isAlone)) known.set(ent, 'in line');
        else settle(ent);
      }
      return known.get(ent) === 'settled';
    },
  };
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
