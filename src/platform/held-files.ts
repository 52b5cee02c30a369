import fs from 'node:fs';
import { PrsistError } from '../core/errors.ts';

const held = new Set<string>();
const beside = ['', '-wal', '-shm', '-journal'];

/**
 * Notes a database that this process has open. Closing any descriptor of such a file drops every lock that the process
 * holds on it, also those of the database: so nothing else may open it. Returns what ends that.
 */
export function holdFile(path: string): () => void {
  held.add(path);
  return () => void held.delete(path);
}

/** Throws file/unreadable for a database that this process has open, by whatever name or link it is asked for. */
export function requireNotHeld(path: string): void {
  if (held.size === 0) return;
  const asked = fs.statSync(path, { throwIfNoEntry: false });
  if (!asked?.isFile()) return;
  for (const file of held) {
    for (const ending of beside) {
      const info = fs.statSync(`${file}${ending}`, { throwIfNoEntry: false });
      if (info?.ino !== asked.ino || info.dev !== asked.dev) continue;
      throw new PrsistError('file/unreadable', `${path} is a database that is in use`, {
        hint: 'a copy can be read: prsist reads and writes its own databases by itself',
      });
    }
  }
}
