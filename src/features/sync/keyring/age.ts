// A program of its own in a build, so that nobody loads the library who has no remote.
import { webcrypto } from 'node:crypto';
import { Decrypter, Encrypter, identityToRecipient } from 'age-encryption';
import type { Seal } from './seal.ts';

/** Seals and opens with X25519 recipients of age. */
export const ageSeal: Seal = {
  async seal(plain, recipients) {
    const encrypter = new Encrypter();
    for (const recipient of recipients) encrypter.addRecipient(recipient);
    return encrypter.encrypt(plain);
  },
  async open(sealed, key) {
    const decrypter = new Decrypter();
    decrypter.addIdentity(await identityOf(key));
    try {
      return await decrypter.decrypt(sealed);
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('no identity matched')) return undefined;
      throw error;
    }
  },
  recipient: async (key) => identityToRecipient(await identityOf(key)),
};

/** What stands before the 32 bytes of an X25519 key in PKCS #8. */
const prefix = Buffer.from('302e020100300506032b656e04220420', 'hex');

function identityOf(key: Uint8Array): Promise<webcrypto.CryptoKey> {
  return webcrypto.subtle.importKey('pkcs8', Buffer.concat([prefix, key]), { name: 'X25519' }, false, ['deriveBits']);
}
