// Copies of a database file that can be trusted: made by SQLite itself, looked through before they count.
import Database from 'better-sqlite3';
import { PrsistError } from '../core/errors.ts';
import { fileKind } from '../platform/walk.ts';
import type { StoreKind } from './migrate.ts';
import { type Connection, checkSchema, guarded, storeError } from './open.ts';

/** What a copy says about itself: who wrote what up to where, when it was taken. */
export interface Contents {
  readonly kind: StoreKind;
  /** The project its newest log was opened for; null in a user database. */
  readonly project_id: string | null;
  readonly schema: number;
  readonly records: number;
  /** Log → its last record here. */
  readonly vector: Readonly<Record<string, number>>;
}

const pagesPerStep = 256;

interface Copying {
  readonly breathe: () => Promise<void>;
  /** After the first step. */
  readonly onHalf?: () => void;
}

/**
 * Copies a database to a new file in small steps, between which everything goes on; what is written meanwhile is in it.
 * The copy is one file, without WAL, and has passed a check. Throws store/corrupt when it does not.
 */
export async function copyDatabase(from: Connection, target: string, { breathe, onHalf }: Copying): Promise<void> {
  let steps = 0;
  const progress = () => {
    steps += 1;
    if (steps === 1) onHalf?.();
    return pagesPerStep;
  };
  await from.backup(target, { progress }).catch((error: unknown) => {
    throw storeError(error, target);
  });
  const db = finished(target);
  try {
    for (const name of tablesOf(db)) {
      requireWhole(db, `("${name}")`);
      await breathe();
    }
  } finally {
    db.close();
  }
}

/** The same at once, for a moment in which nothing else may happen: before the schema changes. */
export function copyDatabaseNow(from: Connection, target: string): void {
  guarded(target, () => from.prepare('vacuum into ?').run(target));
  const db = finished(target);
  try {
    requireWhole(db, '(1)');
  } finally {
    db.close();
  }
}

/** A copy as one file that needs nothing beside it. */
function finished(file: string): Connection {
  const db = guarded(file, () => new Database(file, { fileMustExist: true }));
  try {
    guarded(file, () => {
      db.pragma('journal_mode = delete');
      withoutCache(db);
    });
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** What is kept for speed only, and may hold texts of other databases, is no part of a copy. */
function withoutCache(db: Connection): void {
  const filled = tablesOf(db)
    .filter((name) => name.startsWith('kv_'))
    .filter((name) => db.prepare(`select 1 from ${name} limit 1`).get() !== undefined);
  if (filled.length === 0) return;
  db.pragma('secure_delete = on');
  db.transaction(() => {
    for (const name of filled) db.prepare(`delete from ${name}`).run();
  })();
  db.pragma('incremental_vacuum');
}

function tablesOf(db: Connection): string[] {
  return db
    .prepare<[], string>("select name from pragma_table_list where schema = 'main' and type in ('table', 'shadow')")
    .pluck()
    .all();
}

function requireWhole(db: Connection, what: string): void {
  const found = guarded(db.name, () => db.pragma(`quick_check${what}`, { simple: true }));
  if (found !== 'ok') throw new PrsistError('store/corrupt', `${db.name}: ${String(found)}`);
}

/**
 * Looks into a database file that nobody holds, without changing it. schema: the newest this program knows.
 * Throws file/unreadable, store/corrupt for what is none of ours, store/newer-schema.
 */
export function contentsOf(file: string, schema: number): Contents {
  const db = openCopy(file, schema);
  try {
    return guarded(file, () => readContents(db));
  } finally {
    db.close();
  }
}

/** Copies a database file that nobody holds to a new one, which is checked. Throws as contentsOf does. */
export async function copyFile(file: string, target: string, { schema, breathe }: Reading): Promise<void> {
  const db = openCopy(file, schema);
  try {
    await copyDatabase(db, target, { breathe });
  } finally {
    db.close();
  }
}

interface Reading {
  readonly schema: number;
  readonly breathe: () => Promise<void>;
}

function openCopy(file: string, schema: number): Connection {
  if (fileKind(file) !== 'file') throw noFile(file);
  let db: Connection;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true });
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new PrsistError('file/unreadable', `${file}: ${why}`, { cause });
  }
  try {
    guarded(file, () => {
      if (db.prepare('select 1 from sqlite_schema limit 1').get() === undefined) {
        throw new PrsistError('store/corrupt', `${file} is empty`);
      }
      checkSchema(db, schema);
    });
    return db;
  } catch (error) {
    db.close();
    if (error instanceof PrsistError && error.code === 'store/corrupt') {
      throw new PrsistError('store/corrupt', error.message, {
        cause: error,
        hint: 'choose another copy: prsist backup --list',
      });
    }
    throw error;
  }
}

function noFile(file: string): PrsistError {
  const kind = fileKind(file);
  const why = { absent: 'there is no such file', directory: 'it is a directory', file: '', other: 'it is no file' }[
    kind
  ];
  return new PrsistError('file/unreadable', `${file}: ${why}`, { hint: 'prsist backup --list shows the copies' });
}

interface Opened {
  readonly kind: StoreKind;
  readonly project_id: string | null;
}

/** What a database that is open holds. */
export function readContents(db: Connection): Contents {
  const opened = db
    .prepare<[], Opened>(
      `select r.body ->> '$.fields.store' as kind, r.body ->> '$.fields.project_id' as project_id
       from records r join logs l using (log_n) where r.type = 'log' and r.op = 'open' and l.own = 1
       order by r.n desc limit 1`,
    )
    .get();
  if (!opened) throw new PrsistError('store/corrupt', `${db.name} holds no log`);
  const logs = db.prepare<[], { log: string; seq: number }>('select log, seq from logs order by log').all();
  return {
    ...opened,
    schema: Number(db.pragma('user_version', { simple: true })),
    records: Number(db.prepare('select count(*) from records').pluck().get()),
    vector: Object.fromEntries(logs.map(({ log, seq }) => [log, seq])),
  };
}

/**
 * Makes a copy that is about to take a database's place write no second history: the logs that were written are closed,
 * so a new one is opened with the first use. What the copy said of itself is taken out.
 */
export function closeOwnLogs(file: string): void {
  changeCopy(file, (db) => {
    db.prepare("update logs set state = 'closed' where own = 1 and state = 'open'").run();
    db.prepare('delete from meta where key = ?').run(manifestKey);
  });
}

const manifestKey = 'backup';

/** Writes into a copy what it is. */
export function noteManifest(file: string, manifest: Readonly<Record<string, unknown>>): void {
  changeCopy(file, (db) => {
    db.prepare('insert into meta (key, value) values (?, ?)').run(manifestKey, JSON.stringify(manifest));
  });
}

function changeCopy(file: string, work: (db: Connection) => void): void {
  guarded(file, () => {
    const db = new Database(file, { fileMustExist: true });
    try {
      db.pragma('synchronous = full');
      db.transaction(() => work(db))();
    } finally {
      db.close();
    }
  });
}
