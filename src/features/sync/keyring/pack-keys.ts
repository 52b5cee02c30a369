import type { Epoch, PackKeys, Signer } from '../keys.ts';
import { fromBase64 } from './canonical-file.ts';
import type { DeviceKeys } from './device-keys.ts';
import { type Keyring, type KeyringDevice, type KeyringSecrets, kidOf } from './keyring.ts';
import { noRemote } from './refusals.ts';

interface Parts {
  readonly ws: string;
  readonly dev: string;
  readonly keys: DeviceKeys | undefined;
  /** The newest accepted keyring; undefined before there is one. */
  readonly newest: Keyring | undefined;
}

/** What packs are sealed with and checked against. secrets: of the newest keyring this device can open. */
export function packKeysOf({ ws, dev, keys, newest }: Parts, secrets: KeyringSecrets | undefined): PackKeys {
  const epochs = new Map((secrets?.epochs ?? []).map(({ epoch, key }) => [epoch, epochOf(epoch, fromBase64(key))]));
  const devices = new Map((newest?.clear.devices ?? []).map((device) => [device.dev, device]));
  const isMember = devices.has(dev) && devices.get(dev)?.revoked === undefined;
  return {
    ...{ ws, dev, version: newest?.clear.version ?? 0 },
    current: isMember && newest ? epochs.get(newest.clear.epoch) : undefined,
    epoch: (epoch) => epochs.get(epoch),
    sign(bytes) {
      if (!keys) throw noRemote();
      return keys.sign(bytes);
    },
    signer: (of) => signerOf(devices.get(of)),
  };
}

function epochOf(epoch: number, key: Uint8Array): Epoch {
  return { epoch, key, kid: Buffer.from(kidOf(key), 'hex') };
}

function signerOf(device: KeyringDevice | undefined): Signer | undefined {
  if (!device) return undefined;
  const signer = { dev: device.dev, publicKey: fromBase64(device.sign), isAdmin: device.role === 'admin' };
  return device.revoked ? { ...signer, lastAccepted: device.revoked.accepted } : signer;
}
