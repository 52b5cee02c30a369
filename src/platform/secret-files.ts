import { join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { ownDirectory, readText, writeAtomic } from './files.ts';
import { unsafeMode } from './safe-mode.ts';

/** Secrets as files of 0600 in a directory of 0700: the only place where the system has no keyring. */
export interface SecretFiles {
  /** Throws store/unsafe-mode when others can read it; undefined when there is none. */
  readonly get: (name: string) => Promise<string | undefined>;
  readonly put: (name: string, secret: string) => Promise<void>;
}

/** Keeps secrets below a directory, which is made at the first one. Names are those of files. */
export function secretFiles(directory: string): SecretFiles {
  return {
    async get(name) {
      const path = join(directory, name);
      if (unsafeMode(path) === undefined) return readText(path);
      throw new PrsistError('store/unsafe-mode', `${path} is open to others, or not yours`, {
        hint: `chmod 600 '${path}'`,
      });
    },
    async put(name, secret) {
      ownDirectory(directory);
      writeAtomic(join(directory, name), secret);
    },
  };
}
