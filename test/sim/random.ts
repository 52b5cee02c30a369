// One number decides everything: each part of a world draws from a source of its own, so that a step that is left out
// changes nothing about the others.
import { createHash } from 'node:crypto';
import { type Random, random } from '../harness/secrets/random.ts';

/** The source of one part of a world, by the names that lead to it. */
export function source(seed: number, ...names: readonly (string | number)[]): Random {
  return random(
    createHash('sha256')
      .update(JSON.stringify([seed, ...names]))
      .digest()
      .readUInt32BE(0),
  );
}

/** Bytes for ids and salts, from such a source. */
export function bytesFrom(from: Random): (bytes: number) => Uint8Array {
  return (bytes) => Uint8Array.from({ length: bytes }, () => from.below(256));
}

/** True in so many of a hundred. */
export function chance(from: Random, percent: number): boolean {
  return from.below(100) < percent;
}

/** One of the names, as often as its share says. */
export function weighted<N extends string>(from: Random, shares: Readonly<Record<N, number>>): N {
  const names = Object.keys(shares) as N[]; // what the record is made of
  let left = from.below(names.reduce((sum, name) => sum + shares[name], 0));
  for (const name of names) {
    left -= shares[name];
    if (left < 0) return name;
  }
  throw new Error('a draw beyond its shares');
}
