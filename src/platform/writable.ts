import fs from 'node:fs';
import { dirname } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { errorCode, isMissing } from './files.ts';

/** Makes a directory of ours where it is missing, 0700. Throws disk/read-only, disk/full when nothing can be kept in it. */
export function requireWritable(path: string): void {
  try {
    make(path);
    fs.accessSync(path, fs.constants.W_OK | fs.constants.X_OK);
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ENOSPC') throw new PrsistError('disk/full', `no space left to make ${path}`, { cause: error });
    throw new PrsistError('disk/read-only', `${path} cannot be written: ${code}`, {
      hint: `make ${path} writable, or set PRSIST_HOME to a directory that is`,
      cause: error,
    });
  }
}

/** Step by step, because Node's own `recursive` never ends on a file system that refuses with ENOENT, such as /proc. */
function make(path: string): void {
  if (fs.existsSync(path)) return;
  try {
    fs.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (errorCode(error) === 'EEXIST' && fs.existsSync(path)) return; // another was faster
    if (!isMissing(error) || fs.existsSync(dirname(path))) throw error;
    make(dirname(path));
    fs.mkdirSync(path, { mode: 0o700 });
  }
}
