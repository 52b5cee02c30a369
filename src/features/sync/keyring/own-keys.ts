// The keys of this device: made once, and never again where any were made before.
import { PrsistError } from '../../../core/errors.ts';
import { type DeviceKeys, deviceKeys, newSecret, secretOf, secretText } from './device-keys.ts';
import type { KeyNeeds, SecretStore } from './needs.ts';

type Needs = Pick<KeyNeeds, 'kept' | 'seal' | 'random' | 'places' | 'self'>;

/** The keys of this device; undefined before they are made. Throws key/missing when they were made and are not there. */
export async function ownKeys(needs: Needs): Promise<DeviceKeys | undefined> {
  const { dev } = needs.self();
  const keptIn = needs.kept.keptIn(dev);
  if (keptIn === undefined) return undefined;
  const store = await placeOf(needs, keptIn);
  const text = await store?.get(nameOf(dev));
  const secret = text === undefined ? undefined : secretOf(text);
  if (secret) return deviceKeys(dev, secret, await needs.seal());
  throw lost(
    keptIn,
    store === undefined ? 'which cannot be reached' : text === undefined ? 'and are not there' : 'and are damaged',
  );
}

/** The keys of this device, made now if there are none. Throws as ownKeys does. */
export async function makeOwnKeys(needs: Needs): Promise<DeviceKeys> {
  const known = await ownKeys(needs);
  if (known) return known;
  const { dev } = needs.self();
  const { preferred } = await needs.places();
  // killed between the two steps below: what was put is taken, nothing else is made
  const put = await preferred.get(nameOf(dev));
  const secret = (put === undefined ? undefined : secretOf(put)) ?? newSecret(needs.random(64));
  await preferred.put(nameOf(dev), secretText(secret));
  await needs.kept.noteKept(dev, preferred.keptIn);
  return deviceKeys(dev, secret, await needs.seal());
}

function nameOf(dev: string): string {
  return `device-${dev}`;
}

async function placeOf(needs: Needs, keptIn: 'keyring' | 'files'): Promise<SecretStore | undefined> {
  const { preferred, files } = await needs.places();
  if (keptIn === 'files') return files;
  return preferred.keptIn === 'keyring' ? preferred : undefined;
}

function lost(keptIn: 'keyring' | 'files', how: string): PrsistError {
  const place = keptIn === 'keyring' ? 'the keyring of the system' : 'the directory keys/';
  return new PrsistError(
    'key/missing',
    `the keys of this device were put into ${place}, ${how}; no others are made, and what is remembered here stays`,
    {
      hint:
        keptIn === 'keyring'
          ? 'log in to the desktop, which unlocks its keyring, then prsist daemon stop'
          : 'put keys/ back from a backup of this machine',
    },
  );
}
