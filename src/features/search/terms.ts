// The terms of an indexed text, packed so that hundreds of candidates can be scored without reading their texts: three
// bytes a term, the hash of its stem, in the order of the text, stop words left out. Own format, version 1:
//   terms of the text · 0 · terms of its names · 0 · terms of its path · 0 · terms of its comments
// Two stems in 16 million share a hash; what that costs is a place in a list.
import { stem } from './stem.ts';
import { isStopWord } from './stop-words.ts';
import { indexable, nameParts, wordsOf, writtenWords } from './tokens.ts';

export const termFields = ['text', 'names', 'path', 'comments'] as const;

/** What of a text is packed. A field that says something again makes it count more. */
export type TermFields = Readonly<Record<(typeof termFields)[number], string>>;

/** More terms of a text say nothing more about it: parts are far shorter. */
const mostTerms = 4_000;
const width = 3;
/** As many words as stay known: the vocabulary of a large project. */
const mostKnown = 100_000;
const longestKnown = 40;
/** By the word as it is written, since folding it costs more than looking it up. */
const known = new Map<string, number | readonly number[]>();

/** The hash of a stem: 1 to 2^24 - 1. FNV-1a of 32 bits, its ends folded together. */
export function termHash(stemmed: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < stemmed.length; i += 1) hash = Math.imul(hash ^ stemmed.charCodeAt(i), 0x01000193);
  return ((hash >>> 8) ^ (hash & 0xffffff)) & 0xffffff || 1;
}

/** Packs the terms of a text. */
export function packTerms(fields: TermFields): Uint8Array {
  const hashes = termFields.map((field) => hashesOf(fields[field]));
  while (hashes.at(-1)?.length === 0) hashes.pop();
  const count = hashes.reduce((sum, field) => sum + field.length + 1, -1);
  const packed = Buffer.alloc(Math.max(0, count) * width);
  let at = 0;
  for (const [place, field] of hashes.entries()) {
    if (place > 0) at += width;
    for (const hash of field) at = packed.writeUIntLE(hash, at, width);
  }
  return packed;
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

/** Hashes of the words of a text in order, the parts of a compound name right after it. */
function hashesOf(text: string): readonly number[] {
  const hashes: number[] = [];
  for (const written of writtenWords(indexable(text))) {
    const before = known.get(written);
    const found = before ?? hashesOfWord(written);
    if (before === undefined) remember(written, found);
    if (typeof found === 'number') {
      if (found !== 0) hashes.push(found);
    } else {
      hashes.push(...found);
    }
    if (hashes.length >= mostTerms) return hashes.slice(0, mostTerms);
  }
  return hashes;
}

/** 0 for a stop word, a list for a compound. */
function hashesOfWord(written: string): number | readonly number[] {
  const parts = nameParts(written);
  const words = parts === '' ? wordsOf(written) : [...wordsOf(written), ...wordsOf(parts)];
  const hashes = words.filter((word) => !isStopWord(word)).map((word) => termHash(stem(word)));
  return hashes.length > 1 ? hashes : (hashes[0] ?? 0);
}

function remember(written: string, found: number | readonly number[]): void {
  if (written.length > longestKnown) return;
  if (known.size >= mostKnown) known.clear();
  known.set(written, found);
}
