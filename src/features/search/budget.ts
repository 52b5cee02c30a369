import type { Read } from '../../store/record-type.ts';
import { documentsOf, documentsWithToken } from './counts.ts';
import { stem } from './stem.ts';

/** Rows that the words of one question may bring in: what more of them costs is time, not better answers. */
const mostPostings = 20_000;

export interface Counted {
  readonly word: string;
  /** Indexed texts that have it. */
  readonly documents: number;
}

/** What a database is asked for. */
export interface WorthAsking {
  readonly words: readonly string[];
  /** The first row to look at: where even the rarest word is in more texts than the budget, the newest of them. */
  readonly first: number;
  /** How many texts the filter words leave, about. */
  readonly left: number;
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

/** From which of so many rows on a word that is everywhere is looked for, so that it brings in as many as the budget. Pure. */
export function firstWithin(documents: number, rows: number, budget = mostPostings): number {
  return documents <= budget ? 0 : Math.floor(rows * (1 - budget / documents));
}

/**
 * The words of a question worth asking a database for. rows: at most as many as it has. tokens: filter words, one of each
 * list must hold; a word brings in no more texts than they leave.
 */
export function worthAsking(
  read: Read,
  words: readonly string[],
  { rows, tokens }: { readonly rows: number; readonly tokens: readonly (readonly string[])[] },
): WorthAsking {
  if (rows * words.length <= mostPostings) return { words, first: 0, left: rows };
  const left = Math.min(rows, ...tokens.map((list) => textsWith(read, list)));
  const counted = words.map((word) => ({ word, documents: Math.min(left, documentsOf(read, stem(word))) }));
  const chosen = new Set(withinBudget(counted));
  const sum = counted.reduce((all, { word, documents }) => all + (chosen.has(word) ? documents : 0), 0);
  return { words: words.filter((word) => chosen.has(word)), first: firstWithin(sum, rows), left };
}

function textsWith(read: Read, tokens: readonly string[]): number {
  return tokens.reduce((sum, token) => sum + documentsWithToken(read, token), 0);
}
