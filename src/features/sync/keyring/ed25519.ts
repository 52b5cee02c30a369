import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** What stands before the 32 bytes of an Ed25519 key: private in PKCS #8, public in SPKI. */
const before = { secret: '302e020100300506032b657004220420', open: '302a300506032b6570032100' } as const;

export interface SigningKey {
  /** Raw public key, 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Signature of 64 bytes. */
  readonly sign: (bytes: Uint8Array) => Uint8Array;
}

/** The signing key that 32 secret bytes are. */
export function signingKey(seed: Uint8Array): SigningKey {
  const key = createPrivateKey({ key: der(before.secret, seed), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return { publicKey: new Uint8Array(spki.subarray(-32)), sign: (bytes) => sign(null, bytes, key) };
}

/** Whether a signature of some bytes was made by the holder of a raw public key. */
export function isSignedBy(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  try {
    return verify(null, bytes, publicKeyOf(publicKey), signature);
  } catch {
    return false; // what is no point of the curve has signed nothing
  }
}

const opened = new Map<string, KeyObject>();
/** More than a workspace has devices. */
const mostOpened = 64;

/** Reading a key takes a fifth of what checking a signature does, and a run checks hundreds by a handful of keys. */
function publicKeyOf(raw: Uint8Array): KeyObject {
  const name = Buffer.from(raw).toString('hex');
  const known = opened.get(name);
  if (known) return known;
  const key = createPublicKey({ key: der(before.open, raw), format: 'der', type: 'spki' });
  if (opened.size >= mostOpened) opened.clear();
  opened.set(name, key);
  return key;
}

function der(prefix: string, raw: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(prefix, 'hex'), raw]);
}
