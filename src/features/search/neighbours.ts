// What messages take from those around them. Candidates come sorted: messages of a session in their order. Every message
// that was found is there with three on each side, so those at a distance of up to three are its true neighbours.
import type { Matches } from './match-terms.ts';
import type { Pass, Saturation } from './weights.ts';

export interface Placed {
  readonly kind: string;
  readonly session: string | null;
  readonly isQuestion: boolean;
}

/** Places of the messages of each session, in their order. */
export type Talks = readonly (readonly number[])[];

/** How far words carry. */
const reach = 3;

/** Shares of the scores around each message: of a question before it, of the one after it, of those two or three away. */
export function carry(items: readonly Placed[], { talks, own }: { talks: Talks; own: Float64Array }, pass: Pass) {
  const question = new Float64Array(items.length);
  const next = new Float64Array(items.length);
  const near = new Float64Array(items.length);
  for (const talk of talks) {
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
export function windowShares(talks: Talks, { words, width, pairs }: Matches, decay: number): Float64Array {
  const shares = new Float64Array(pairs.length);
  const factors = Array.from({ length: 2 * reach + 1 }, (_, n) => decay ** Math.abs(n - reach));
  const best = new Float64Array(width);
  for (const talk of talks) {
    for (const [place, i] of talk.entries()) {
      best.fill(0);
      const last = Math.min(talk.length - 1, place + reach);
      for (let other = Math.max(0, place - reach); other <= last; other += 1) {
        const from = (talk[other] ?? 0) * width;
        const factor = factors[other - place + reach] ?? 0;
        for (let word = 0; word < width; word += 1) {
          const said = (words[from + word] ?? 0) * factor;
          if (said > (best[word] ?? 0)) best[word] = said;
        }
      }
      let sum = 0;
      for (let word = 0; word < width; word += 1) sum += best[word] ?? 0;
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
  matches: Matches,
  wholeOf: (i: number) => string | null,
  { k1, b }: Saturation,
): Float64Array {
  const { width, pairs } = matches;
  const wholes = Map.groupBy(pairs.keys(), wholeOf);
  wholes.delete(null);
  const average = [...wholes.values()].reduce((sum, list) => sum + list.length, 0) / Math.max(1, wholes.size);
  const counts = [...wholes.values()].map((list) => countsIn(list, matches));
  const shares = new Float64Array(pairs.length);
  const having = Array.from({ length: width }, (_, word) => counts.filter((each) => (each[word] ?? 0) > 0).length);
  for (const [n, list] of [...wholes.values()].entries()) {
    let sum = 0;
    for (let word = 0; word < width; word += 1) {
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
export function talksOf(items: readonly Placed[]): Talks {
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

function countsIn(list: readonly number[], { counts, width }: Matches): Float64Array {
  const sum = new Float64Array(width);
  for (const i of list) {
    for (let word = 0; word < width; word += 1) sum[word] = (sum[word] ?? 0) + (counts[i * width + word] ?? 0);
  }
  return sum;
}

/** Divided by the largest. */
function toOne(values: Float64Array): Float64Array {
  const most = values.reduce((largest, value) => Math.max(largest, value), 0);
  return most === 0 ? values : values.map((value) => value / most);
}
