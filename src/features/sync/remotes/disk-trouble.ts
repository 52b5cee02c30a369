// What a disk says, in the words of remotes.
import { errorCode } from '../../../platform/files.ts';
import type { RemoteTrouble } from './outcome.ts';

interface Trouble {
  readonly code: RemoteTrouble;
  readonly why: string;
}

const always: Readonly<Record<string, Trouble>> = {
  ENOSPC: { code: 'remote/full', why: 'there is no space left' },
  EDQUOT: { code: 'remote/full', why: 'your share of the disk is used up' },
  EROFS: { code: 'remote/read-only', why: 'the disk can only be read' },
  ENOENT: { code: 'remote/offline', why: 'it is gone' },
  EAGAIN: { code: 'remote/offline', why: 'another device is putting it just now' },
};
const reading: Readonly<Record<string, Trouble>> = {
  EACCES: { code: 'remote/auth', why: 'you may not read there' },
  EPERM: { code: 'remote/auth', why: 'you may not read there' },
};
const writing: Readonly<Record<string, Trouble>> = {
  EACCES: { code: 'remote/read-only', why: 'you may not write there' },
  EPERM: { code: 'remote/read-only', why: 'you may not write there' },
  ENOTDIR: { code: 'remote/read-only', why: 'a file stands where a directory is wanted' },
};

/** Code and words for what the system said while something was read or written; what is unknown may pass. */
export function diskTrouble(error: unknown, doing: 'reading' | 'writing'): Trouble {
  const said = errorCode(error);
  const known = always[said] ?? (doing === 'reading' ? reading : writing)[said];
  return known ?? { code: 'remote/offline', why: `the disk does not answer as it should (${said || String(error)})` };
}
