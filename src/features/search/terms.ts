// The terms of an indexed text, packed so that hundreds of candidates can be scored without reading their texts: three
// bytes a term, the hash of its stem, in the order of the text, stop words left out. Own format, version 1:
//   terms of the text · 0 · terms of its names · 0 · terms of its path · 0 · terms of its comments
// Two stems in 16 million share a hash; what that costs is a place in a list.
import { stem } from './stem.ts';
import { isStopWord } from './stop-words.ts';
import { eachRun, indexable, nameParts, wordsOf, writtenWords } from './tokens.ts';
import { type Terms, textHash, WordTable } from './word-table.ts';

export const termFields = ['text', 'names', 'path', 'comments'] as const;

/** What of a text is packed. A field that says something again makes it count more. */
export type TermFields = Readonly<Record<(typeof termFields)[number], string>>;

/** More terms of a text say nothing more about it: parts are far shorter. */
const mostTerms = 4_000;
const width = 3;
const known = new WordTable();
/** What is packed is laid here first: no text has more. */
const laid = Buffer.alloc(termFields.length * (mostTerms + 1) * width);

/** The hash of a stem: 1 to 2^24 - 1. FNV-1a of 32 bits, its ends folded together. */
export function termHash(stemmed: string): number {
  const hash = textHash(stemmed);
  return ((hash >>> 8) ^ (hash & 0xffffff)) & 0xffffff || 1;
}

/** Packs the terms of a text. */
export function packTerms(fields: TermFields): Uint8Array {
  let [at, end] = [0, 0];
  for (const [place, field] of termFields.entries()) {
    if (place > 0) at = lay(0, at);
    const before = at;
    at = layTerms(fields[field], at);
    if (at > before) end = at;
  }
  return Buffer.from(laid.subarray(0, end));
}

/**
 * Calls `visit` for each term in order. field: its place in `termFields`. Bytes that no version wrote give terms that
 * match nothing; they are never an error.
 */
export function eachTerm(packed: Uint8Array, visit: (hash: number, field: number) => void): void {
  let field = 0;
  for (let at = 0; at + width <= packed.length; at += width) {
    const hash = (packed[at] ?? 0) | ((packed[at + 1] ?? 0) << 8) | ((packed[at + 2] ?? 0) << 16);
    if (hash === 0) field += 1;
    else visit(hash, field);
  }
}

/** Lays the hashes of the words of a text in order, the parts of a compound name right after it; gives where they end. */
function layTerms(text: string, from: number): number {
  const most = from + mostTerms * width;
  let at = from;
  eachRun(text, (start, end, isPlain) => {
    const terms = isPlain ? termsAt(text, start, end) : termsWithin(text.slice(start, end));
    if (typeof terms !== 'number') at = layAll(terms, at, most);
    else if (terms !== 0 && at < most) at = lay(terms, at);
  });
  return at;
}

/** Of a word that stands somewhere in a text. */
function termsAt(text: string, start: number, end: number): Terms {
  const hash = textHash(text, start, end);
  return known.get(text, start, end, hash) ?? learnt(text.slice(start, end), hash);
}

function learnt(word: string, hash: number): Terms {
  const terms = hashesOfWord(word);
  known.set(word, hash, terms);
  return terms;
}

function termsWithin(run: string): readonly number[] {
  return writtenWords(indexable(run)).flatMap((word) => termsAt(word, 0, word.length) || []);
}

function layAll(hashes: readonly number[], from: number, most: number): number {
  let at = from;
  for (const hash of hashes) if (at < most) at = lay(hash, at);
  return at;
}

function lay(hash: number, at: number): number {
  laid[at] = hash;
  laid[at + 1] = hash >>> 8;
  laid[at + 2] = hash >>> 16;
  return at + width;
}

/** 0 for a stop word, a list for a compound. */
function hashesOfWord(written: string): Terms {
  const parts = nameParts(written);
  const words = parts === '' ? wordsOf(written) : [...wordsOf(written), ...wordsOf(parts)];
  const hashes = words.filter((word) => !isStopWord(word)).map((word) => termHash(stem(word)));
  return hashes.length > 1 ? hashes : (hashes[0] ?? 0);
}
