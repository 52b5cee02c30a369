// Files of states: written by engines into a directory of ours, adopted by us.
import fs from 'node:fs';
import { join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { isMissing, ownDirectory } from './files.ts';
import { breathe } from './time.ts';
import { type FoundFile, filesIn } from './walk.ts';

/** What stays in the processor's cache; after so many bytes others have their turn. */
const [sliceBytes, turnBytes] = [256 * 1024, 4 * 1024 * 1024];
const ours = /^(?:new-)?[0-9a-f]{24}\.kv$/;

/** The directory of tensors, made where it is missing. Throws store/unsafe-mode where others can look into it. */
export function tensorDirectory(path: string): string {
  ownDirectory(path);
  return path;
}

/** Files there that we named, or had an engine name; others of a directory are none of our business. */
export function tensorFiles(directory: string): readonly FoundFile[] {
  return filesIn(directory, (name) => ours.test(name));
}

/** The bytes of a file in order; a slice counts until the next one is asked for. Throws when the file is not there. */
export async function* slicesOf(path: string): AsyncGenerator<Uint8Array> {
  const handle = fs.openSync(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(sliceBytes);
    for (let read = 0; ; ) {
      const count = fs.readSync(handle, buffer, 0, buffer.length, null);
      if (count === 0) return;
      yield buffer.subarray(0, count);
      read += count;
      if (read % turnBytes < count) await breathe();
    }
  } finally {
    fs.closeSync(handle);
  }
}

/**
 * Makes a file that an engine has written ours: closed to others and on disk. Returns its bytes.
 * Throws tensor/mismatch when there is none, or it is no plain file of ours.
 */
export function settleFile(path: string): number {
  let handle: number;
  try {
    handle = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_NOFOLLOW);
  } catch (cause) {
    const why = isMissing(cause) ? 'the engine has left no file there' : 'it is no file of ours';
    throw new PrsistError('tensor/mismatch', `${path}: ${why}`, { cause });
  }
  try {
    const info = fs.fstatSync(handle);
    if (!info.isFile() || info.nlink !== 1) throw new PrsistError('tensor/mismatch', `${path}: it is no file of ours`);
    fs.fchmodSync(handle, 0o600);
    fs.fsyncSync(handle);
    return info.size;
  } finally {
    fs.closeSync(handle);
  }
}

/** Where a file of a name lies. Throws input/invalid for a name that is none of ours. */
export function tensorPath(directory: string, name: string): string {
  if (ours.test(name)) return join(directory, name);
  throw new PrsistError('input/invalid', `${name} is no name of a tensor file`, { field: 'name' });
}

/** Whether a file has this size and nobody else can read it. */
export function isClosed(path: string, bytes: number): boolean {
  const info = fs.lstatSync(path, { throwIfNoEntry: false });
  return info?.isFile() === true && info.size === bytes && (info.mode & 0o077) === 0;
}
