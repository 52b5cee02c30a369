// What the best texts say beside the question: words that only they share lead to texts that say the same in other words.
import { emptyMatches, matcher, type Sought, sumAt } from './match-terms.ts';
import { eachTerm } from './terms.ts';
import { weights } from './weights.ts';

const tellingTexts = 5;
const tellingTerms = 10;

/**
 * For each candidate how much it has of the ten most telling terms of the five best ones; relevance feedback after
 * Rocchio, with frequencies among the candidates alone. terms: packed, of each candidate; words: what each has of the
 * question. Zeros where the best texts say nothing more.
 */
export function feedbackOf(terms: readonly Uint8Array[], words: Float64Array, sought: Sought): Float64Array {
  const asked = new Set(sought.words.flatMap(({ forms }) => forms.map(({ hash }) => hash)));
  const best = [...words.keys()]
    .filter((i) => (words[i] ?? 0) > 0)
    .sort((a, b) => (words[b] ?? 0) - (words[a] ?? 0) || a - b)
    .slice(0, tellingTexts);
  const said = new Map<number, number>();
  for (const i of best) {
    for (const hash of distinct(terms[i])) {
      if (!asked.has(hash)) said.set(hash, (said.get(hash) ?? 0) + (words[i] ?? 0));
    }
  }
  const having = documentsWith(said, terms);
  const idf = (hash: number) => idfOf(terms.length, having.get(hash) ?? 0);
  const telling = [...said]
    .map(([hash, sum]) => ({ hash, value: sum * idf(hash) }))
    .sort((a, b) => b.value - a.value || a.hash - b.hash)
    .slice(0, tellingTerms);
  const most = telling[0]?.value ?? 0;
  if (most === 0) return new Float64Array(terms.length);
  const forms = telling.map(({ hash, value }) => {
    return { word: '', forms: [{ hash, idf: idf(hash), said: value / most, kept: value / most }] };
  });
  const also: Sought = { words: forms, pairs: [] };
  const match = matcher(also, weights.said, 'said');
  const into = emptyMatches(terms.length, also);
  const average = terms.reduce((sum, each) => sum + each.length / 3, 0) / Math.max(1, terms.length);
  for (const [text, each] of terms.entries()) match(each, average, { into, text });
  return Float64Array.from(terms, (_, i) => sumAt(into, i));
}

/** In how many candidates each of some terms stands. */
function documentsWith(
  wanted: ReadonlyMap<number, unknown>,
  terms: readonly Uint8Array[],
): ReadonlyMap<number, number> {
  const lowBits = new Uint8Array(1 << 16);
  for (const hash of wanted.keys()) lowBits[hash & 0xffff] = 1;
  const counts = new Map<number, number>();
  const seenIn = new Map<number, number>();
  for (const [i, each] of terms.entries()) {
    eachTerm(each, (hash) => {
      if (lowBits[hash & 0xffff] === 0 || !wanted.has(hash) || seenIn.get(hash) === i) return;
      seenIn.set(hash, i);
      counts.set(hash, (counts.get(hash) ?? 0) + 1);
    });
  }
  return counts;
}

function distinct(terms: Uint8Array | undefined): ReadonlySet<number> {
  const found = new Set<number>();
  if (terms) eachTerm(terms, (hash) => found.add(hash));
  return found;
}

/** How telling a term is that stands in `documents` of `all` texts. */
export function idfOf(all: number, documents: number): number {
  return documents === 0 ? 0 : Math.log(1 + Math.max(0, all - documents + 0.5) / (documents + 0.5));
}
