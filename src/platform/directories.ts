import fs from 'node:fs';
import { dirname } from 'node:path';

/**
 * Makes a directory and what is missing above it, 0700; one that is there stays as it is. Step by step, because Node's
 * own `recursive` never ends where a directory can neither be made nor found (below /proc).
 */
export function makeDirectories(path: string): void {
  if (fs.statSync(path, { throwIfNoEntry: false })?.isDirectory()) return;
  const above = dirname(path);
  if (above !== path) makeDirectories(above);
  try {
    fs.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    // somebody else may have made it meanwhile
    if (!fs.statSync(path, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}
