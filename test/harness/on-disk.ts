// What stands on a disk, for whoever looks from outside.
import fs from 'node:fs';
import { join } from 'node:path';
import type { Home } from './home.ts';

/** Every file below some directories, with its bytes as characters. */
export function filesBelow(...tops: readonly string[]): { readonly path: string; readonly bytes: string }[] {
  return tops
    .flatMap((top) => fs.readdirSync(top, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, bytes: fs.readFileSync(path, 'latin1') }));
}

/** All of their bytes in one. */
export function bytesBelow(...tops: readonly string[]): string {
  return filesBelow(...tops)
    .map(({ bytes }) => bytes)
    .join('\n');
}

/** Which of these words stand in any file of an installation. */
export function standing({ paths }: Home, words: readonly string[]): readonly string[] {
  const bytes = bytesBelow(paths.data, paths.state);
  return words.filter((word) => bytes.includes(word));
}
