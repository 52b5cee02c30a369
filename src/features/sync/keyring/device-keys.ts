import { createHash } from 'node:crypto';
import { z } from 'zod';
import { base64, canonicalBytes, fromBase64, parseCanonical, toBase64 } from './canonical-file.ts';
import { type SigningKey, signingKey } from './ed25519.ts';
import type { Seal } from './seal.ts';

/** The two keys of a device: one signs, what is sealed to the other only it can open. */
export interface DeviceKeys extends SigningKey {
  readonly dev: string;
  /** Where keyrings are sealed to: `age1…`. */
  readonly box: string;
  /** Opens what is sealed to `box`. */
  readonly boxKey: Uint8Array;
}

/** The secret half of a device's keys: 32 bytes each. */
export interface DeviceSecret {
  readonly sign: Uint8Array;
  readonly box: Uint8Array;
}

const file = z.strictObject({ format: z.literal(1), sign: base64(32), box: base64(32) });

/** New keys from 64 random bytes. */
export function newSecret(random: Uint8Array): DeviceSecret {
  return { sign: random.subarray(0, 32), box: random.subarray(32, 64) };
}

/** The form in which the keys of a device are kept: in the keyring of the system, or a file only its owner can read. */
export function secretText({ sign, box }: DeviceSecret): string {
  return Buffer.from(canonicalBytes({ format: 1, sign: toBase64(sign), box: toBase64(box) })).toString('utf8');
}

/** Keys as they were kept; undefined for what is none. */
export function secretOf(text: string): DeviceSecret | undefined {
  const kept = parseCanonical(Buffer.from(text.trim(), 'utf8'), file);
  return kept && { sign: fromBase64(kept.sign), box: fromBase64(kept.box) };
}

/** The keys of a device, ready for use. */
export async function deviceKeys(dev: string, secret: DeviceSecret, seal: Seal): Promise<DeviceKeys> {
  return { dev, ...signingKey(secret.sign), box: await seal.recipient(secret.box), boxKey: secret.box };
}

/** What names a device's keys in an invitation: whoever holds it knows these keys from all others. 32 hex digits. */
export function fingerprint({ publicKey, box }: { readonly publicKey: Uint8Array; readonly box: string }): string {
  const hash = createHash('sha256').update('prsist device v1\0').update(publicKey).update(box);
  return hash.digest('hex').slice(0, 32);
}
