import fs from 'node:fs';
import { dirname, join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { makeDirectories } from './directories.ts';
import { requireNotHeld } from './held-files.ts';
import { randomHex } from './random.ts';

/** File types of network file systems as statfs reports them: NFS, SMB, SMB2, CIFS. */
const networkTypes = new Set([0x6969, 0x517b, 0xfe534d42, 0xff534d42]);

/**
 * Makes a directory of ours, with everything above it, 0700 from the start.
 * Throws store/unsafe-mode when it is a link, belongs to somebody else, or lets others in.
 */
export function ownDirectory(path: string): void {
  makeDirectories(path);
  const info = fs.lstatSync(path);
  if (info.isSymbolicLink()) throw new PrsistError('store/unsafe-mode', `${path} is a symbolic link`);
  const uid = process.getuid?.();
  if (uid !== undefined && info.uid !== uid) throw new PrsistError('store/unsafe-mode', `${path} is not yours`);
  if ((info.mode & 0o077) !== 0) {
    throw new PrsistError('store/unsafe-mode', `${path} is open to others`, { hint: `chmod 700 '${path}'` });
  }
}

/** Whether a type of file system, as statfs gives it, is one whose files lie on another machine. */
export function isNetworkDisk(type: number): boolean {
  return networkTypes.has(type >>> 0);
}

/** Refuses a directory on a network file system: file locks and flushes do not hold there. */
export function requireLocalDisk(path: string): void {
  if (isNetworkDisk(Number(fs.statfsSync(path).type))) {
    throw new PrsistError('store/network-disk', `${path} lies on a network file system`);
  }
}

/** Free bytes of the disk a path lies on. */
export function freeBytes(path: string): number {
  const info = fs.statfsSync(path);
  return Number(info.bavail) * Number(info.bsize);
}

/** The text of a file, or undefined when there is none. Other failures are thrown. */
export function readText(path: string): string | undefined {
  try {
    requireNotHeld(path);
    return fs.readFileSync(path, 'utf8');
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The whole lines in the last bytes of a file, however long it is; none where it cannot be read. */
export function lastLines(path: string, bytes: number): readonly string[] {
  requireNotHeld(path);
  let file: number | undefined;
  try {
    file = fs.openSync(path, 'r');
    const { size } = fs.fstatSync(file);
    const from = Math.max(0, size - bytes);
    const tail = Buffer.alloc(size - from);
    const read = fs.readSync(file, tail, 0, tail.length, from);
    return tail
      .toString('utf8', 0, read)
      .split('\n')
      .slice(from === 0 ? 0 : 1, -1);
  } catch {
    return []; // not there yet, or not ours to read
  } finally {
    if (file !== undefined) fs.closeSync(file);
  }
}

/** Replaces a file as a whole: temporary file beside it, fsync, rename. mode: 0600 unless given. */
export function writeAtomic(path: string, data: string | Uint8Array, mode = 0o600): void {
  requireNotHeld(path);
  const temporary = join(dirname(path), `.${randomHex(6)}.tmp`);
  const handle = fs.openSync(temporary, 'wx', mode);
  try {
    try {
      fs.writeFileSync(handle, data);
      // a file that others are to read keeps the bits our umask would take away
      if (mode !== 0o600) fs.fchmodSync(handle, mode);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(temporary, path);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

/** Removes a file; none there is fine. */
export function removeFile(path: string): void {
  fs.rmSync(path, { force: true });
}

/** Removes a directory if nothing is in it; anything else stays. */
export function removeIfEmpty(path: string): void {
  try {
    fs.rmdirSync(path);
  } catch (error) {
    if (!isMissing(error) && errorCode(error) !== 'ENOTEMPTY') throw error;
  }
}

/** True when an error says that there is no such file or directory. */
export function isMissing(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'ENOENT' || code === 'ENOTDIR';
}

/** The system's code of an error (`ENOENT`, `EACCES`, …); '' when it has none. */
export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The first bytes of a file. */
export function beginningOf(path: string, bytes: number): Buffer {
  const handle = fs.openSync(path, 'r');
  try {
    const buffer = Buffer.alloc(bytes);
    return buffer.subarray(0, fs.readSync(handle, buffer, 0, bytes, 0));
  } finally {
    fs.closeSync(handle);
  }
}
