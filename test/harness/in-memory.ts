import fs from 'node:fs';
import { tmpdir } from 'node:os';

const memory = '/dev/shm';

/**
 * Where temporary files of tests lie that nobody reads after a loss of power: in memory where there is room, since databases
 * by the thousand wait for a disk at each commit. What a killed process leaves is the same there.
 */
export function inMemory(): string {
  return hasRoom() ? memory : tmpdir();
}

function hasRoom(): boolean {
  try {
    fs.accessSync(memory, fs.constants.W_OK | fs.constants.X_OK);
    const { bavail, bsize } = fs.statfsSync(memory);
    return bavail * bsize > 2 * 1024 ** 3;
  } catch {
    return false; // not on this system
  }
}
