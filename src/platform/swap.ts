import fs from 'node:fs';
import { dirname } from 'node:path';

/** Gives a file another name; what stood there is replaced. On disk when it returns. */
export function moveFile(from: string, to: string): void {
  fs.renameSync(from, to);
  syncDirectory(dirname(to));
}

/** Copies a file that nobody holds open. On disk when it returns. */
export function copyPlainFile(from: string, to: string): void {
  fs.copyFileSync(from, to);
  const handle = fs.openSync(to, 'r+');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/**
 * Puts `next` in the place of a database that nobody has open and keeps what stood there as `aside`, with a WAL that was
 * left beside it: at no moment is there no file.
 */
export function swapFile(file: string, next: string, aside: string): void {
  fs.rmSync(aside, { force: true });
  removeBeside(aside);
  try {
    fs.linkSync(file, aside);
  } catch {
    fs.copyFileSync(file, aside); // a file system without links
  }
  if (fs.existsSync(`${file}-wal`)) fs.renameSync(`${file}-wal`, `${aside}-wal`);
  removeBeside(file);
  moveFile(next, file);
}

function syncDirectory(path: string): void {
  const handle = fs.openSync(path, 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

/** Removes what SQLite keeps beside a database that is gone: read with another one it would be taken for its own. */
export function removeBeside(file: string): void {
  for (const name of ['-wal', '-shm', '-journal']) fs.rmSync(`${file}${name}`, { force: true });
}
