// How often terms occur, asked of the index once and remembered for a while: reading it costs a little for the commonest
// terms of a large database. What is remembered is for the order of results only, so it may be a little old.
import type { Read } from '../../store/record-type.ts';
import { byAuthor, documentsWith, documentsWithTag, lastItem, termsBetween } from './queries.ts';

interface Remembered {
  /** Rows there were when it was begun. */
  readonly rows: number;
  readonly documents: Map<string, number>;
  readonly authors: Map<string, boolean>;
  readonly ranges: Map<string, readonly Term[]>;
}

export interface Term {
  readonly term: string;
  readonly documents: number;
}

const remembered = new WeakMap<Read, Remembered>();
/** Entries kept of one database. */
const most = 20_000;
/** Terms kept by their first letters: of a million texts a letter has tens of thousands. */
const mostRangeTerms = 120_000;
/** What is remembered is asked for again when a database has grown by a twentieth. */
const growth = 1.05;

/** Rows of search in a database, about: deleted ones count. */
export function rowsIn(read: Read): number {
  return read.one(lastItem, {})?.last ?? 0;
}

/** In how many texts a stem occurs. */
export function documentsOf(read: Read, stemmed: string): number {
  return kept(memoryOf(read).documents, stemmed, () => read.one(documentsWith, { term: stemmed })?.doc ?? 0);
}

/** In how many texts a filter word stands. */
export function documentsWithToken(read: Read, token: string): number {
  return kept(memoryOf(read).documents, ` ${token}`, () => read.one(documentsWithTag, { term: token })?.doc ?? 0);
}

/** True when a word is part of the name of somebody who said something. word: folded. */
export function isAuthor(read: Read, word: string): boolean {
  const match = `author : "${word.replaceAll('"', '""')}"`;
  return kept(memoryOf(read).authors, word, () => read.one(byAuthor, { match }) !== undefined);
}

/** All terms that begin with `prefix`, which must not be empty. */
export function termsWith(read: Read, prefix: string): readonly Term[] {
  const { ranges } = memoryOf(read);
  const known = ranges.get(prefix);
  if (known) return known;
  const last = prefix.codePointAt(prefix.length - 1) ?? 0;
  const to = prefix.slice(0, -1) + String.fromCodePoint(last + 1);
  const terms = read.all(termsBetween, { from: prefix, to }).map(({ term, doc }) => ({ term, documents: doc }));
  const there = ranges.values().reduce((sum, each) => sum + each.length + 1, 0);
  if (there + terms.length > mostRangeTerms || ranges.size >= most) ranges.clear();
  ranges.set(prefix, terms);
  return terms;
}

function memoryOf(read: Read): Remembered {
  const rows = rowsIn(read);
  const known = remembered.get(read);
  if (known && rows >= known.rows && rows <= known.rows * growth) return known;
  const fresh: Remembered = { rows, documents: new Map(), authors: new Map(), ranges: new Map() };
  remembered.set(read, fresh);
  return fresh;
}

function kept<V>(map: Map<string, V>, key: string, ask: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  if (map.size >= most) map.clear();
  const value = ask();
  map.set(key, value);
  return value;
}
