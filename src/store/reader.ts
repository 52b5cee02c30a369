import Database from 'better-sqlite3';
import { guarded } from './open.ts';
import type { Read } from './record-type.ts';
import { Statements } from './statements.ts';
import { reader } from './transaction.ts';
import { loadVectors } from './vectors.ts';

export interface Reader {
  readonly read: Read;
  /** From here to `end` every query sees the same state, and pays for finding it once: the locks, and what is in memory. */
  readonly begin: () => void;
  readonly end: () => void;
  readonly close: () => void;
}

/** Number of the newest migration a database file has; undefined when it cannot be read. Opens nothing for long. */
export function schemaOf(file: string): number | undefined {
  try {
    const db = new Database(file, { readonly: true, fileMustExist: true });
    try {
      return Number(db.pragma('user_version', { simple: true }));
    } finally {
      db.close();
    }
  } catch {
    return undefined; // whoever opens it to work with it says why
  }
}

/** Opens a database for reading alone, beside whoever writes it: what is committed when a query begins is seen. */
export function openReader(file: string): Reader {
  const db = guarded(file, () => new Database(file, { readonly: true, fileMustExist: true }));
  try {
    guarded(file, () => {
      db.pragma('query_only = on');
      db.pragma('busy_timeout = 2000');
      db.pragma('trusted_schema = off');
      db.pragma('mmap_size = 0');
      db.pragma('cache_size = -32768');
    });
    loadVectors(db);
    const statements = new Statements(db);
    return {
      read: reader(statements),
      begin: () => guarded(file, () => statements.run('begin', [])),
      end: () => guarded(file, () => statements.run('commit', [])),
      close: () => db.close(),
    };
  } catch (error) {
    db.close();
    throw error;
  }
}
