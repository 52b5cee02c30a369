// A misspelt word of a question is taken for the nearest word of what is kept. Only words that occur nowhere are ever
// touched. The index knows stems: the words a stem may come from are made here, and compared with what was typed.
import { stem } from './stem.ts';
import { sharedLength } from './tokens.ts';

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
ful ness ity ous ic ism ist ized ize izing ying ely ingly or ors ate ated ating ates ional ical`
  .split(/\s+/)
  .toSpliced(0, 0, '');
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

/** Nobody types a longer word twice. */
const longest = 80;

/**
 * The word that was probably meant by one that occurs nowhere: at most one edit away (two from eight letters on; letters
 * changed, left out, added, or two swapped), the nearest, then the commonest. undefined: none, or the word is a common one.
 * word: folded.
 */
export function repair(word: string, { startingWith }: Vocabulary): Repair | undefined {
  if (word.length < 4 || word.length > longest || common.has(word) || !/^\p{L}+$/u.test(word)) return undefined;
  const most = word.length >= 8 ? 2 : 1;
  const near: Near[] = [];
  // first letters are seldom wrong, but easily swapped
  const swapped = `${word.charAt(1)}${word.charAt(0)}`;
  const table = tableOf(word, most + 1);
  for (const start of new Set([word.charAt(0), swapped.charAt(0)])) {
    for (const { term, documents } of startingWith(start)) {
      if (start !== word.charAt(0) && !term.startsWith(swapped)) continue;
      const form = mayCome(table, term, most) ? nearestForm(table, term, most) : undefined;
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

/** Cheap: whether the beginning of a word could come from a stem at all. */
function mayCome({ word, editsAt }: Table, term: string, most: number): boolean {
  if (term.length < 2 || term.length > word.length + most) return false;
  return editsAt(term, Math.min(term.length, word.length)) <= most + 1;
}

/** The word of a stem that is nearest to what was typed. Compared before it is stemmed, which costs more. */
function nearestForm({ word, editsAt }: Table, term: string, most: number): Omit<Near, 'documents'> | undefined {
  let best: Omit<Near, 'documents'> | undefined;
  for (const base of basesOf(term)) {
    for (const ending of endings) {
      const within = best ? best.edits - 1 : most;
      if (Math.abs(base.length + ending.length - word.length) > within) continue;
      const meant = base + ending;
      const edits = editsAt(meant, word.length);
      if (edits <= within && stem(meant) === term) best = { meant, edits };
    }
  }
  return best;
}

interface Table {
  readonly word: string;
  /** Edits from a text to the first `letters` letters of the word; one more than are counted where it is farther away. */
  readonly editsAt: (text: string, letters: number) => number;
}

/**
 * Distances of many texts to one word. Texts that come after one another mostly begin alike: rows are kept for the letters
 * a text shares with the one before it, and nothing is counted for what begins as one that was given up.
 */
function tableOf(word: string, most: number): Table {
  const rows = Array.from({ length: word.length + most + 1 }, () => new Uint8Array(word.length + 2));
  firstRow(rows[0]);
  let before = '';
  let isGivenUp = false;
  const reaches = (text: string) => {
    if (text.length >= rows.length) return false;
    const same = sharedLength(before, text);
    if (isGivenUp && same === before.length) return false;
    isGivenUp = false;
    before = text;
    for (let i = same + 1; i <= text.length && !isGivenUp; i += 1) {
      isGivenUp = !fillRow({ before: rows[i - 2], last: rows[i - 1], row: rows[i] }, { a: text, i, b: word, most });
      if (isGivenUp) before = text.slice(0, i);
    }
    return !isGivenUp;
  };
  return { word, editsAt: (text, letters) => (reaches(text) ? at(rows[text.length], letters) : most + 1) };
}

/** Words with this stem: the stem with every ending that leads back to it. */
export function wordsFrom(term: string): readonly string[] {
  const words = basesOf(term).flatMap((base) => endings.map((ending) => base + ending));
  return [...new Set(words)].filter((each) => stem(each) === term);
}

/** What endings are added to: a stem may have lost a double letter or got an i. */
function basesOf(term: string): readonly string[] {
  const doubled = /[^aeiou\d]$/.test(term) ? [term + term.charAt(term.length - 1)] : [];
  return [term, ...doubled, ...(term.endsWith('i') ? [term.slice(0, -1)] : [])];
}

type Row = Uint8Array | undefined;

function firstRow(row: Row): void {
  for (let j = 0; row && j < row.length; j += 1) row[j] = j;
}

/**
 * Fills the row of the first `i` letters of `a`, as far from the diagonal as a distance of `most` reaches. False when
 * nothing in it is within: then nothing below it is either.
 */
function fillRow(
  { before, last, row }: { readonly before: Row; readonly last: Row; readonly row: Row },
  { a, i, b, most }: { readonly a: string; readonly i: number; readonly b: string; readonly most: number },
): boolean {
  if (!row) return false;
  const from = Math.max(1, i - most);
  const to = Math.min(b.length, i + most);
  row[from - 1] = from === 1 ? i : most + 1;
  row[to + 1] = most + 1;
  let least = at(row, from - 1);
  const [letter, letterBefore] = [a.charCodeAt(i - 1), a.charCodeAt(i - 2)];
  for (let j = from; j <= to; j += 1) {
    const same = letter === b.charCodeAt(j - 1);
    let value = Math.min(at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + (same ? 0 : 1));
    const isSwap = i > 1 && j > 1 && letter === b.charCodeAt(j - 2) && letterBefore === b.charCodeAt(j - 1);
    if (isSwap) value = Math.min(value, at(before, j - 2) + 1);
    row[j] = value;
    if (value < least) least = value;
  }
  return least <= most;
}

function at(row: Row, place: number): number {
  return row?.[place] ?? 0;
}
