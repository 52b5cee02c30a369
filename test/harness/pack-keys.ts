// Keys of a workspace without a keyring: devices from seeds, epochs from numbers, the same in every run.
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { Epoch, PackKeys, Signer } from '../../src/features/sync/keys.ts';
import { kidOf } from '../../src/features/sync/pack/seal.ts';

const privatePrefix = Buffer.from('302e020100300506032b657004220420', 'hex');
const seed = (name: string) => createHash('sha256').update(`prsist test ${name}`).digest();

/** An epoch whose key follows from its number. */
export function epochNumber(epoch: number, name = 'workspace'): Epoch {
  const key = seed(`epoch ${name} ${epoch}`);
  return { epoch, key, kid: kidOf(key) };
}

interface DeviceKey {
  readonly publicKey: Buffer;
  readonly sign: (bytes: Uint8Array) => Buffer;
}

const made = new Map<string, DeviceKey>();

/** The raw public key of a device, and what signs as it does. */
export function deviceKey(dev: string): DeviceKey {
  const known = made.get(dev) ?? makeKey(dev);
  made.set(dev, known);
  return known;
}

function makeKey(dev: string): DeviceKey {
  const key = createPrivateKey({
    key: Buffer.concat([privatePrefix, seed(`device ${dev}`)]),
    format: 'der',
    type: 'pkcs8',
  });
  const publicKey = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  return { publicKey, sign: (bytes) => sign(null, bytes, key) };
}

export interface Members {
  readonly ws: string;
  readonly devices: readonly string[];
  /** Devices that were revoked: last accepted sequence number of each of their logs. */
  readonly revoked?: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Those of them that are no admins. */
  readonly members?: readonly string[];
  readonly version?: number;
  readonly current?: Epoch | undefined;
  readonly epochs?: readonly Epoch[];
}

/** What a device of that workspace holds. */
export function packKeys(dev: string, members: Members): PackKeys {
  const { ws, devices, revoked = {}, members: plain = [], version = 1, epochs = [epochNumber(1)] } = members;
  const current = 'current' in members ? members.current : epochs.at(-1);
  return {
    ...{ ws, dev, version, current },
    epoch: (number) => epochs.find(({ epoch }) => epoch === number),
    sign: (bytes) => deviceKey(dev).sign(bytes),
    signer(of): Signer | undefined {
      const lastAccepted = revoked[of];
      const signer = { dev: of, publicKey: deviceKey(of).publicKey, isAdmin: !plain.includes(of) };
      if (lastAccepted) return { ...signer, lastAccepted };
      return devices.includes(of) ? signer : undefined;
    },
  };
}
