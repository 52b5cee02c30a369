// Orders candidates. Pure: no text, no clock, no database; the order in which candidates come changes nothing.
//   words    what a text has of the question, BM25 over its terms, and pairs of words that stand together
//   meaning  how near it comes to the question by the vectors of an embedder, where one is set
//   carried  what the messages around it have: an answer seldom repeats the question before it
//   session  what is said in the whole session
//   factors  who said it, when, what it is
// The first places go by weights that are strict with who said it; the places after them, which a reader of many results
// looks at, by weights that reach wider. Method and first weights: design document on recall, section 5.
import { type Coverage, coverage } from './coverage.ts';
import { feedbackOf } from './feedback.ts';
import { emptyMatches, type Matches, matcher, type Sought, sumAt } from './match-terms.ts';
import { carry, type Talks, talksOf, wholeShares, windowShares } from './neighbours.ts';
import { type Pass, weights } from './weights.ts';

/** What is known of a candidate besides its words. */
export interface Scorable {
  readonly terms: Uint8Array;
  readonly kind: string;
  /** Unique over all databases; null outside of any session. */
  readonly session: string | null;
  /** The file it is a part of, unique over all databases; null for what is none. */
  readonly document: string | null;
  /** Its place among the messages of the session: they are sorted by it. */
  readonly at: number;
  readonly item_id: number;
  readonly isQuestion: boolean;
  /** The database found it by its words, best first from -1 down; 0: it did not. */
  readonly bm25: number;
  /** What it adds by its meaning: weighed, the nearest most; 0 without an embedder. */
  readonly meaning: number;
  /** What it is multiplied with, each under its name: author is left to the pass. */
  readonly factors: Readonly<Record<string, number>>;
  /** Somebody named in the question said it. */
  readonly byNamed: boolean;
}

/** Sums of the parts of a score before the factors. */
export interface Parts {
  readonly words: number;
  readonly pairs: number;
  readonly meaning: number;
  readonly question: number;
  readonly next: number;
  readonly near: number;
  readonly window: number;
  readonly session: number;
  readonly document: number;
  readonly feedback: number;
}

export interface Scored<T> {
  readonly item: T;
  /** From 1 down; equal only for what nothing tells apart. */
  readonly score: number;
  /** The sum of the parts times the factors; divided by `of` it is the score. */
  readonly total: number;
  readonly of: number;
  /** The pass that put it where it is. */
  readonly pass: 'careful' | 'wide';
  /** What the total is made of, put together when it is asked for: hundreds are scored, few are shown. */
  readonly made: () => Made;
}

/** What a total is made of. */
export interface Made {
  readonly parts: Parts;
  readonly factors: Readonly<Record<string, number>>;
  /** What each word of the question adds to the part `words`, in their order. */
  readonly byWord: Float64Array;
}

/** A session among the results, from 1 down. */
export interface ScoredSession {
  readonly session: string;
  readonly score: number;
}

export interface Rescored<T> {
  readonly items: readonly Scored<T>[];
  readonly sessions: readonly ScoredSession[];
  /** How much of the question a candidate has, computed when it is asked for. */
  readonly coverage: (item: T) => Coverage;
}

/** Scores of all candidates, best first, without those that have nothing of the question; and of their sessions. */
export function rescore<T extends Scorable>(candidates: readonly T[], sought: Sought): Rescored<T> {
  const items = candidates.toSorted(inOrder);
  const matched = matchAll(items, sought);
  const careful = runPass(items, matched, weights.careful);
  const wide = runPass(items, matched, weights.wide);
  const first = ranked(careful, items).slice(0, weights.places);
  const taken = new Set(first);
  const rest = ranked(wide, items).filter((i) => !taken.has(i));
  const scored = [
    ...first.map((i) => scoredAt(careful, i, 'careful')),
    ...under(
      first,
      careful,
      rest.map((i) => scoredAt(wide, i, 'wide')),
    ),
  ];
  return { items: scored, sessions: sessionsOf(items, careful), coverage: coverage(items, matched.matches, sought) };

  function scoredAt(run: Run, i: number, pass: 'careful' | 'wide'): Scored<T> {
    const total = run.scores[i] ?? 0;
    const of = run.best;
    // i is a place in items
    return { item: items[i] as T, score: total / of, total, of, pass, made: () => madeOf(run, i, matched.matches) };
  }

  function madeOf(run: Run, i: number, { words, width }: Matches): Made {
    const byWord = words.slice(i * width, (i + 1) * width).map((value) => value * run.unit);
    return { byWord, ...explained(run, items, i) };
  }
}

/** Scores of the places after the first ones, which are on a scale of their own: never above what stands before them. */
function under<T>(first: readonly number[], run: Run, rest: readonly Scored<T>[]): readonly Scored<T>[] {
  const least = first.length === 0 ? 1 : (run.scores[first.at(-1) ?? 0] ?? 0) / run.best;
  const most = rest[0]?.score ?? 0;
  if (most <= least) return rest;
  return rest.map((each) => ({
    ...each,
    score: Math.min(least, (each.score * least) / most),
    of: (each.of * most) / least,
  }));
}

/** Messages of a session stand together, in their order: so that neighbours are neighbours. */
function inOrder(a: Scorable, b: Scorable): number {
  return compare(a.session ?? '', b.session ?? '') || a.at - b.at || a.item_id - b.item_id;
}

/** What the words give each candidate; the same for both passes. */
interface Matched {
  readonly matches: Matches;
  readonly talks: Talks;
  /** BM25 and pairs, before normalising. */
  readonly words: Float64Array;
  readonly pairs: Float64Array;
  readonly feedback: Float64Array;
  /** How much of the question is said around each. */
  readonly window: Float64Array;
  /** How much of the question is in the session of each, and in its file. */
  readonly sessions: Float64Array;
  readonly documents: Float64Array;
}

