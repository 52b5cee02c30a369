import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { filesBelow } from './walk.ts';

/** Makes a directory of its own (0700) under the system's temporary one; gives its real path, without links. */
export function temporaryDirectory(prefix: string): string {
  return fs.mkdtempSync(join(fs.realpathSync(tmpdir()), prefix));
}

/** Removes a directory with everything in it; none there is fine. Tries again while others are still writing to it. */
export function removeTree(path: string): void {
  fs.rmSync(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

/** Copies a directory with everything in it, or one file. */
export function copyTree(from: string, to: string): void {
  fs.cpSync(from, to, { recursive: true });
}

/** Makes a directory and what is missing above it. */
export function makeDirectory(path: string): void {
  fs.mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** Writes a file, and the directories above it where they are missing. mode: how it is opened, `a` adds at its end. */
export function writeText(path: string, text: string, mode: 'w' | 'a' = 'w'): void {
  makeDirectory(dirname(path));
  fs.writeFileSync(path, text, { flag: mode });
}

/** Files below a directory whose bytes hold a text. Compressed files are looked at as they are. */
export function filesHolding(directory: string, text: string): readonly string[] {
  return filesBelow(directory, () => true)
    .filter(({ path }) => bytesOf(path).includes(text))
    .map(({ path }) => path);
}

function bytesOf(path: string): Buffer {
  try {
    return fs.readFileSync(path);
  } catch {
    return Buffer.alloc(0); // gone since it was listed: it holds nothing any more
  }
}
