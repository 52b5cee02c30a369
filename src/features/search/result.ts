// How a found text is answered: the piece that shows why, what stands around it, what its score is made of.
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Context } from '../feature.ts';
import type { Showing } from '../findable.ts';
import { itemsOf, neighbourIds } from './candidates.ts';
import type { contract } from './contract.ts';
import { type Candidate, type Found, showingOf } from './find.ts';
import type { Sought } from './match-terms.ts';
import type { Item } from './queries.ts';
import { relevanceOf } from './relevance.ts';
import type { Parts } from './rescore.ts';
import { lineTokens } from './sift.ts';
import { cleanText, rounded, snippetOf } from './snippet.ts';

type Query = (typeof contract)['search.query'];
type Result = Reply<Query>['results'][number];

export interface Shown {
  readonly context: Context;
  readonly showings: readonly Showing[];
  readonly stems: ReadonlySet<string>;
  readonly sought: Sought;
  readonly input: Parsed<Query>;
  readonly titles: Titles;
}

type Titles = (item: Candidate, ask: NonNullable<Showing['sessionTitle']>) => string | null;

/** Titles of sessions, each asked for once: results of one page are often of the same few. */
export function sessionTitles(): Titles {
  const known = new Map<string, string | null>();
  return ({ source, session_id }, ask) => {
    if (session_id === null) return null;
    const name = `${source.project?.id ?? ''} ${session_id}`;
    const title = known.get(name) ?? ask(source.read, session_id);
    known.set(name, title);
    return title;
  };
}

/** A result of search.query. */
export function resultOf(found: Found, shown: Shown): Result {
  const { kind, ent, part, session_id, author, path, trust, agent_id, at, source } = found.item;
  const showing = showingOf(shown.showings, kind);
  const heading = showing?.heading(source.read, ent, part) ?? { key: null, title: null };
  const title = showing?.sessionTitle ? shown.titles(found.item, showing.sessionTitle) : heading.title;
  const { parts } = found.made();
  const { budget_tokens, neighbours: reach = 0, explain = false } = shown.input;
  return {
    ...{ kind, id: ent, key: heading.key, title },
    ...snippetOf(found.text, shown.stems),
    ...{ score: rounded(found.score), at: new Date(at).toISOString(), session_id },
    ...{ project_id: source.project?.id ?? null, project: source.project?.name ?? null },
    ...{ author, agent: agent_id, path, trust, quarantined: trust === 0 },
    found_by: foundBy(parts),
    above: isAnswer(parts) ? aboveOf(found, shown) : null,
    ...(budget_tokens === undefined ? {} : { text: cleanText(found.text) }),
    ...(reach > 0 && kind === 'message' ? { around: aroundOf(found, shown, reach) } : {}),
    ...(explain ? { explain: explained(found, shown.sought) } : {}),
  };
}

/**
 * As many of the best results as fit into so many tokens, each counted as it is read: a line of date, author and text.
 * The first one is there in any case. All of them without a budget.
 */
export function withinTokens(results: readonly Result[], budget: number | undefined): Result[] {
  if (budget === undefined) return [...results];
  let used = 0;
  const end = results.findIndex(({ at, author, text = '' }) => {
    used += lineTokens({ at, author, text });
    return used > budget;
  });
  return results.slice(0, end < 0 ? results.length : Math.max(1, end));
}

/** Of what has no word of the question, the larger share of its score says why it is there. */
function foundBy({ words, meaning, question, next, near, window }: Parts): Result['found_by'] {
  if (words > 0) return 'words';
  return meaning > question + next + near + window ? 'meaning' : 'around';
}

/** Mostly because of the question before it. */
function isAnswer({ question, words, pairs, meaning }: Parts): boolean {
  return question > words + pairs + meaning;
}

function aboveOf(found: Found, shown: Shown): string | null {
  const above = near(found).before.at(-1);
  const text = above && textOf(above, found, shown);
  return text ? snippetOf(text, shown.stems).snippet : null;
}

function aroundOf(found: Found, shown: Shown, reach: number): NonNullable<Result['around']> {
  const { before, after } = near(found);
  return [...before.slice(-reach), ...after.slice(0, reach)].flatMap((item) => {
    const text = textOf(item, found, shown);
    const { ent, author, at } = item;
    return text === undefined
      ? []
      : [{ id: ent, author, at: new Date(at).toISOString(), text: snippetOf(text, shown.stems).snippet }];
  });
}

/** The messages around a found one, three on each side, in their order. */
function near({ item }: Found): { readonly before: readonly Item[]; readonly after: readonly Item[] } {
  const { session_id, at, item_id, trust } = item;
  if (item.kind !== 'message' || session_id === null) return { before: [], after: [] };
  const source = { ...item.source, last: Number.MAX_SAFE_INTEGER };
  // never text that the list itself would not show
  const ids = neighbourIds([item], { leastTrust: trust > 0 ? 1 : 0, source }).flat();
  const all = itemsOf(ids, source).toSorted((a, b) => a.at - b.at || a.item_id - b.item_id);
  const isBefore = (each: Item) => each.at < at || (each.at === at && each.item_id < item_id);
  return { before: all.filter(isBefore), after: all.filter((each) => !isBefore(each)) };
}

function textOf({ kind, ent, part }: Item, found: Found, { showings, context }: Shown): string | undefined {
  return showingOf(showings, kind)?.text(found.item.source.read, ent, part, context);
}

function explained(found: Found, sought: Sought): NonNullable<Result['explain']> {
  const { total, of, pass } = found;
  const { parts, factors, byWord } = found.made();
  const words = sought.words.map(({ word }, i) => [word, byWord[i] ?? 0] as const);
  const from = found.signs();
  return {
    ...{ parts: told(Object.entries(parts)), words: told(words), factors: { ...factors } },
    ...{ total: precise(total), of: precise(of), pass, relevance: rounded(relevanceOf(from)) },
    signs: Object.fromEntries(Object.entries(from).map(([name, value]) => [name, rounded(value)])),
  };
}

function told(values: readonly (readonly [string, number])[]): Record<string, number> {
  return Object.fromEntries(values.filter(([, value]) => value > 0).map(([name, value]) => [name, precise(value)]));
}

/** Two decimals more than a score has: their sum is checked against it. */
function precise(value: number): number {
  return Math.round(value * 1_000_000) / 1_000_000;
}
