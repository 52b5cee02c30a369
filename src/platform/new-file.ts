import fs from 'node:fs';
import { PrsistError } from '../core/errors.ts';
import { errorCode } from './files.ts';

export interface NewFile {
  readonly write: (text: string) => void;
  /** Everything is on disk when this returns. */
  readonly finish: () => void;
  /** Takes away what was begun. */
  readonly discard: () => void;
}

/** Begins a file (0600) where there is none. Throws file/unreadable when something is there, or it cannot be made. */
export function createNewFile(path: string): NewFile {
  const handle = opened(path);
  return {
    write: (text) => void fs.writeFileSync(handle, text),
    finish() {
      fs.fsyncSync(handle);
      fs.closeSync(handle);
    },
    discard() {
      fs.closeSync(handle);
      fs.rmSync(path, { force: true });
    },
  };
}

/** Throws file/unreadable, saying why, for a path at which no new file can be made; leaves nothing there. */
export function requireNewFile(path: string): void {
  fs.closeSync(opened(path));
  fs.rmSync(path, { force: true });
}

function opened(path: string): number {
  try {
    return fs.openSync(path, 'wx', 0o600);
  } catch (cause) {
    throw refused(path, errorCode(cause), cause);
  }
}

function refused(path: string, code: string, cause: unknown): PrsistError {
  const [why, hint] = reasons[code] ?? [`cannot be written (${code})`, 'give another path'];
  return new PrsistError('file/unreadable', `${path}: ${why}`, { cause, hint });
}

const reasons: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  EEXIST: ['it is there already, and is not overwritten', 'give another path, or move what is there away first'],
  ENOENT: ['there is no such directory', 'make the directory first, or give another path'],
  ENOTDIR: ['what should be a directory is a file', 'give another path'],
  EACCES: ['you may not write there', 'give another path'],
  EROFS: ['that disk can only be read', 'give another path'],
};
