import type { Read } from '../../store/record-type.ts';
import { documentsWith } from './queries.ts';
import { stem } from './stem.ts';

/** Rows that the words of one question may bring in: what more of them costs is time, not better answers. */
const mostPostings = 50_000;

export interface Counted {
  readonly word: string;
  /** Indexed texts that have it. */
  readonly documents: number;
}

/** The rarest words whose texts add up to at most the budget, and in any case the rarest one that occurs. Pure. */
export function withinBudget(counted: readonly Counted[], budget = mostPostings): readonly string[] {
  const rarestFirst = counted.toSorted((a, b) => a.documents - b.documents);
  const chosen: string[] = [];
  let sum = 0;
  for (const { word, documents } of rarestFirst) {
    if (sum > 0 && sum + documents > budget) break;
    sum += documents;
    chosen.push(word);
  }
  return chosen;
}

/** The words of a question worth asking a database for. rows: at most as many as it has. */
export function wordsWorthAsking(read: Read, words: readonly string[], rows: number): readonly string[] {
  if (rows * words.length <= mostPostings) return words;
  const counted = words.map((word) => ({ word, documents: read.one(documentsWith, { term: stem(word) })?.doc ?? 0 }));
  return withinBudget(counted);
}
