/** Why nobody will ask for a segment again. */
export const endings = ['session-ended', 'branch-deleted', 'snapshot-superseded', 'history-compacted'] as const;
export type Ending = (typeof endings)[number];

export interface Kept {
  /** How often it was asked for since it is stored, the first time counted in. */
  readonly uses: number;
  /** Since it is stored, in milliseconds. */
  readonly stored: number;
  /** Since it was last asked for, in milliseconds. */
  readonly idle: number;
  /** Bytes it takes. */
  readonly size: number;
  readonly tokens: number;
  /** What a token costs when it is missing, less what it costs when it is there: in prices of a token that is not cached. */
  readonly missing?: number;
  /** The reasons why those who asked for it will not come again; undefined for each who may. */
  readonly askers?: readonly (Ending | undefined)[];
}

/** A token that is written instead of read, by the usual prices. */
const usualMissing = 1.25 - 0.1;
const day = 24 * 60 * 60_000;
/** After a day without a request half as many are expected. */
const halving = day;
/** What is new is not yet asked for all the time. */
const atLeast = day / 24;

/**
 * What a byte for it saves in a day: the requests that are expected times the tokens they would cost again. Nothing, at
 * once, when all who asked for it have ended.
 */
export function cacheValue({ uses, stored, idle, size, tokens, missing = usualMissing, askers = [] }: Kept): number {
  if (size <= 0 || (askers.length > 0 && askers.every((ending) => ending !== undefined))) return 0;
  const perDay = (uses * day) / Math.max(atLeast, stored);
  return (perDay * 2 ** (-Math.max(0, idle) / halving) * tokens * missing) / size;
}
