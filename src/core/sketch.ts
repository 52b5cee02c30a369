// What two texts have in common, told from hashes of words that stand together: case, punctuation and marks do not count.

const wordForm = /[\p{L}\p{N}]+/gu;
/** Of a longer text the beginning stands for the whole. */
const mostWords = 20_000;
const sketchSize = 8;

/** The words of a text in order, as they are compared; at most 20,000. */
export function comparedWords(text: string): readonly string[] {
  const words: string[] = [];
  for (const [word] of text.normalize('NFKC').toLowerCase().matchAll(wordForm)) {
    words.push(word);
    if (words.length === mostWords) break;
  }
  return words;
}

/** A text in the form in which it is the same as another: without case, punctuation and kind of blank space. */
export function sameForm(text: string): string {
  return comparedWords(text).join(' ');
}

/** The eight smallest hashes of three words in a row: texts that have much in common share one. [] for fewer words. */
export function sketchOf(text: string, size: number = sketchSize): readonly number[] {
  return [...runsOf(comparedWords(text), 3)].sort((a, b) => a - b).slice(0, size);
}

/** Hashes of all two words in a row. */
export function pairsOf(text: string): ReadonlySet<number> {
  return runsOf(comparedWords(text), 2);
}

/** The share of the first that stands in the second, from 0 to 1; 0 for a text of fewer than two words. */
export function containment(part: ReadonlySet<number>, whole: ReadonlySet<number>): number {
  if (part.size === 0) return 0;
  let shared = 0;
  for (const hash of part) if (whole.has(hash)) shared += 1;
  return shared / part.size;
}

/** A text as it is compared with others, word by word and pair by pair. */
export interface Compared {
  readonly words: ReadonlySet<string>;
  readonly pairs: ReadonlySet<number>;
}

export function compared(text: string): Compared {
  const words = comparedWords(text);
  return { words: new Set(words), pairs: runsOf(words, 2) };
}

/** Of fewer pairs of words nearly everything stands somewhere else, too. */
const tellingPairs = 3;
/** The share of its pairs that stand in the other text. */
const nearlyAll = 0.8;

/**
 * Whether a text has no word that another one has not, and nearly all of them in the same order: a copy, a quotation, the
 * beginning of it. Another number or name in the same sentence is another fact, and new.
 */
export function saysNothingNew(text: Compared, than: Compared): boolean {
  if (text.pairs.size < tellingPairs || !text.words.isSubsetOf(than.words)) return false;
  return containment(text.pairs, than.pairs) >= nearlyAll;
}

function runsOf(words: readonly string[], length: number): ReadonlySet<number> {
  const runs = new Set<number>();
  for (let at = 0; at + length <= words.length; at += 1) runs.add(hashOf(words.slice(at, at + length).join(' ')));
  return runs;
}

/** FNV-1a over UTF-16 units, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
