// One version of a workspace's keyring: in clear who may write, sealed to all of them what is read with.
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonical } from '../../../core/canonical.ts';
import { PrsistError } from '../../../core/errors.ts';
import { sha256Hex } from '../../../core/ids.ts';
import {
  base64,
  canonicalBytes,
  counter,
  fromBase64,
  hex,
  parseCanonical,
  recipient,
  toBase64,
  uuid,
} from './canonical-file.ts';
import { isSignedBy } from './ed25519.ts';

/** Who signs with the recovery words stands in no list of devices. */
export const recoverySigner = 'recovery';

const accepted = z.record(uuid, z.int().min(0));
const device = z.strictObject({
  dev: uuid,
  sign: base64(32),
  box: recipient,
  role: z.enum(['admin', 'member']),
  /** The version that put it out, and the last number accepted of each of its logs. */
  revoked: z.strictObject({ version: counter, accepted }).optional(),
});
/** What the recovery words stand for. attest: their signature of the version that brought them in, by which a device
 * that has nothing but the words tells the real history from an invented one. */
const recovery = z.strictObject({ sign: base64(32), box: recipient, since: counter, attest: base64(64) });
const clear = z.strictObject({
  format: z.literal(1),
  ws: uuid,
  version: counter,
  /** SHA-256 of the file of the version before; null for the first. */
  prev: hex(32).nullable(),
  epoch: counter,
  kid: hex(8),
  signer: z.union([uuid, z.literal(recoverySigner)]),
  devices: z.array(device).min(1).max(1_000),
  recovery: recovery.nullable(),
});
const file = z.strictObject({ clear, sealed: base64(), signature: base64(64) });

const secrets = z.strictObject({
  format: z.literal(1),
  epochs: z
    .array(z.strictObject({ epoch: counter, key: base64(32) }))
    .min(1)
    .max(10_000),
  names: z.record(uuid, z.strictObject({ name: z.string().max(512), user: uuid })),
  users: z.record(uuid, z.string().max(512)),
  /** Equal secrets are told by equal marks on all devices. */
  redaction: hex(32),
});

export type KeyringDevice = z.output<typeof device>;
export type Recovery = z.output<typeof recovery>;
export type KeyringClear = z.output<typeof clear>;
/** What only members can read. */
export type KeyringSecrets = z.output<typeof secrets>;

/** One version as it was read or made; nothing is said about whom it was signed by. */
export interface Keyring {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, as the next version names it. */
  readonly hash: string;
  readonly clear: KeyringClear;
  readonly sealed: Uint8Array;
  readonly signature: Uint8Array;
}

/** Reads a keyring file. Throws remote/newer-format, or remote/tampered for what is none. where: as the user knows it. */
export function readKeyring(bytes: Uint8Array, where: string): Keyring {
  const read = parseCanonical(bytes, file);
  if (!read) throw isNewer(bytes) ? newer(where) : tampered(`${where} is not a keyring`);
  const { clear: said, sealed, signature } = read;
  return { bytes, hash: sha256Hex(bytes), clear: said, sealed: fromBase64(sealed), signature: fromBase64(signature) };
}

/** Puts a keyring together and signs it. */
export function signKeyring(said: KeyringClear, sealed: Uint8Array, sign: (bytes: Uint8Array) => Uint8Array): Keyring {
  const signature = sign(signedBytes(said, sealed));
  const bytes = canonicalBytes({ clear: said, sealed: toBase64(sealed), signature: toBase64(signature) });
  return { bytes, hash: sha256Hex(bytes), clear: said, sealed, signature };
}

/** Whether a keyring was signed with this raw public key. */
export function isKeyringBy(publicKey: string, { clear: said, sealed, signature }: Keyring): boolean {
  return isSignedBy(fromBase64(publicKey), signedBytes(said, sealed), signature);
}

/** What the recovery words sign, once: the version that brings them in, without their own signature. */
export function attestedBytes({ ws, version, prev, devices }: Omit<KeyringClear, 'recovery'>): Uint8Array {
  return Buffer.from(`prsist recovery v1\0${canonical({ ws, version, prev, devices })}`, 'utf8');
}

export function secretsBytes(held: KeyringSecrets): Uint8Array {
  return canonicalBytes(held);
}

/** Reads what was sealed. Throws remote/tampered for what is nothing of the kind. */
export function readSecrets(plain: Uint8Array, where: string): KeyringSecrets {
  const read = parseCanonical(plain, secrets);
  if (!read) throw tampered(`${where} holds no keys`);
  return read;
}

/** First 8 bytes of a hash of an epoch's key, as 16 hex digits: tells a wrong key before anything is opened. */
export function kidOf(key: Uint8Array): string {
  return createHash('sha256').update('prsist kid v1').update(key).digest('hex').slice(0, 16);
}

/** Devices that may write now. */
export function members({ devices }: KeyringClear): readonly KeyringDevice[] {
  return devices.filter(({ revoked }) => revoked === undefined);
}

export function tampered(what: string): PrsistError {
  return new PrsistError('remote/tampered', `${what}; nothing of it was taken over, and what is here stays as it is`);
}

function signedBytes(said: KeyringClear, sealed: Uint8Array): Uint8Array {
  const head = Buffer.from(`prsist keyring v1\0${canonical(said)}\0`, 'utf8');
  return Buffer.concat([head, createHash('sha256').update(sealed).digest()]);
}

const anyFormat = z.looseObject({ clear: z.looseObject({ format: z.int().min(2) }) });

function isNewer(bytes: Uint8Array): boolean {
  return parseCanonical(bytes, anyFormat) !== undefined;
}

function newer(where: string): PrsistError {
  return new PrsistError(
    'remote/newer-format',
    `${where} was written by a newer version of prsist; nothing was changed`,
  );
}
