// How well the packed terms of a text answer the words of a question. Pure.
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

export interface Match {
  /** For each word what it adds: weight × idf × saturated frequency of its best form. */
  readonly words: Float64Array;
  /** For each word how often it occurs in any form, each form by its weight. */
  readonly counts: Float64Array;
  /** What pairs of words that stand near each other add, before their weight. */
  readonly pairs: number;
}

/** As far apart as two words of a pair may stand, in terms. */
const nearby = 3;

/**
 * Makes a function that matches one text after the other. Its work is one table look-up a term for most terms: only the
 * last 16 bits of a hash decide there.
 */
export function matcher(sought: Sought, { k1, b }: Saturation, family: 'said' | 'kept') {
  const forms = sought.words.flatMap(({ forms: all }, word) => all.map((form) => ({ ...form, word })));
  const table = new Uint16Array(1 << 16);
  for (const [slot, { hash }] of forms.entries()) if (table[hash & 0xffff] === 0) table[hash & 0xffff] = slot + 1;
  const byHash = new Map<number, number[]>();
  for (const [slot, { hash }] of forms.entries()) byHash.set(hash, [...(byHash.get(hash) ?? []), slot]);
  const fieldWeights = Object.values(weights.fields);
  const frequency = new Float64Array(forms.length);
  const places: number[][] = sought.words.map(() => []);
  return (packed: Uint8Array, averageLength: number): Match => {
    frequency.fill(0);
    for (const list of places) list.length = 0;
    let length = 0;
    eachTerm(packed, (hash, field) => {
      if (field === 0) length += 1;
      if (table[hash & 0xffff] === 0) return;
      for (const slot of byHash.get(hash) ?? []) {
        frequency[slot] = (frequency[slot] ?? 0) + (fieldWeights[field] ?? 0);
        const form = forms[slot];
        if (field === 0 && form && sought.words[form.word]?.forms[0]?.hash === hash) places[form.word]?.push(length);
      }
    });
    const norm = k1 * (1 - b + (b * length) / averageLength);
    const words = new Float64Array(sought.words.length);
    const counts = new Float64Array(sought.words.length);
    for (const [slot, form] of forms.entries()) {
      const tf = frequency[slot] ?? 0;
      if (tf === 0) continue;
      const value = (form[family] * form.idf * tf * (k1 + 1)) / (tf + norm);
      if (value > (words[form.word] ?? 0)) words[form.word] = value;
      counts[form.word] = (counts[form.word] ?? 0) + form[family] * tf;
    }
    return { words, counts, pairs: pairsIn(sought, places) };
  };
}

/** The weight of the rarer word of every pair that stands together somewhere. */
function pairsIn({ words, pairs }: Sought, places: readonly (readonly number[])[]): number {
  let sum = 0;
  for (const [a, b] of pairs) {
    const [first = [], second = []] = [places[a], places[b]];
    if (!first.some((at) => second.some((other) => Math.abs(at - other) <= nearby))) continue;
    sum += Math.min(words[a]?.forms[0]?.idf ?? 0, words[b]?.forms[0]?.idf ?? 0);
  }
  return sum;
}
