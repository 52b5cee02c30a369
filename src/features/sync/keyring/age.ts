// A program of its own in a build, so that nobody loads the library who has no remote.
import { Decrypter, Encrypter, identityToRecipient } from 'age-encryption';
import { privateKey } from '../package/age-stream.ts';
import type { Seal } from './seal.ts';

export { ageFiles } from '../package/age-stream.ts';

/** Seals and opens with X25519 recipients of age. */
export const ageSeal: Seal = {
  async seal(plain, recipients) {
    const encrypter = new Encrypter();
    for (const recipient of recipients) encrypter.addRecipient(recipient);
    return encrypter.encrypt(plain);
  },
  async open(sealed, key) {
    const decrypter = new Decrypter();
    decrypter.addIdentity(await privateKey(key));
    try {
      return await decrypter.decrypt(sealed);
    } catch (error) {
      if (error instanceof Error && error.message.startsWith('no identity matched')) return undefined;
      throw error;
    }
  },
  recipient: async (key) => identityToRecipient(await privateKey(key)),
};
