// A misspelt word of a question is taken for the nearest word of what is kept. Only words that occur nowhere are ever
// touched. The index knows stems: the words a stem may come from are made here, and compared with what was typed.
import { stem } from './stem.ts';

export interface Vocabulary {
  /** Stems that begin with a letter, with the number of texts each occurs in. */
  readonly startingWith: (letter: string) => readonly { readonly term: string; readonly documents: number }[];
}

export interface Repair {
  readonly typed: string;
  /** A word whose stem occurs. */
  readonly meant: string;
  readonly edits: number;
  /** Another word as near, of another stem, less common. */
  readonly also: string | undefined;
}

const endings = `e s es ed d ing er ers y ly ies ied ion ions ation ations ment ments al ally able ive ance ence ant ent
ful ness ity ous ic ism ist ized ize izing ying ely ingly or ors ate ated ating ates ional ical`.split(/\s+/);
const known = new Map<string, readonly string[]>();
const mostKnown = 20_000;

/**
 * The word that was probably meant by one that occurs nowhere: at most one edit away (two from eight letters on; letters
 * changed, left out, added, or two swapped), the nearest, then the commonest. undefined: none. word: folded.
 */
export function repair(word: string, { startingWith }: Vocabulary): Repair | undefined {
  if (word.length < 4 || !/^\p{L}+$/u.test(word)) return undefined;
  const most = word.length >= 8 ? 2 : 1;
  const near: Near[] = [];
  // first letters are seldom wrong, but easily swapped
  const swapped = `${word.charAt(1)}${word.charAt(0)}`;
  for (const start of new Set([word.charAt(0), swapped.charAt(0)])) {
    for (const { term, documents } of startingWith(start)) {
      if (start !== word.charAt(0) && !term.startsWith(swapped)) continue;
      const form = mayCome(word, term, most) ? nearestForm(word, term, most) : undefined;
      if (form) near.push({ ...form, documents });
    }
  }
  const [best, next] = near.toSorted((a, b) => a.edits - b.edits || b.documents - a.documents);
  const also = next && next.edits === best?.edits ? next.meant : undefined;
  return best && { typed: word, meant: best.meant, edits: best.edits, also };
}

interface Near {
  readonly meant: string;
  readonly edits: number;
  readonly documents: number;
}

/** The word of a stem that is nearest to what was typed. */
function nearestForm(word: string, term: string, most: number): Omit<Near, 'documents'> | undefined {
  let best: Omit<Near, 'documents'> | undefined;
  for (const meant of wordsFrom(term)) {
    const edits = distance(word, meant, best ? best.edits : most);
    if (edits <= most && (!best || edits < best.edits)) best = { meant, edits };
  }
  return best;
}

/** Cheap: whether the beginning of a word could come from a stem at all. */
function mayCome(word: string, term: string, most: number): boolean {
  if (term.length < 2 || term.length > word.length + most) return false;
  return distance(word.slice(0, term.length), term, most + 1) <= most + 1;
}

/** Words with this stem: the stem with every ending that leads back to it. */
export function wordsFrom(term: string): readonly string[] {
  const before = known.get(term);
  if (before) return before;
  const bases = [term];
  if (/[^aeiou\d]$/.test(term)) bases.push(term + term.charAt(term.length - 1));
  if (term.endsWith('i')) bases.push(term.slice(0, -1));
  const words = bases.flatMap((base) => ['', ...endings].map((ending) => base + ending));
  const found = [...new Set(words)].filter((each) => stem(each) === term);
  if (known.size >= mostKnown) known.clear();
  known.set(term, found);
  return found;
}

/** Optimal string alignment distance: insert, delete, replace, swap neighbours. Cut off at most + 1. */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let value = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (isSwap) value = Math.min(value, at(before, j - 2) + 1);
      row.push(value);
    }
    if (Math.min(...row) > most) return most + 1;
    before = last;
    last = row;
  }
  return at(last, b.length);
}

function at(row: readonly number[], place: number): number {
  return row[place] ?? Number.POSITIVE_INFINITY;
}
