// Where the secrets of this device go, and why not into the keyring of the system where they do not.
import type { SecretPlaces } from '../features/sync/keyring/needs.ts';
import type { Paths } from '../platform/paths.ts';
import { secretFiles } from '../platform/secret-files.ts';
import { findKeyring } from '../platform/system-keyring.ts';

interface Around {
  readonly paths: Paths;
  readonly platform: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Looks once, when secrets are first needed: by a read, so nobody is asked anything. */
export function secretPlaces({ paths, platform, env }: Around): () => Promise<SecretPlaces> {
  let found: Promise<SecretPlaces> | undefined;
  const look = async (): Promise<SecretPlaces> => {
    const files = { keptIn: 'files' as const, ...secretFiles(paths.keys) };
    // whoever sets it wants everything of it below that directory
    const keyring = env.PRSIST_HOME ? 'PRSIST_HOME is set' : await findKeyring({ platform, env });
    if (typeof keyring === 'string') return { preferred: files, files, why: keyring };
    return { preferred: { keptIn: 'keyring', ...keyring }, files, why: undefined };
  };
  return () => {
    found ??= look();
    return found;
  };
}
