// From a question to the texts of one page: candidates of both databases, ranked, checked, cut into pages.
import { limits } from '../../core/limits.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { FindableKind, Showing } from '../findable.ts';
import { wordsWorthAsking } from './budget.ts';
import { matchText } from './match.ts';
import { cursorText, type Page, readCursor } from './page.ts';
import { type CandidateParams, candidates, lastItem } from './queries.ts';
import type { Question } from './question.ts';
import { type Candidate, type Database, type Ranked, rank } from './rank.ts';
import { coverageOf, stemsOf } from './snippet.ts';

/** What a result must have; every member absent or null = not asked for. */
export interface Wanted {
  /** Filter words: one of each list must hold. */
  readonly tokens: readonly (readonly string[])[];
  readonly path?: string | undefined;
  readonly leastTrust: number;
  readonly since: number;
  readonly until: number;
  readonly rows: Omit<CandidateParams, 'match' | 'last_item' | 'least_trust' | 'since' | 'until' | 'limit'>;
}

export interface Found extends Ranked {
  readonly text: string;
  readonly read: Read;
}

export interface Search {
  readonly context: Context;
  readonly question: Question;
  readonly wanted: Wanted;
  readonly showings: readonly Showing[];
}

export interface Asked {
  /** The request without cursor and limit. */
  readonly request: unknown;
  readonly cursor: string | undefined;
  readonly limit: number;
}

/** The page a request asks for: the first one of a list as it stands now, or the one its cursor names. */
export function pageOf(context: Context, { request, cursor }: Asked): Page {
  if (cursor !== undefined) return readCursor(request, cursor);
  const { project, user } = context.read;
  return { offset: 0, now: context.now, lastItems: [lastOf(project), lastOf(user)] };
}

/**
 * One page of results, best first, with their texts. keep: a last check that needs more than the row; what it refuses
 * is no result. Returns next_cursor null at the end of the list, which has at most 400 parts of each database.
 */
export function find(
  search: Search,
  { asked, page, keep }: { asked: Asked; page: Page; keep?: (found: Found) => boolean },
): { readonly found: readonly Found[]; readonly next_cursor: string | null } {
  const { question, wanted } = search;
  const ranked = rankedOf(search, page).filter((each) => isAt(each.path, wanted.path));
  const found: Found[] = [];
  const twins = twinsIn(ranked);
  const told = new Set<string>();
  for (const [place, each] of ranked.entries()) {
    const twin = twins.get(each);
    // of what says the same the best is told: also by a page before this one
    if (twin !== undefined && told.has(twin)) continue;
    const text = place < page.offset && twin === undefined ? undefined : textOf(search, each);
    if (text === undefined || !hasPhrases(text, question.phrases)) continue;
    const one = { ...each, text, read: readOf(search.context, each.database) };
    if (keep?.(one) === false) continue;
    if (twin !== undefined) told.add(twin);
    if (place < page.offset) continue;
    if (found.length === asked.limit) {
      return { found, next_cursor: cursorText(asked.request, { ...page, offset: place }) };
    }
    found.push(one);
  }
  return { found, next_cursor: null };
}

/** What those of the list have in common that say the same as another one of it. */
function twinsIn(ranked: readonly Ranked[]): ReadonlyMap<Ranked, string> {
  const groups = Map.groupBy(ranked, ({ kind, same }) => (same === null ? '' : `${kind} ${same}`));
  const twins = new Map<Ranked, string>();
  for (const [name, group] of groups) {
    if (name !== '' && group.length > 1) for (const each of group) twins.set(each, name);
  }
  return twins;
}

function rankedOf(search: Search, page: Page): readonly Ranked[] {
  const { project, user } = search.context.read;
  const [inProject, inUser] = page.lastItems;
  const all = [
    ...candidatesOf(search, 'project', inProject),
    ...(user === project ? [] : candidatesOf(search, 'user', inUser)),
  ];
  const coverage = { project: coverageIn(search, all, 'project'), user: coverageIn(search, all, 'user') };
  return rank(all, { coverage });
}

function candidatesOf({ context, question, wanted }: Search, database: Database, last: number): Candidate[] {
  const { tokens, path, leastTrust, since, until, rows } = wanted;
  const read = readOf(context, database);
  // what a filter or a phrase leaves is few enough to be asked for every word
  const narrowed = tokens.length > 0 || question.phrases.length > 0;
  const words = narrowed ? question.words : wordsWorthAsking(read, question.words, last);
  const match = matchText({ ...question, words }, { tokens, path });
  const found = read.all(candidates, {
    ...{ match, last_item: last, least_trust: leastTrust, since, until, limit: limits.searchResults },
    ...rows,
  });
  return found.map((row) => ({ ...row, database }));
}

/** What the best candidate covers; the index gives them best first. */
function coverageIn(search: Search, all: readonly Candidate[], database: Database): number {
  const best = all.find((each) => each.database === database);
  if (!best) return 0;
  const stems = stemsOf(search.question.words);
  // found by its key, path or author alone: one word of the question
  return Math.max(coverageOf(textOf(search, best) ?? '', stems), 1 / Math.max(1, stems.size));
}

function textOf({ context, showings }: Search, { kind, ent, part, database }: Candidate): string | undefined {
  return showingOf(showings, kind)?.text(readOf(context, database), ent, part, context);
}

/** How results of a kind are shown; undefined for a kind no feature answers for. */
export function showingOf(showings: readonly Showing[], kind: FindableKind): Showing | undefined {
  return showings.find((each) => each.kind === kind);
}

function readOf(context: Context, database: Database): Read {
  return database === 'project' ? context.read.project : context.read.user;
}

function lastOf(read: Read): number {
  return read.one(lastItem, {})?.last ?? 0;
}

/** Case and kind of blank space do not matter, everything else does. */
function hasPhrases(text: string, phrases: readonly string[]): boolean {
  const folded = phrases.length === 0 ? '' : evened(text);
  return phrases.every((phrase) => folded.includes(evened(phrase)));
}

function evened(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();
}

/** True when one of the paths is the wanted one, lies under it, or ends with it. */
function isAt(paths: string | null, wanted: string | undefined): boolean {
  if (wanted === undefined) return true;
  const middle = `/${wanted.replace(/^\.?\/+|\/+$/g, '')}/`;
  return (paths ?? '').split('\n').some((path) => {
    const whole = `/${path.replace(/^\/+/, '')}/`;
    return whole.startsWith(middle) || whole.endsWith(middle);
  });
}
