// Directories of ours for one exchange with a remote each: nothing piles up, and nothing of a killed process is in the way.
import fs from 'node:fs';
import { join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { errorCode } from './files.ts';
import { processExists } from './process.ts';
import { randomHex } from './random.ts';
import { removeTree } from './temporary.ts';

/** What programs of others work in: `.git` a repository, `.rclone` what is to be sent and what was got. */
type Ending = 'git' | 'rclone';

const form = /^(\d+)-[0-9a-f]{12}\.(?:git|rclone)$/;

/** Makes one below a directory and says where; what killed processes left there goes. make: lays out what it needs. */
export function makeDesk(directory: string, ending: Ending, make: (path: string) => void): string {
  const path = join(directory, `${process.pid}-${randomHex(6)}.${ending}`);
  try {
    make(path);
    clearDead(directory);
  } catch (cause) {
    throw diskError(directory, cause);
  }
  return path;
}

/** Our own disk takes nothing: it is that which is named, not the remote. */
export function diskError(directory: string, cause: unknown): PrsistError {
  const isFull = ['ENOSPC', 'EDQUOT'].includes(errorCode(cause));
  return new PrsistError(isFull ? 'disk/full' : 'disk/failed', `${directory} cannot be written`, { cause });
}

function clearDead(directory: string): void {
  for (const name of fs.readdirSync(directory)) {
    const pid = Number(form.exec(name)?.[1] ?? process.pid);
    if (pid !== process.pid && !processExists(pid)) removeTree(join(directory, name));
  }
}
