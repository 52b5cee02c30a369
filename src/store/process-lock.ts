import Database from 'better-sqlite3';
import { holdFile } from '../platform/held-files.ts';

export interface ProcessLock {
  release(): void;
}

/**
 * Takes the lock that makes a daemon the only one, or returns undefined at once when another process holds it.
 * `begin exclusive` on a database of its own: the kernel frees it with the process, however that ends. Nothing else in
 * the process may open this file, since closing any descriptor of it would drop the lock.
 */
export function takeProcessLock(file: string): ProcessLock | undefined {
  const db = new Database(file, { timeout: 0 });
  try {
    db.pragma('journal_mode = delete');
    db.exec('begin exclusive');
  } catch (error) {
    db.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return undefined;
    throw error;
  }
  const letGo = holdFile(file);
  return {
    release: () => {
      db.close();
      letGo();
    },
  };
}
