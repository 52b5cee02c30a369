// What enters a result that has a budget: nothing that hardly answers, says what is there already, or is out of date.
// Deterministic: the same list and the same settings, the same result. A search without a budget is never thinned out.
import { type Compared, compared, saysNothingNew } from '../../core/sketch.ts';
import { estimateTokens } from '../../core/tokens.ts';
import type { Found } from './find.ts';
import { relevanceOf } from './relevance.ts';
import { cleanText } from './snippet.ts';

export interface Sieve {
  /** The probability below which a result is left out. */
  readonly threshold: number;
  /** Whether what says nothing new and what is superseded is left out. */
  readonly prunes: boolean;
}

/** How many were left out although there was room for them, by why. */
export interface Dropped {
  readonly below: number;
  readonly same: number;
  readonly superseded: number;
}

export interface Room {
  readonly tokens: number;
  /** So many are kept whether they fit or not. */
  readonly least: number;
}

export const noSieve: Sieve = { threshold: 0, prunes: false };

/** Tokens of a result as it is read: a line of date, author and text. */
export function lineTokens({ at, author, text }: { at: string; author: string | null; text: string }): number {
  return estimateTokens(`[${at}] ${author ?? ''}: ${text}`);
}

export interface Sifting {
  readonly sieve: Sieve;
  readonly room: Room;
  readonly isSuperseded: (found: Found) => boolean;
  /** Key of an entry: half of what it says. */
  readonly keyOf: (found: Found) => string | null;
}

/** The results that stay, best first, as many as there is room for; the best one in any case. */
export function sift(
  found: readonly Found[],
  { sieve, room, isSuperseded, keyOf }: Sifting,
): { readonly kept: readonly Found[]; readonly dropped: Dropped } {
  const dropped = { below: 0, same: 0, superseded: 0 };
  const kept: Found[] = [];
  const said: Said[] = [];
  let used = 0;
  for (const one of found) {
    const out = against(one);
    const says = sieve.prunes && out === undefined ? saidIn(one, keyOf) : undefined;
    const why = out ?? (says && isSaid(says) ? 'same' : undefined);
    if (why !== undefined) {
      dropped[why] += 1;
      continue;
    }
    used += tokensOf(one);
    if (kept.length >= Math.max(1, room.least) && used > room.tokens) break;
    kept.push(one);
    if (says) said.push(says);
  }
  return { kept, dropped };

  function against(one: Found): keyof Dropped | undefined {
    if (sieve.prunes && isSuperseded(one)) return 'superseded';
    // somebody asked: of what there is the best is told, however improbable
    return kept.length > 0 && relevanceOf(one.signs()) < sieve.threshold ? 'below' : undefined;
  }

  function isSaid(says: Said): boolean {
    return said.some((each) => each.by === says.by && saysNothingNew(says, each));
  }
}

interface Said extends Compared {
  /** Whose words they are: two people who say the same say two things. */
  readonly by: string | null;
}

function saidIn(found: Found, keyOf: Sifting['keyOf']): Said {
  const { kind, author } = found.item;
  const key = kind === 'entry' ? (keyOf(found) ?? '') : '';
  return { ...compared(`${key} ${found.text}`), by: kind === 'message' ? author : null };
}

function tokensOf({ item, text }: Found): number {
  return lineTokens({ at: new Date(item.at).toISOString(), author: item.author, text: cleanText(text) });
}
