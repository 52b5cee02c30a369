import Database from 'better-sqlite3';
import { PrsistError } from '../core/errors.ts';
import { applicationId } from '../core/protocol.ts';
import { loadVectors } from './vectors.ts';

export type Connection = Database.Database;

/**
 * Opens one database file with every setting that durability and privacy rest on, and reads the important one back.
 * file: a path under the data directory, its directory 0700 and there. The file is made 0600 by the umask of the process.
 * Throws store/newer-schema, store/corrupt, store/locked.
 */
export function openConnection(file: string, schema: number): Connection {
  const db = guarded(file, () => new Database(file));
  try {
    // before the first change: a database that is not ours, or newer than us, stays as it is
    guarded(file, () => checkSchema(db, schema));
    guarded(file, () => configure(db, file));
    loadVectors(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function configure(db: Connection, file: string): void {
  // both before the first table. Records have about 1 KiB: on larger pages they leave less room empty (15 %), and half as
  // many calls write them
  db.pragma('page_size = 8192');
  db.pragma('auto_vacuum = incremental');
  db.pragma('journal_mode = wal');
  db.pragma('synchronous = full'); // this build opens WAL at normal
  db.pragma('busy_timeout = 5000');
  db.pragma('foreign_keys = on');
  db.pragma('secure_delete = on');
  db.pragma('trusted_schema = off');
  db.pragma('cell_size_check = on');
  db.pragma('mmap_size = 0');
  // pages that change again and again are copied into the file once in 16 MiB of changes
  db.pragma('wal_autocheckpoint = 2048');
  db.pragma('journal_size_limit = 67108864');
  db.pragma('cache_size = -8192');
  if (db.pragma('synchronous', { simple: true }) !== 2) throw new PrsistError('store/corrupt', `${file}: not durable`);
}

/** Throws for a database that is none of ours, or newer than us. schema: the newest this program knows. */
export function checkSchema(db: Connection, schema: number): void {
  const version = Number(db.pragma('user_version', { simple: true }));
  const owner = Number(db.pragma('application_id', { simple: true }));
  const isEmpty = version === 0 && owner === 0 && !db.prepare('select 1 from sqlite_schema limit 1').get();
  if (!isEmpty && owner !== applicationId) {
    throw new PrsistError('store/corrupt', `${db.name} is a database, but not one of prsist`);
  }
  if (version > schema) {
    throw new PrsistError(
      'store/newer-schema',
      `${db.name} was written by a newer prsist (schema ${version}, this one knows ${schema})`,
    );
  }
}

/** Runs a piece of database work; what SQLite reports becomes an error of ours. */
export function guarded<T>(file: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storeError(error, file);
  }
}

/** An error of SQLite as one of ours; everything else unchanged. */
export function storeError(error: unknown, file: string): unknown {
  if (!(error instanceof Database.SqliteError)) return systemError(error, file);
  const { code } = error;
  const options = { cause: error };
  if (code.startsWith('SQLITE_FULL')) return new PrsistError('disk/full', `no space left for ${file}`, options);
  if (code.startsWith('SQLITE_IOERR')) return new PrsistError('disk/failed', `${file}: ${error.message}`, options);
  if (code.startsWith('SQLITE_READONLY'))
    return new PrsistError('disk/read-only', `${file} cannot be written`, options);
  if (code.startsWith('SQLITE_CANTOPEN')) return new PrsistError('disk/failed', `${file}: ${error.message}`, options);
  if (code.startsWith('SQLITE_BUSY')) return new PrsistError('store/locked', `${file} is in use`, options);
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new PrsistError('store/corrupt', `${file}: ${error.message}`, options);
  }
  return error;
}

/** The same for what the operating system says by itself. */
function systemError(error: unknown, file: string): unknown {
  const code = codeOf(error);
  if (code === 'ENOSPC') return new PrsistError('disk/full', `no space left for ${file}`, { cause: error });
  if (code === 'EIO') return new PrsistError('disk/failed', `${file}: input/output error`, { cause: error });
  return error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** True when SQLite reported a failure of disk or file: that concerns every request of a transaction, not only one. */
export function isStoreFailure(error: unknown): boolean {
  if (!(error instanceof PrsistError) || !/^(disk|store)\//.test(error.code)) return false;
  return error.cause instanceof Database.SqliteError || ['ENOSPC', 'EIO'].includes(codeOf(error.cause));
}
