// How well the packed terms of texts answer the words of a question. Pure. Hundreds of texts are matched for one
// question, so what is found stands in a few arrays for all of them.
import { eachTerm } from './terms.ts';
import { type Saturation, weights } from './weights.ts';

/** One form under which a word of the question may stand in a text. */
export interface Form {
  readonly hash: number;
  /** ln(1 + (N - df + .5) / (df + .5)) over everything searched. */
  readonly idf: number;
  /** How much it counts in what is said, and in what is kept: files, outputs, documents. */
  readonly said: number;
  readonly kept: number;
}

/** A word of the question with its forms, the word itself first. */
export interface SoughtWord {
  readonly word: string;
  readonly forms: readonly Form[];
}

/** What is asked for, ready to be counted in texts. */
export interface Sought {
  readonly words: readonly SoughtWord[];
  /** Pairs of words that stand side by side in the question, as places in `words`. */
  readonly pairs: readonly (readonly [number, number])[];
}

/** What some texts have of a question: of text i and word w the value stands at i × width + w. */
export interface Matches {
  /** Number of words. */
  readonly width: number;
  /** For each word what it adds: weight × idf × saturated frequency of its best form. */
  readonly words: Float64Array;
  /** For each word how often it occurs in any form, each form by its weight. */
  readonly counts: Float64Array;
  /** For each text what pairs of words that stand near each other add, before their weight. */
  readonly pairs: Float64Array;
}

/** As far apart as two words of a pair may stand, in terms. */
const nearby = 3;

/** Room for what so many texts have. */
export function emptyMatches(texts: number, { words }: Sought): Matches {
  const width = words.length;
  const room = () => new Float64Array(texts * width);
  return { width, words: room(), counts: room(), pairs: new Float64Array(texts) };
}

/** The words of one text, added up. */
export function sumAt({ words, width }: Matches, text: number): number {
  let sum = 0;
  for (let at = text * width; at < (text + 1) * width; at += 1) sum += words[at] ?? 0;
  return sum;
}

/** All forms of all words in arrays; those with the same last 16 bits of their hash are linked by `next`, 0 = none. */
function slotsOf({ words }: Sought, family: 'said' | 'kept') {
  const forms = words.flatMap(({ forms: all }, word) => all.map((form) => ({ ...form, word })));
  const first = new Uint16Array(1 << 16);
  const next = new Uint16Array(forms.length + 1);
  for (const [n, { hash }] of forms.entries()) {
    next[n + 1] = first[hash & 0xffff] ?? 0;
    first[hash & 0xffff] = n + 1;
  }
  return {
    ...{ first, next, count: forms.length },
    hash: Uint32Array.from(forms, (form) => form.hash),
    word: Uint16Array.from(forms, (form) => form.word),
    weight: Float64Array.from(forms, (form) => form[family]),
    idf: Float64Array.from(forms, (form) => form.idf),
    /** Where the word itself stands counts for pairs, wherever it is a form of another. */
    isOwn: Uint8Array.from(forms, ({ hash, word }) => Number(words[word]?.forms[0]?.hash === hash)),
  };
}

/**
 * Makes a function that matches one text after the other into its place of `into`. Its work is one table look-up a term
 * for most terms: only the last 16 bits of a hash decide there.
 */
export function matcher(sought: Sought, { k1, b }: Saturation, family: 'said' | 'kept') {
  const slots = slotsOf(sought, family);
  const fieldWeights = Object.values(weights.fields);
  const { first, next, hash: hashes, word: wordAt } = slots;
  const frequency = new Float64Array(slots.count);
  const places: number[][] = sought.words.map(() => []);
  let length = 0;
  const visit = (hash: number, field: number) => {
    if (field === 0) length += 1;
    for (let n = first[hash & 0xffff] ?? 0; n !== 0; n = next[n] ?? 0) {
      if (hashes[n - 1] !== hash) continue;
      frequency[n - 1] = (frequency[n - 1] ?? 0) + (fieldWeights[field] ?? 0);
      if (field === 0 && slots.isOwn[n - 1] === 1) places[wordAt[n - 1] ?? 0]?.push(length);
    }
  };
  return (packed: Uint8Array, averageLength: number, { into, text }: { into: Matches; text: number }): void => {
    frequency.fill(0);
    for (const list of places) list.length = 0;
    length = 0;
    eachTerm(packed, visit);
    const norm = k1 * (1 - b + (b * length) / averageLength);
    const { words, counts, width } = into;
    for (let n = 0; n < slots.count; n += 1) {
      const tf = frequency[n] ?? 0;
      if (tf === 0) continue;
      const at = text * width + (wordAt[n] ?? 0);
      const weight = slots.weight[n] ?? 0;
      const value = (weight * (slots.idf[n] ?? 0) * tf * (k1 + 1)) / (tf + norm);
      if (value > (words[at] ?? 0)) words[at] = value;
      counts[at] = (counts[at] ?? 0) + weight * tf;
    }
    into.pairs[text] = pairsIn(sought, places);
  };
}

/** The weight of the rarer word of every pair that stands together somewhere. */
function pairsIn({ words, pairs }: Sought, places: readonly (readonly number[])[]): number {
  let sum = 0;
  for (const [a, b] of pairs) {
    const [one = [], other = []] = [places[a], places[b]];
    if (one.length === 0 || other.length === 0 || !isNear(one, other)) continue;
    sum += Math.min(words[a]?.forms[0]?.idf ?? 0, words[b]?.forms[0]?.idf ?? 0);
  }
  return sum;
}

function isNear(one: readonly number[], other: readonly number[]): boolean {
  return one.some((at) => other.some((place) => Math.abs(at - place) <= nearby));
}
