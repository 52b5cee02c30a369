// What messages take from those around them. Candidates come sorted: messages of a session in their order. Every message
// that was found is there with three on each side, so those at a distance of up to three are its true neighbours.
import type { Match } from './match-terms.ts';
import type { Pass, Saturation } from './weights.ts';

export interface Placed {
  readonly kind: string;
  readonly session: string | null;
  readonly isQuestion: boolean;
}

/** How far words carry. */
const reach = 3;

/** Shares of the scores around each message: of a question before it, of the one after it, of those two or three away. */
export function carry(items: readonly Placed[], own: Float64Array, pass: Pass) {
  const question = new Float64Array(items.length);
  const next = new Float64Array(items.length);
  const near = new Float64Array(items.length);
  for (const talk of conversations(items)) {
    for (const [place, i] of talk.entries()) {
      const at = (distance: number) => own[talk[place + distance] ?? -1] ?? 0;
      const before = items[talk[place - 1] ?? -1];
      question[i] = before?.isQuestion ? pass.question * at(-1) : 0;
      next[i] = pass.next * at(1);
      near[i] = pass.near * (at(-2) + at(2)) + pass.far * (at(-3) + at(3));
    }
  }
  return { question, next, near };
}

/**
 * How much of the question is said in the messages within reach of each, from 0 to 1: each word where it is said best,
 * less with every step away.
 */
export function windowShares(items: readonly Placed[], matches: readonly Match[], decay: number): Float64Array {
  const shares = new Float64Array(items.length);
  const words = matches[0]?.words.length ?? 0;
  for (const talk of conversations(items)) {
    for (const [place, i] of talk.entries()) {
      let sum = 0;
      for (let word = 0; word < words; word += 1) {
        let best = 0;
        for (let step = -reach; step <= reach; step += 1) {
          const said = matches[talk[place + step] ?? -1]?.words[word] ?? 0;
          best = Math.max(best, said * decay ** Math.abs(step));
        }
        sum += best;
      }
      shares[i] = sum;
    }
  }
  return toOne(shares);
}

/**
 * How much of the question is said in the whole to which each candidate belongs, a session or a file, from 0 to 1: BM25 of
 * the wholes, counted over the candidates alone, which are all that have a rare word; a whole is as long as it has
 * candidates. wholeOf: its name by the place of a candidate; null for what stands alone.
 */
export function wholeShares(
  matches: readonly Match[],
  wholeOf: (i: number) => string | null,
  { k1, b }: Saturation,
): Float64Array {
  const wholes = Map.groupBy(matches.keys(), wholeOf);
  wholes.delete(null);
  const average = [...wholes.values()].reduce((sum, list) => sum + list.length, 0) / Math.max(1, wholes.size);
  const counts = [...wholes.values()].map((list) => countsIn(list, matches));
  const shares = new Float64Array(matches.length);
  const words = matches[0]?.words.length ?? 0;
  const having = Array.from({ length: words }, (_, word) => counts.filter((each) => (each[word] ?? 0) > 0).length);
  for (const [n, list] of [...wholes.values()].entries()) {
    let sum = 0;
    for (let word = 0; word < words; word += 1) {
      const count = counts[n]?.[word] ?? 0;
      if (count === 0) continue;
      const idf = Math.log(1 + (wholes.size - (having[word] ?? 0) + 0.5) / ((having[word] ?? 0) + 0.5));
      sum += (idf * count * (k1 + 1)) / (count + k1 * (1 - b + (b * list.length) / average));
    }
    for (const i of list) shares[i] = sum;
  }
  return toOne(shares);
}

/** Places of the messages of each session, in their order; what is no message is skipped over. */
export function conversations(items: readonly Placed[]): readonly (readonly number[])[] {
  const talks: number[][] = [];
  let open: number[] = [];
  let session: string | null = null;
  for (const [i, item] of items.entries()) {
    if (item.kind !== 'message' || item.session === null) continue;
    if (item.session !== session) {
      open = [];
      talks.push(open);
      session = item.session;
    }
    open.push(i);
  }
  return talks;
}

function countsIn(list: readonly number[], matches: readonly Match[]): Float64Array {
  const sum = new Float64Array(matches[0]?.words.length ?? 0);
  for (const i of list) {
    for (const [word, count] of (matches[i]?.counts ?? sum).entries()) sum[word] = (sum[word] ?? 0) + count;
  }
  return sum;
}

/** Divided by the largest. */
function toOne(values: Float64Array): Float64Array {
  const most = values.reduce((largest, value) => Math.max(largest, value), 0);
  return most === 0 ? values : values.map((value) => value / most);
}
