// 24 words are 256 bits and a checksum (BIP-39). What they open and sign with is derived from the bits.
import { createHash, hkdfSync } from 'node:crypto';
import { PrsistError } from '../../../core/errors.ts';
import { type SigningKey, signingKey } from './ed25519.ts';
import type { Seal } from './seal.ts';

/** Words of one set. */
export const recoveryLength = 24;

/** What the words sign and open with. */
export interface RecoveryKeys extends SigningKey {
  readonly recipient: string;
  readonly boxKey: Uint8Array;
}

/** The words for 32 random bytes. list: 2,048 words. */
export function wordsFor(entropy: Uint8Array, list: readonly string[]): readonly string[] {
  return wordsOfBits(`${bitsOf(entropy)}${bitsOf(checksum(entropy))}`, list);
}

/** Words for the first bits of some bytes, eleven bits each. */
export function wordsOfBits(bits: string, list: readonly string[]): readonly string[] {
  const groups = bits.match(/[01]{11}/g) ?? [];
  return groups.map((group) => list[Number.parseInt(group, 2)] ?? '');
}

/** Bits of some bytes, as a text of zeros and ones. */
export function bitsOf(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
}

/**
 * The bytes that words stand for. Throws recovery/wrong-words, naming positions (from 1 on) and never a word: what was
 * typed may be right but for one letter.
 */
export function entropyOf(typed: readonly string[], list: readonly string[]): Uint8Array {
  const words = typed.map((word) => word.trim().toLowerCase()).filter((word) => word !== '');
  const places = new Map(list.map((word, place) => [word, place]));
  const unknown = words.flatMap((word, n) => (places.has(word) ? [] : [n + 1]));
  if (unknown.length > 0) {
    const where = unknown.length === 1 ? `word ${unknown[0]} is` : `words ${unknown.join(', ')} are`;
    throw wrong(`${where} not in the list of recovery words`, { positions: unknown });
  }
  if (words.length !== recoveryLength) throw wrong(`${words.length} words were given, not ${recoveryLength}`);
  const bits = words.map((word) => (places.get(word) ?? 0).toString(2).padStart(11, '0')).join('');
  const entropy = Uint8Array.from(bits.slice(0, 256).match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
  if (bits.slice(256) !== bitsOf(checksum(entropy))) {
    throw wrong(
      'every word is in the list, but together they are not what was shown: one is another, or two changed places',
    );
  }
  return entropy;
}

/** The keys that words stand for. */
export async function recoveryKeys(entropy: Uint8Array, seal: Seal): Promise<RecoveryKeys> {
  const derived = (what: string) =>
    new Uint8Array(hkdfSync('sha256', entropy, Buffer.alloc(0), `prsist recovery ${what} v1`, 32));
  const boxKey = derived('box');
  return { ...signingKey(derived('sign')), boxKey, recipient: await seal.recipient(boxKey) };
}

function checksum(entropy: Uint8Array): Uint8Array {
  return createHash('sha256').update(entropy).digest().subarray(0, 1);
}

function wrong(message: string, details?: Readonly<Record<string, unknown>>): PrsistError {
  return new PrsistError('recovery/wrong-words', message, details === undefined ? {} : { details });
}
