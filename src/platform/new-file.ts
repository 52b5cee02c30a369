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

function opened(path: string): number {
  try {
    return fs.openSync(path, 'wx', 0o600);
  } catch (cause) {
    const why = errorCode(cause) === 'EEXIST' ? 'is there already' : `cannot be written (${errorCode(cause)})`;
    throw new PrsistError('file/unreadable', `${path} ${why}`, { cause, hint: 'give another path' });
  }
}
