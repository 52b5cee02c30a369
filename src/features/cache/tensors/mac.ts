// GMAC: as safe as HMAC where no nonce comes twice, and ten times as fast, which a restore of milliseconds feels.
import { createCipheriv, timingSafeEqual } from 'node:crypto';

const cipher = 'aes-256-gcm';
export const nonceBytes = 12;

/** What a file is bound to besides its bytes. */
export interface Sealed {
  readonly state_key: string;
  readonly tokens: number;
  readonly bytes: number;
}

/**
 * The code of a file: nonce and tag. key: 32 bytes; nonce: 12 random ones, never used before.
 * slices: the file's bytes in order; each may be overwritten after the next was asked for.
 */
export async function seal(
  key: Uint8Array,
  nonce: Uint8Array,
  sealed: Sealed,
  slices: AsyncIterable<Uint8Array>,
): Promise<Uint8Array> {
  const code = createCipheriv(cipher, key, nonce);
  const head = Buffer.from(JSON.stringify([sealed.state_key, sealed.tokens, sealed.bytes]));
  code.setAAD(head);
  for await (const slice of slices) code.setAAD(slice);
  code.final();
  return Buffer.concat([nonce, code.getAuthTag()]);
}

/** Whether a file still has the code it was given. */
export async function isIntact(
  key: Uint8Array,
  mac: Uint8Array,
  sealed: Sealed,
  slices: AsyncIterable<Uint8Array>,
): Promise<boolean> {
  const now = await seal(key, mac.subarray(0, nonceBytes), sealed, slices);
  return now.length === mac.length && timingSafeEqual(now, mac);
}
