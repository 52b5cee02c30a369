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
/** Words everybody knows are spelt right, also where nobody has used them yet. */
const common = new Set(
  `able about accept across actually added again allow almost already always another answer anything around asked away
back because become been before began begin behind being believe better between both bring brought build built call called
came cannot case cause change check choose chose clear close come comes consider could create cut day days decide did
different does doing done down during each early easy else end enough even ever every everything exist explain fail failed
fall far fast feel few file find first follow found free from full gave get gets getting give given goes going gone good got
great grow happen hard have having hear heard help here high hold how idea important inside instead into itself just keep
kept kind knew know known large last late later lead learn least leave left less let life like likely line list little live
long look lose lost made make makes making many matter maybe mean means meant meet might more most move much must name need
needed never new next nothing number often old once only open order other over own part past people perhaps person place
plan play point possible put question quite rather reach read real really reason remain remember right run said same saw
says second see seem seen send sent set several short should show shown side simple since small some something sometimes
soon sort speak stand start started state stay step still stop such sure take taken tell than thank that their them then
there these thing things think this those thought through time times today together told too took toward tried try turn
under understand until upon use used useful using usual very wait walk want wanted watch week well went were what when
where which while who whole why will with within without wonder word words work worked world would write written wrong
wrote year years yes yet`.split(/\s+/),
);
const known = new Map<string, readonly string[]>();
const mostKnown = 20_000;

/**
 * The word that was probably meant by one that occurs nowhere: at most one edit away (two from eight letters on; letters
 * changed, left out, added, or two swapped), the nearest, then the commonest. undefined: none, or the word is a common one.
 * word: folded.
 */
export function repair(word: string, { startingWith }: Vocabulary): Repair | undefined {
  if (word.length < 4 || common.has(word) || !/^\p{L}+$/u.test(word)) return undefined;
  const most = word.length >= 8 ? 2 : 1;
  const near: Near[] = [];
  // first letters are seldom wrong, but easily swapped
  const swapped = `${word.charAt(1)}${word.charAt(0)}`;
  const letters = Array.from({ length: word.length + 1 }, (_, length) => lettersOf(word.slice(0, length)));
  for (const start of new Set([word.charAt(0), swapped.charAt(0)])) {
    for (const { term, documents } of startingWith(start)) {
      if (start !== word.charAt(0) && !term.startsWith(swapped)) continue;
      if (!sharesLetters(letters[Math.min(term.length, word.length)] ?? 0, term, most)) continue;
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

/** Cheapest: letters of one that the other has not each cost an edit. Most stems are left out by this alone. */
function sharesLetters(letters: number, term: string, most: number): boolean {
  const others = lettersOf(term);
  return bitsIn(others & ~letters) <= most + 1 && bitsIn(letters & ~others) <= most + 1;
}

/** A bit for each letter a text has; some letters share one. */
function lettersOf(text: string): number {
  let letters = 0;
  for (let i = 0; i < text.length; i += 1) letters |= 1 << (text.charCodeAt(i) & 31);
  return letters;
}

function bitsIn(letters: number): number {
  let count = 0;
  for (let rest = letters; rest !== 0; rest &= rest - 1) count += 1;
  return count;
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

/** As long as two words may be for their distance to be counted. */
const longest = 80;
/** Three rows of the table of distances, used in turns. */
const table = [0, 1, 2].map(() => new Uint8Array(longest + 1));

/** Optimal string alignment distance: insert, delete, replace, swap neighbours. Cut off at most + 1. */
export function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most || b.length > longest || a.length > longest) return most + 1;
  let [before, last, row] = table as [Uint8Array, Uint8Array, Uint8Array]; // three, above
  for (let j = 0; j <= b.length; j += 1) last[j] = j;
  for (let i = 1; i <= a.length; i += 1) {
    row[0] = i;
    let least = i;
    for (let j = 1; j <= b.length; j += 1) {
      const same = a.charCodeAt(i - 1) === b.charCodeAt(j - 1);
      let value = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
      const isSwap =
        i > 1 && j > 1 && a.charCodeAt(i - 1) === b.charCodeAt(j - 2) && a.charCodeAt(i - 2) === b.charCodeAt(j - 1);
      if (isSwap) value = Math.min(value, at(before, j - 2) + 1);
      row[j] = value;
      if (value < least) least = value;
    }
    if (least > most) return most + 1;
    [before, last, row] = [last, row, before];
  }
  return at(last, b.length);
}

function at(row: Uint8Array, place: number): number {
  return row[place] ?? 0;
}