function matchAll(items: readonly Scorable[], sought: Sought): Matched {
  const families = { said: items.filter(isSaid), kept: items.filter((each) => !isSaid(each)) };
  const length = { said: averageLength(families.said), kept: averageLength(families.kept) };
  const match = {
    said: matcher(sought, weights.said, 'said'),
    kept: matcher(sought, weights.kept, 'kept'),
  };
  const matches = emptyMatches(items.length, sought);
  for (const [text, item] of items.entries()) {
    const family = isSaid(item) ? 'said' : 'kept';
    match[family](item.terms, length[family], { into: matches, text });
  }
  const words = Float64Array.from(items, (_, i) => sumAt(matches, i));
  // a question of nothing but stop words has no terms: then the index alone decides
  if (words.every((value) => value === 0)) for (const [i, { bm25 }] of items.entries()) words[i] = -bm25;
  const terms = items.map((item) => item.terms);
  const talks = talksOf(items);
  return {
    ...{ matches, talks, words, pairs: matches.pairs, feedback: feedbackOf(terms, words, sought) },
    window: windowShares(talks, matches, weights.windowDecay),
    sessions: wholeShares(matches, (i) => items[i]?.session ?? null, weights.session),
    documents: wholeShares(matches, (i) => items[i]?.document ?? null, weights.document),
  };
}

function isSaid({ kind }: Scorable): boolean {
  return kind !== 'document' && kind !== 'tool';
}

function averageLength(items: readonly Scorable[]): number {
  let sum = 0;
  for (const { terms } of items) sum += terms.length / 3;
  return sum === 0 ? 1 : sum / items.length;
}

/** Everything one pass found out, a value for each candidate. */
interface Run {
  readonly pass: Pass;
  readonly parts: Readonly<Record<keyof Parts, Float64Array>>;
  readonly scores: Float64Array;
  /** The best score, never 0. */
  readonly best: number;
  /** What the words were multiplied with, so that the best text has 1. */
  readonly unit: number;
}

function runPass(items: readonly Scorable[], matched: Matched, pass: Pass): Run {
  const feedback = scaled(matched.feedback, pass.feedback);
  const raw = matched.words.map((value, i) => value + pass.pair * (matched.pairs[i] ?? 0) + (feedback[i] ?? 0));
  const unit = 1 / (raw.reduce((most, value) => Math.max(most, value), 0) || 1);
  const own = raw.map((value, i) => value * unit + (items[i]?.meaning ?? 0));
  const parts = {
    words: scaled(matched.words, unit),
    pairs: scaled(matched.pairs, unit * pass.pair),
    meaning: Float64Array.from(items, (item) => item.meaning),
    feedback: scaled(feedback, unit),
    ...carry(items, { talks: matched.talks, own }, pass),
    window: scaled(matched.window, pass.window),
    session: scaled(matched.sessions, pass.session),
    document: scaled(matched.documents, pass.document),
  };
  const all = Object.values(parts);
  const scores = new Float64Array(items.length);
  for (const [i, item] of items.entries()) {
    let sum = 0;
    for (const part of all) sum += part[i] ?? 0;
    if (item.byNamed) sum *= pass.author;
    for (const name in item.factors) sum *= item.factors[name] ?? 1;
    scores[i] = sum;
  }
  return { pass, parts, unit, scores, best: scores.reduce((most, value) => Math.max(most, value), 0) || 1 };
}

function factorsOf(item: Scorable, pass: Pass): Readonly<Record<string, number>> {
  return item.byNamed ? { author: pass.author, ...item.factors } : item.factors;
}

function scaled(values: Float64Array, by: number): Float64Array {
  return by === 1 ? values : values.map((value) => value * by);
}

/** Places of those that have anything, best first; among equals the newer, then the one that came later. */
function ranked({ scores }: Run, items: readonly Scorable[]): readonly number[] {
  return [...items.keys()]
    .filter((i) => (scores[i] ?? 0) > 0)
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || byAge(items[a], items[b]));
}

function byAge(a: Scorable | undefined, b: Scorable | undefined): number {
  return a && b ? b.at - a.at || compare(a.session ?? '', b.session ?? '') || a.item_id - b.item_id : 0;
}

function explained(run: Run, items: readonly Scorable[], i: number): Omit<Made, 'byWord'> {
  const { parts } = run;
  const at = (name: keyof Parts) => parts[name][i] ?? 0;
  const item = items[i];
  return {
    parts: {
      ...{ words: at('words'), pairs: at('pairs'), meaning: at('meaning') },
      ...{ question: at('question'), next: at('next'), near: at('near') },
      ...{ window: at('window'), session: at('session'), document: at('document'), feedback: at('feedback') },
    },
    factors: item ? factorsOf(item, run.pass) : {},
  };
}

/** A session is as good as its best text, and half as good as everything said in it together. */
function sessionsOf(items: readonly Scorable[], run: Run): readonly ScoredSession[] {
  const best = new Map<string, number>();
  for (const [i, { session }] of items.entries()) {
    if (session === null) continue;
    const prior = run.pass.session === 0 ? 0 : (run.parts.session[i] ?? 0) / run.pass.session;
    const score = (run.scores[i] ?? 0) / run.best + 0.5 * prior;
    if (score > (best.get(session) ?? 0)) best.set(session, score);
  }
  const most = Math.max(...best.values(), Number.MIN_VALUE);
  return [...best]
    .map(([session, score]) => ({ session, score: score / most }))
    .sort((a, b) => b.score - a.score || compare(a.session, b.session));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
