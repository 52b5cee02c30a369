// The seal of a pack: one key per pack from the epoch's, AES-256-GCM over its body, the device's signature over both.
import { createCipheriv, createDecipheriv, createHash, hkdfSync, timingSafeEqual } from 'node:crypto';
import { isSignedBy } from '../keyring/ed25519.ts';
import type { Epoch, PackKeys } from '../keys.ts';
import { encodeHeader, headerBytes, type PackHeader } from './header.ts';
import { refused } from './refused.ts';

const label = 'prsist pack v1';
const signedPrefix = Buffer.from(`${label}\0`);
export const tagBytes = 16;
export const signatureBytes = 64;
const nonce = Buffer.alloc(12); // every pack has a key of its own
const cipherName = 'aes-256-gcm';

/** First 8 bytes of a hash over an epoch's key: tells a wrong one before anything is opened. */
export function kidOf(key: Uint8Array): Buffer {
  return createHash('sha256').update('prsist kid v1').update(key).digest().subarray(0, 8);
}

/** Encrypts and signs a body; the header gets its kid, lengths and commitment here. */
export function seal(
  draft: Omit<PackHeader, 'epoch' | 'kid' | 'keyring' | 'bodyLength' | 'keyCommit' | 'signer'> & {
    readonly signer?: string;
  },
  body: Buffer,
  keys: Pick<PackKeys, 'sign' | 'version'> & { readonly current: Epoch },
): Buffer {
  const { epoch, kid, key } = keys.current;
  const draftWith = {
    ...draft,
    ...{ signer: draft.signer ?? draft.dev, epoch, kid, keyring: keys.version, bodyLength: body.length + tagBytes },
    keyCommit: Buffer.alloc(32),
  };
  // the key depends on fields before the commitment alone
  const derived = derive(key, encodeHeader(draftWith));
  const header = encodeHeader({ ...draftWith, keyCommit: derived.commit });
  const cipher = createCipheriv(cipherName, derived.key, nonce).setAAD(header);
  const sealed = Buffer.concat([cipher.update(body), cipher.final(), cipher.getAuthTag()]);
  return Buffer.concat([header, sealed, keys.sign(signedBytes(header, sealed))]);
}

/** Whether the device signed it. bytes: the whole pack, of the length its header says. */
export function isSigned(bytes: Buffer, publicKey: Uint8Array): boolean {
  const end = bytes.length - signatureBytes;
  const message = signedBytes(bytes.subarray(0, headerBytes), bytes.subarray(headerBytes, end));
  return isSignedBy(publicKey, message, bytes.subarray(end));
}

/** Decrypts the body of a pack whose signature was checked. */
export function unseal(bytes: Buffer, header: PackHeader, epoch: Epoch): Buffer {
  const head = bytes.subarray(0, headerBytes);
  const derived = derive(epoch.key, head);
  if (!timingSafeEqual(derived.commit, header.keyCommit)) throw refused('commit', 'it was sealed with another key');
  const sealed = bytes.subarray(headerBytes, headerBytes + header.bodyLength);
  const decipher = createDecipheriv(cipherName, derived.key, nonce, { authTagLength: tagBytes })
    .setAAD(head)
    .setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(0, -tagBytes)), decipher.final()]);
  } catch (cause) {
    throw refused('seal', 'its seal is broken', 'bad', cause);
  }
}

function signedBytes(header: Uint8Array, body: Uint8Array): Buffer {
  return Buffer.concat([signedPrefix, header, createHash('sha256').update(body).digest()]);
}

function derive(key: Uint8Array, header: Buffer): { readonly key: Buffer; readonly commit: Buffer } {
  const info = Buffer.concat([Buffer.from(label), header.subarray(8, 72)]);
  const bytes = Buffer.from(hkdfSync('sha256', key, header.subarray(208, 240), info, 64));
  return { key: bytes.subarray(0, 32), commit: bytes.subarray(32) };
}
