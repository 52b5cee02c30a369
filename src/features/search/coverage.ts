// How much of a question a text has, and the messages around it: by the weight of the words, however often they are said.
import type { Match, Sought } from './match-terms.ts';
import { conversations, type Placed } from './neighbours.ts';

/** Shares of the question, from 0 to 1. */
export interface Coverage {
  readonly own: number;
  /** Of the text together with the two messages before and after it. */
  readonly around: number;
}

const reach = 2;

/** Makes a function from a candidate to its coverage. items: sorted as they were matched. */
export function coverage<T extends Placed>(
  items: readonly T[],
  matches: readonly Match[],
  { words }: Sought,
): (item: T) => Coverage {
  const known = words.map(({ forms }) => forms[0]?.idf ?? 0);
  const most = Math.max(0, ...known);
  // a word that stands nowhere counts as the rarest of the others: what lacks it lacks something
  const weights = known.map((idf) => (idf > 0 ? idf : most));
  const all = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  let places: Places<T> | undefined;
  const shareOf = (at: readonly number[]) => {
    const shares = weights.map((weight, word) => {
      const best = at.reduce((largest, i) => Math.max(largest, matches[i]?.counts[word] ?? 0), 0);
      return weight * Math.min(1, best);
    });
    return shares.reduce((sum, share) => sum + share, 0) / all;
  };
  return (item) => {
    places ??= placesOf(items);
    const at = places.of.get(item) ?? -1;
    const talk = places.talks.get(at);
    const from = talk?.indexOf(at) ?? 0;
    const near = talk?.slice(Math.max(0, from - reach), from + reach + 1) ?? [at];
    return { own: shareOf([at]), around: shareOf(near) };
  };
}

interface Places<T> {
  readonly of: ReadonlyMap<T, number>;
  /** The conversation of each message. */
  readonly talks: ReadonlyMap<number, readonly number[]>;
}

function placesOf<T extends Placed>(items: readonly T[]): Places<T> {
  const talks = conversations(items).flatMap((talk) => talk.map((i) => [i, talk] as const));
  return { of: new Map(items.map((item, i) => [item, i])), talks: new Map(talks) };
}
