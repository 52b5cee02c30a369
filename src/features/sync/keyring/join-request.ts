// What a joining device leaves on the remote: its public keys, sealed and proved with the secret of the token.
import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import { z } from 'zod';
import { base64, canonicalBytes, fromBase64, parseCanonical, recipient, toBase64, uuid } from './canonical-file.ts';
import { requestName } from './object-names.ts';
import { bitsOf, wordsOfBits } from './recovery.ts';

const file = z.strictObject({ format: z.literal(1), ws: uuid, dev: uuid, sealed: base64() });
const inside = z.strictObject({ sign: base64(32), box: recipient, name: z.string().min(1).max(512) });

/** A device that wants to be let in. */
export interface JoinRequest {
  readonly ws: string;
  readonly dev: string;
  /** Raw public key. */
  readonly publicKey: Uint8Array;
  readonly box: string;
  readonly name: string;
}

/** The object of a request. secret: of the token. nonce: 12 random bytes. */
export function requestObject(
  { ws, dev, publicKey, box, name }: JoinRequest,
  secret: Uint8Array,
  nonce: Uint8Array,
): { readonly name: string; readonly bytes: Uint8Array } {
  const cipher = createCipheriv('aes-256-gcm', keyOf(secret), nonce).setAAD(boundTo(ws, dev));
  const plain = canonicalBytes({ sign: toBase64(publicKey), box, name });
  const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  const bytes = canonicalBytes({ format: 1, ws, dev, sealed: toBase64(sealed) });
  const hash16 = createHash('sha256').update(bytes).digest('hex').slice(0, 16);
  return { name: requestName(ws, dev, hash16), bytes };
}

/** Reads a request; undefined for one that was not made with this secret, or is none. */
export function readRequest(bytes: Uint8Array, ws: string, secret: Uint8Array): JoinRequest | undefined {
  const read = parseCanonical(bytes, file);
  if (!read || read.ws !== ws) return undefined;
  const plain = opened(fromBase64(read.sealed), keyOf(secret), boundTo(ws, read.dev));
  const said = plain && parseCanonical(plain, inside);
  if (!said) return undefined;
  return { ws, dev: read.dev, publicKey: fromBase64(said.sign), box: said.box, name: said.name };
}

/** Four words that both screens show: they differ when anybody put other keys, or another device to believe, between. */
export function checkWords(
  { ws, dev, publicKey, box }: JoinRequest,
  { secret, fingerprint }: { readonly secret: Uint8Array; readonly fingerprint: string },
  list: readonly string[],
): readonly string[] {
  const hash = createHash('sha256').update(`prsist check words v1\0${ws}\0${dev}\0${box}\0${fingerprint}\0`);
  return wordsOfBits(bitsOf(hash.update(publicKey).update(secret).digest().subarray(0, 6)).slice(0, 44), list);
}

function opened(sealed: Uint8Array, key: Uint8Array, bound: Uint8Array): Uint8Array | undefined {
  if (sealed.length < 28) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(bound);
  decipher.setAuthTag(sealed.subarray(-16));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
  } catch {
    return undefined; // made with another secret, or changed on the way
  }
}

function keyOf(secret: Uint8Array): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, Buffer.alloc(0), 'prsist join v1', 32));
}

function boundTo(ws: string, dev: string): Uint8Array {
  return Buffer.from(`prsist join v1\0${ws}\0${dev}`, 'utf8');
}
