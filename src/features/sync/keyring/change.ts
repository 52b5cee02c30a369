// How a keyring changes: each change is applied to whatever version is the newest by then, so that of two admins who
// change it at once the second does it again on top of the first.
import { PrsistError } from '../../../core/errors.ts';
import { fromBase64, toBase64 } from './canonical-file.ts';
import type { DeviceKeys } from './device-keys.ts';
import {
  attestedBytes,
  type Keyring,
  type KeyringDevice,
  type KeyringSecrets,
  kidOf,
  members,
  type Recovery,
  recoverySigner,
  secretsBytes,
  signKeyring,
} from './keyring.ts';
import type { RecoveryKeys } from './recovery.ts';
import type { Seal } from './seal.ts';

/** What the next version will say. */
export interface Draft {
  readonly version: number;
  readonly devices: readonly KeyringDevice[];
  readonly secrets: KeyringSecrets;
  readonly recovery: Recovery | null | RecoveryKeys;
  readonly epoch: number;
}

/** Gives the very draft back when nothing is left to do. Throws device/not-found or device/refused for what cannot be done. */
export type Change = (draft: Draft) => Draft;

export interface Member {
  readonly dev: string;
  /** Raw public key. */
  readonly publicKey: Uint8Array;
  readonly box: string;
  readonly name: string;
  readonly user: string;
}

/** Whoever signs a version: an admin device, or the recovery words. */
export interface KeyringSigner {
  readonly signer: string;
  readonly sign: (bytes: Uint8Array) => Uint8Array;
}

/** A device signs in its own name. */
export function deviceSigner({ dev, sign }: DeviceKeys): KeyringSigner {
  return { signer: dev, sign };
}

/** The words sign in theirs. */
export function wordsSigner({ sign }: RecoveryKeys): KeyringSigner {
  return { signer: recoverySigner, sign };
}

/** The first version of a workspace. key: of the first epoch. redaction: 32 bytes as hex. */
export function firstDraft(
  owner: Member,
  { key, redaction, userName }: { readonly key: Uint8Array; readonly redaction: string; readonly userName: string },
): Draft {
  const secrets: KeyringSecrets = {
    format: 1,
    epochs: [{ epoch: 1, key: toBase64(key) }],
    names: { [owner.dev]: { name: owner.name, user: owner.user } },
    users: { [owner.user]: userName },
    redaction,
  };
  return { version: 1, devices: [entryOf(owner)], secrets, recovery: null, epoch: 1 };
}

/** What a change of a version begins with. */
export function draftAfter({ clear }: Keyring, secrets: KeyringSecrets): Draft {
  const { version, devices, recovery, epoch } = clear;
  return { version: version + 1, devices, secrets, recovery, epoch };
}

/** Lets a device in. */
export function admit(member: Member): Change {
  return (draft) => {
    const known = draft.devices.find(({ dev }) => dev === member.dev);
    if (known?.revoked) throw refused(`the device ${member.dev} was revoked, and no keys of it are taken again`);
    if (known && (known.sign !== toBase64(member.publicKey) || known.box !== member.box)) {
      throw refused(`the device ${member.dev} belongs to this workspace with other keys`);
    }
    if (known) return draft;
    const names = { ...draft.secrets.names, [member.dev]: { name: member.name, user: member.user } };
    return { ...draft, devices: [...draft.devices, entryOf(member)], secrets: { ...draft.secrets, names } };
  };
}

/** Puts a device out and begins an epoch it has no key of. accepted: the last numbers taken of each of its logs. */
export function revoke(dev: string, accepted: Readonly<Record<string, number>>, key: Uint8Array): Change {
  return (draft) => {
    const known = found(draft, dev);
    if (known.revoked) throw refused(`the device ${dev} was revoked before, by keyring ${known.revoked.version}`);
    const out = { ...known, revoked: { version: draft.version, accepted: { ...accepted } } };
    const devices = draft.devices.map((each) => (each === known ? out : each));
    if (!devices.some(({ role, revoked }) => role === 'admin' && !revoked)) {
      throw refused('the last device of a workspace stays: nobody could let another one in');
    }
    return rotated({ ...draft, devices }, key);
  };
}

/** Another name for a device, for display. */
export function rename(dev: string, name: string): Change {
  return (draft) => {
    found(draft, dev);
    const was = draft.secrets.names[dev];
    if (!was) throw new PrsistError('device/not-found', `no device ${dev}`);
    if (was.name === name) return draft;
    const names = { ...draft.secrets.names, [dev]: { ...was, name } };
    return { ...draft, secrets: { ...draft.secrets, names } };
  };
}

/** New recovery words. Where there were others, they open nothing that is written from now on. */
export function withRecovery(keys: RecoveryKeys, key: Uint8Array): Change {
  return (draft) => {
    const fresh = { ...draft, recovery: keys };
    return draft.recovery === null ? fresh : rotated(fresh, key);
  };
}

/** The next version as a draft has it, sealed to everybody who may read and signed. before: undefined for the first. */
export async function makeKeyring(
  draft: Draft,
  {
    ws,
    before,
    by,
    seal,
  }: { readonly ws: string; before: Keyring | undefined; by: KeyringSigner; readonly seal: Seal },
): Promise<Keyring> {
  const key = draft.secrets.epochs.find(({ epoch }) => epoch === draft.epoch)?.key ?? '';
  const about = {
    ...{ format: 1 as const, ws, version: draft.version, prev: before?.hash ?? null, epoch: draft.epoch },
    ...{ kid: kidOf(fromBase64(key)), signer: by.signer, devices: [...draft.devices] },
  };
  const { recovery: wanted } = draft;
  const recovery =
    wanted !== null && 'recipient' in wanted
      ? {
          ...{ sign: toBase64(wanted.publicKey), box: wanted.recipient, since: draft.version },
          attest: toBase64(wanted.sign(attestedBytes(about))),
        }
      : wanted;
  const clear = { ...about, recovery };
  const to = [...members(clear).map(({ box }) => box), ...(recovery === null ? [] : [recovery.box])];
  return signKeyring(clear, await seal.seal(secretsBytes(draft.secrets), to), by.sign);
}

function rotated(draft: Draft, key: Uint8Array): Draft {
  const epoch = draft.epoch + 1;
  const epochs = [...draft.secrets.epochs, { epoch, key: toBase64(key) }];
  return { ...draft, epoch, secrets: { ...draft.secrets, epochs } };
}

function entryOf({ dev, publicKey, box }: Member): KeyringDevice {
  return { dev, sign: toBase64(publicKey), box, role: 'admin' };
}

function found({ devices }: Draft, dev: string): KeyringDevice {
  const known = devices.find((each) => each.dev === dev);
  if (!known) throw new PrsistError('device/not-found', `no device ${dev} in this workspace`);
  return known;
}

function refused(message: string): PrsistError {
  return new PrsistError('device/refused', message);
}
