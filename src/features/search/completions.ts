// What a beginning of a word may stand for: words of the databases that are asked. The index knows stems, so the words a
// stem may come from are compared: `configurat*` finds what is kept under "configur".
import type { Read } from '../../store/record-type.ts';
import { termsWith } from './counts.ts';
import { wordsFrom } from './repair.ts';

export interface Completion {
  /** Stem under which the index has it. */
  readonly term: string;
  /** A word of that stem, to ask the index for. */
  readonly word: string;
  readonly documents: number;
}

/** Of more words the commonest are taken: a beginning of one letter means nothing. */
const most = 48;
/** A stem may be shorter than the beginning that was typed, but not all that much. */
const shortest = 4;

/** The words that begin as `beginning` does, commonest first, each stem once. beginning: folded, not empty. */
export function completionsOf(beginning: string, reads: readonly Read[]): readonly Completion[] {
  const documents = new Map<string, number>();
  for (const read of reads) {
    for (const each of termsWith(read, beginning.slice(0, shortest))) {
      documents.set(each.term, (documents.get(each.term) ?? 0) + each.documents);
    }
  }
  const fits = (term: string) => term.startsWith(beginning) || (isNear(term, beginning) && wordOf(term, beginning));
  return [...documents]
    .filter(([term]) => fits(term))
    .toSorted(([a, many], [b, less]) => less - many || (a < b ? -1 : 1))
    .slice(0, most)
    .flatMap(([term, count]) => {
      const word = wordOf(term, beginning) ?? wordsFrom(term)[0];
      return word === undefined ? [] : [{ term, word, documents: count }];
    });
}

/** Only its last letter, if any, is not that of the beginning: "activi" and "activ", "happy" and "happi". */
function isNear(term: string, beginning: string): boolean {
  return term.length > 1 && beginning.startsWith(term.slice(0, -1));
}

function wordOf(term: string, beginning: string): string | undefined {
  return wordsFrom(term).find((word) => word.startsWith(beginning));
}
