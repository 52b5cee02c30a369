import Database from 'better-sqlite3';
import { PrsistError } from '../core/errors.ts';
import { requireNotHeld } from '../platform/held-files.ts';
import type { Params, Query } from './record-type.ts';
import { Statements } from './statements.ts';

/** How long a read waits for the database's owner, in milliseconds: everything else waits with it. */
const waitMs = 50;

/** A database of another program while it is looked into. */
export interface Others {
  one<P extends Params, R>(read: Query<P, R>, params: P): R | undefined;
  all<P extends Params, R>(read: Query<P, R>, params: P): R[];
}

/**
 * Reads in a database of another program, which may be at work in it: nothing is written, and no lock outlasts `work`.
 * Throws file/unreadable for what is no database, is locked or has other tables.
 */
export function readOthers<T>(file: string, work: (db: Others) => T): T {
  requireNotHeld(file);
  let db: Database.Database | undefined;
  try {
    db = new Database(file, { readonly: true, fileMustExist: true, timeout: waitMs });
    // it may have been made to do harm
    db.pragma('trusted_schema = off');
    db.pragma('cell_size_check = on');
    db.pragma('query_only = on');
    const statements = new Statements(db);
    return work({
      one: (read, params) => statements.one(read.sql, params),
      all: (read, params) => statements.all(read.sql, params),
    });
  } catch (cause) {
    if (!(cause instanceof Database.SqliteError)) throw cause;
    throw new PrsistError('file/unreadable', `${file}: ${cause.message}`, { cause });
  } finally {
    db?.close();
  }
}
