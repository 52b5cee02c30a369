// Files that are too large to be held: written and read as they stream by.
import fs from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { beginningOf, errorCode, isMissing } from './files.ts';
import { requireNotHeld } from './held-files.ts';
import { randomHex } from './random.ts';

const chunkBytes = 64 * 1024;

/**
 * Writes a file, 0600, that stands under its name when all of it is on disk and not before. Throws input/invalid where
 * there is one already, file/unreadable or disk/full where none can be.
 */
export async function writeStreamed(
  path: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ readonly bytes: number }> {
  if (fs.existsSync(path)) throw taken(path);
  const temporary = join(dirname(path), `.${basename(path)}.${randomHex(4)}.tmp`);
  let bytes = 0;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      for await (const chunk of chunks) {
        await file.writeFile(chunk);
        bytes += chunk.length;
      }
      await file.sync();
    } finally {
      await file.close();
    }
    if (fs.existsSync(path)) throw taken(path);
    fs.renameSync(temporary, path);
    return { bytes };
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw ofDisk(error, path);
  }
}

/** The bytes of a file, as they are read. Throws file/unreadable. */
export async function* readStreamed(path: string): AsyncGenerator<Uint8Array> {
  requireNotHeld(path);
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unread(error, path);
  });
  try {
    for (;;) {
      const chunk = Buffer.allocUnsafe(chunkBytes);
      const { bytesRead } = await file.read(chunk, 0, chunkBytes);
      if (bytesRead === 0) return;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

function taken(path: string): PrsistError {
  return new PrsistError('input/invalid', `there is a file ${path} already`, {
    field: 'path',
    hint: 'give another name: --out <file>',
  });
}

function unread(error: unknown, path: string): PrsistError {
  const why = isMissing(error) ? 'there is none' : errorCode(error);
  return new PrsistError('file/unreadable', `${path} cannot be read: ${why}`, { cause: error });
}

function ofDisk(error: unknown, path: string): unknown {
  const code = errorCode(error);
  if (error instanceof PrsistError || code === '') return error;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new PrsistError('disk/full', `there is no room for ${path}`, { cause: error });
  }
  return new PrsistError('file/unreadable', `${path} cannot be written: ${code}`, { cause: error });
}

/** The first bytes of a file, by which its kind is told. Throws file/unreadable. */
export function firstBytes(path: string, count: number): Buffer {
  requireNotHeld(path);
  try {
    return beginningOf(path, count);
  } catch (error) {
    throw unread(error, path);
  }
}
