// The locks of a running daemon as another process sees them: a lock that was lost shows only from outside.
import Database from 'better-sqlite3';
import { takeProcessLock } from '../../src/store/process-lock.ts';
import { databases } from './audit.ts';
import type { Home } from './home.ts';

/** Which locks the daemon of a home does not hold any more; empty is well. This process must hold none of them. */
export function lostLocks(home: Home): string[] {
  const lock = takeProcessLock(home.paths.lock);
  lock?.release();
  const lost = databases(home).filter((file) => !isHeld(file));
  return [...(lock ? [home.paths.lock] : []), ...lost];
}

/** Whoever has a database open in WAL mode holds a shared lock on it; without that its mode could be changed. */
function isHeld(file: string): boolean {
  const db = new Database(file, { timeout: 0 });
  try {
    return db.pragma('journal_mode = delete', { simple: true }) === 'wal';
  } catch (error) {
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return true;
    throw error;
  } finally {
    db.close();
  }
}
