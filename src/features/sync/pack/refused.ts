/** The checks of a pack, cheapest first, by the names under which they are told. */
export const checks = [
  ...['length', 'hash', 'magic', 'format', 'reserved', 'count', 'path', 'signer', 'signature'],
  ...['epoch', 'kid', 'commit', 'seal', 'size', 'inflate', 'lines', 'text', 'chain'],
] as const;
export type Check = (typeof checks)[number];

/** What a refusal means: bad, written by a later version, sealed with a key that is not here, or with a key that is not ours. */
export type RefusedAs = 'bad' | 'newer' | 'no key' | 'wrong key';

/** A pack that does not pass a check. Its log waits; all others go on. */
export class PackRefused extends Error {
  readonly check: Check;
  readonly as: RefusedAs;

  constructor(check: Check, why: string, as: RefusedAs, cause?: unknown) {
    super(why, cause === undefined ? undefined : { cause });
    this.name = 'PackRefused';
    this.check = check;
    this.as = as;
  }
}

export function refused(check: Check, why: string, as: RefusedAs = 'bad', cause?: unknown): PackRefused {
  return new PackRefused(check, why, as, cause);
}
