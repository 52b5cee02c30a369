// A part of the program that age is in a build (see keyring/age.ts).
import { createCipheriv, createDecipheriv, scrypt, webcrypto } from 'node:crypto';
import { ReadableStream } from 'node:stream/web';
import { Decrypter, Encrypter, type Identity, type Recipient, Stanza } from 'age-encryption';
import { limits } from '../../../core/limits.ts';
import { type AgeFiles, ageMark, ageRefusal, isAgeRefusal, type OpenWith, type SealTo } from './age-files.ts';

const headMost = 64 * 1024;
const saltBytes = 16;
const aead = 'chacha20-poly1305';
const tagBytes = 16;

/** Seals and opens files that stream by. */
export const ageFiles: AgeFiles = {
  async seal(plain, to) {
    const encrypter = new Encrypter();
    if ('passphrase' in to) encrypter.addRecipient(byPassphrase(to));
    else for (const recipient of to.recipients) addRecipient(encrypter, recipient);
    return encrypter.encrypt(ReadableStream.from(plain) as globalThis.ReadableStream<Uint8Array>);
  },
  async open(sealed, using) {
    const { whole, kinds } = await headed(sealed);
    const decrypter = new Decrypter();
    for (const identity of identitiesOf(using)) decrypter.addIdentity(await identity);
    try {
      return unsealed(await decrypter.decrypt(ReadableStream.from(whole) as globalThis.ReadableStream<Uint8Array>));
    } catch (error) {
      if (isAgeRefusal(error)) throw error;
      const isLocked = error instanceof Error && error.message.startsWith('no identity matched');
      throw isLocked ? ageRefusal('locked', kinds.join(' ')) : ageRefusal('altered', '', error);
    }
  },
};

function addRecipient(encrypter: Encrypter, recipient: string): void {
  try {
    encrypter.addRecipient(recipient);
  } catch (cause) {
    throw ageRefusal('no recipient', recipient, cause);
  }
}

/** The sealed bytes, and by what kinds of keys they are opened, told before anything else of them is looked at. */
async function headed(sealed: AsyncIterable<Uint8Array>) {
  const chunks = sealed[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let isEnded = false;
  while (head.length < headMost && !isEnded && !head.includes('\n--- ')) {
    const next = await chunks.next();
    if (next.done) isEnded = true;
    else head = Buffer.concat([head, next.value]);
  }
  const end = head.indexOf('\n--- ');
  if (!head.toString('latin1').startsWith(ageMark)) throw ageRefusal('no age');
  if (end < 0 || end > headMost) throw ageRefusal('altered');
  const kinds = [...head.toString('latin1', 0, end).matchAll(/^-> (\S+)/gm)].map(([, kind]) => kind);
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield head;
    if (!isEnded) yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return { whole: whole(), kinds };
}

async function* unsealed(plain: globalThis.ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks = plain as unknown as AsyncIterable<Uint8Array>; // as streams of Node are
  try {
    yield* chunks;
  } catch (error) {
    // its own errors are of bytes that are not those that were sealed; those of the disk have codes
    if (error instanceof Error && 'code' in error) throw error;
    throw ageRefusal('altered', '', error);
  }
}

function* identitiesOf(using: OpenWith) {
  const { passphrase, identities, keys } = using;
  if (passphrase !== undefined) yield withPassphrase(passphrase, using);
  yield* identities;
  for (const key of keys) yield privateKey(key);
}

/** What stands before the 32 bytes of an X25519 key in PKCS #8. */
const prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

/** A key of 32 bytes, as the library takes it. */
export function privateKey(key: Uint8Array): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', Buffer.concat([prefix, key]), { name: 'X25519' }, false, ['deriveBits']);
}

// --- passphrases: as the library has them, but outside of the thread and of V8's memory ---------------------------

function byPassphrase({ passphrase, salt }: Extract<SealTo, { readonly passphrase: string }>): Recipient {
  return {
    async wrapFileKey(fileKey) {
      const work = limits.packageWork - 1;
      const key = await keyOf(passphrase, salt, work);
      const cipher = createCipheriv(aead, key, Buffer.alloc(12), { authTagLength: tagBytes });
      const body = Buffer.concat([cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
      return [new Stanza(['scrypt', unpadded(salt), String(work)], new Uint8Array(body))];
    },
  };
}

/** What a passphrase came to, for whoever opens the same file again with it: it takes its time, and 128 MiB. */
const found = new WeakMap<OpenWith, { readonly of: string; readonly key: Buffer }>();

function withPassphrase(passphrase: string, using: OpenWith): Identity {
  return {
    async unwrapFileKey(stanzas) {
      const [only] = stanzas;
      if (only?.args[0] !== 'scrypt') return null;
      const [, salt = '', work = ''] = only.args;
      const bytes = Buffer.from(salt, 'base64');
      const isForm = /^[1-9]\d?$/.test(work) && bytes.length === saltBytes && unpadded(bytes) === salt;
      if (stanzas.length !== 1 || !isForm || only.body.length !== 16 + tagBytes) throw ageRefusal('altered');
      if (Number(work) > limits.packageWork) throw ageRefusal('work', work);
      const of = `${salt} ${work}`;
      const before = found.get(using);
      const key = before?.of === of ? before.key : await keyOf(passphrase, bytes, Number(work));
      found.set(using, { of, key });
      const cipher = createDecipheriv(aead, key, Buffer.alloc(12), { authTagLength: tagBytes });
      cipher.setAuthTag(only.body.subarray(-tagBytes));
      try {
        return new Uint8Array(Buffer.concat([cipher.update(only.body.subarray(0, -tagBytes)), cipher.final()]));
      } catch {
        return null; // another passphrase
      }
    },
  };
}

function keyOf(passphrase: string, salt: Uint8Array, work: number): Promise<Buffer> {
  const salted = Buffer.concat([Buffer.from('age-encryption.org/v1/scrypt'), salt]);
  const cost = 2 ** work;
  const how = { N: cost, r: 8, p: 1, maxmem: 128 * cost * 8 + (1 << 20) };
  return new Promise((resolve, reject) => {
    scrypt(passphrase, salted, 32, how, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

function unpadded(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64').replace(/=+$/, '');
}
