// From a question to the texts of one page: candidates of the databases, scored, checked, cut into pages.
import type { Context } from '../feature.ts';
import type { BranchOf, FindableKind, Showing } from '../findable.ts';
import { type Gathered, gather, type Source, shareOf, type Wanted } from './candidates.ts';
import { rowsIn } from './counts.ts';
import { factorsFor } from './factors.ts';
import { type Meant, meaningOf, noMeaning } from './meant.ts';
import { cursorText, type Page, readCursor } from './page.ts';
import { termsOf } from './projection.ts';
import type { Question } from './question.ts';
import { type Signs, signsOf } from './relevance.ts';
import { type Rescored, rescore, type Scorable, type Scored, type ScoredSession } from './rescore.ts';
import { type Seeking, seek } from './sought.ts';

export interface Found extends Scored<Candidate> {
  readonly text: string;
  /** What tells how probable it is that it answers the question. */
  readonly signs: () => Signs;
}

/** A text of a database that is scored. */
export type Candidate = Gathered & Scorable;

export interface Search {
  readonly context: Context;
  readonly question: Question;
  readonly wanted: Wanted;
  readonly showings: readonly Showing[];
  readonly onBranch?: BranchOf;
  /** Words as they are typed, nothing repaired and no other forms of them. */
  readonly exact?: boolean | undefined;
  /** The question as vectors; by its words alone where it is absent. */
  readonly meant?: Meant | undefined;
  /** Databases of other projects to search as well. */
  readonly others?: readonly Omit<Source, 'last'>[];
}

export interface Asked {
  /** The request without cursor and limit. */
  readonly request: unknown;
  readonly cursor: string | undefined;
  readonly limit: number;
}

export interface FoundPage {
  readonly found: readonly Found[];
  readonly next_cursor: string | null;
  readonly sessions: readonly ScoredSession[];
  readonly seeking: Seeking;
  /** How many texts were scored. */
  readonly candidates: number;
}

/** The page a request asks for: the first one of a list as it stands now, or the one its cursor names. */
export function pageOf(context: Context, { request, cursor }: Asked): Page {
  if (cursor !== undefined) return readCursor(request, cursor);
  const { project, user } = context.read;
  return { offset: 0, now: context.now, lastItems: [rowsIn(project), rowsIn(user)] };
}

/**
 * One page of results, best first, with their texts. keep: a last check that needs more than the row; what it refuses
 * is no result. Returns next_cursor null at the end of the list, which has at most 300 parts of each database.
 */
export function find(
  search: Search,
  { asked, page, keep }: { asked: Asked; page: Page; keep?: (found: Found) => boolean },
): FoundPage {
  const { question, wanted } = search;
  const collected = collect(search, page);
  const { items, sessions, coverage } = rank(search, collected);
  const { seeking, gathered } = collected;
  const about = { sessions, seeking, candidates: gathered.length };
  const ranked = onePerThing(items).filter(({ item }) => isAt(item.path, wanted.path));
  const found: Found[] = [];
  const twins = twinsIn(ranked);
  const told = new Set<string>();
  for (const [place, each] of ranked.entries()) {
    const twin = twins.get(each);
    // of what says the same the best is told: also by a page before this one
    if (twin !== undefined && told.has(twin)) continue;
    const text = place < page.offset && twin === undefined ? undefined : textOf(search, each.item);
    if (text === undefined || !hasPhrases(text, question.phrases)) continue;
    const one = { ...each, text, signs: () => signsAt(place, ranked, { coverage, ...about.seeking }) };
    if (keep?.(one) === false) continue;
    if (twin !== undefined) told.add(twin);
    if (place < page.offset) continue;
    if (found.length === asked.limit) {
      return { found, next_cursor: cursorText(asked.request, { ...page, offset: place }), ...about };
    }
    found.push(one);
  }
  return { found, next_cursor: null, ...about };
}

function signsAt(
  place: number,
  ranked: readonly Scored<Candidate>[],
  { coverage, named, words }: Pick<Rescored<Candidate>, 'coverage'> & Seeking,
): Signs {
  const each = ranked[place];
  return signsOf({
    ...{ place, score: each?.score ?? 0, next: ranked[place + 1]?.score ?? 0 },
    coverage: each ? coverage(each.item) : { own: 0, around: 0 },
    ...{ byNamed: each?.item.byNamed ?? false, named: named.length, words: words.length },
  });
}

/** What a question looks for, and everything that may answer it. */
export interface Collected {
  readonly seeking: Seeking;
  readonly gathered: readonly Gathered[];
  /** Other projects are searched as well. */
  readonly several: boolean;
}

/** Gathers candidates from every database that is searched. */
export function collect(search: Search, page: Page): Collected {
  const { question, exact = false, meant = noMeaning } = search;
  const sources = sourcesOf(search, page);
  const seeking = seek(question, [...new Set(sources.map(({ read }) => read))], { now: page.now, exact });
  const gathering = { ...search, seeking, meant };
  const gathered = sources.flatMap((source) => gather(gathering, source, shareOf(sources.length)));
  return { seeking, gathered, several: sources.length > 2 };
}

/** Scores what was gathered. Reads no database but for the text of a row that has no terms. */
export function rank(search: Search, { seeking, gathered, several }: Collected) {
  const factors = factorsFor(gathered, {
    ...{ seeking, question: search.question, own: search.context.project.id, several },
  });
  const meaning = meaningOf(gathered.map(({ near }) => near));
  const sessionOf = sessionNames();
  const candidates = gathered.map(
    (item): Candidate => ({
      ...item,
      terms: item.terms ?? termsOfText(search, item),
      session: sessionOf(item),
      document: item.kind === 'document' ? `${item.source.project?.id ?? ''} ${item.ent}` : null,
      isQuestion: (item.flags & 1) === 1,
      meaning: meaning(item.near),
      ...factors(item),
    }),
  );
  return rescore(candidates, seeking.sought);
}

/** Names of sessions over all databases; one text for all of a session, since they are compared again and again. */
function sessionNames(): (item: Gathered) => string | null {
  const bySource = new Map<Source, Map<string, string>>();
  return ({ source, session_id }) => {
    if (session_id === null) return null;
    const names = bySource.get(source) ?? new Map<string, string>();
    if (names.size === 0) bySource.set(source, names);
    const name = names.get(session_id) ?? `${source.project?.id ?? ''} ${session_id}`;
    names.set(session_id, name);
    return name;
  };
}

function sourcesOf({ context, others = [] }: Search, { lastItems }: Page): readonly Source[] {
  const { read, project } = context;
  const own = { read: read.project, project: { id: project.id, name: project.name }, last: lastItems[0] };
  const users = { read: read.user, project: null, last: lastItems[1] };
  // outside of any project there is the user database alone
  const first = read.user === read.project ? [users] : [own, users];
  return [...first, ...others.map((each) => ({ ...each, last: rowsIn(each.read) }))];
}

/** Rows whose terms are still to be made (see late-terms.ts): their text is read instead. */
function termsOfText(search: Search, item: Gathered): Uint8Array {
  const text = textOf(search, item) ?? '';
  return termsOf({ kind: item.kind, text, names: '', path: item.path });
}

/** Of an entity the best part alone. */
export function onePerThing(items: readonly Scored<Candidate>[]): readonly Scored<Candidate>[] {
  const seen = new Set<string>();
  return items.filter(({ item }) => {
    const thing = `${item.source.project?.id ?? ''} ${item.kind} ${item.ent}`;
    return !seen.has(thing) && seen.add(thing);
  });
}

/** What those of the list have in common that say the same as another one of it. */
function twinsIn(ranked: readonly Scored<Candidate>[]): ReadonlyMap<Scored<Candidate>, string> {
  const groups = Map.groupBy(ranked, ({ item }) => (item.same === null ? '' : `${item.kind} ${item.same}`));
  const twins = new Map<Scored<Candidate>, string>();
  for (const [name, group] of groups) {
    if (name !== '' && group.length > 1) for (const each of group) twins.set(each, name);
  }
  return twins;
}

function textOf({ context, showings }: Search, { kind, ent, part, source }: Gathered): string | undefined {
  return showingOf(showings, kind)?.text(source.read, ent, part, context);
}

/** How results of a kind are shown; undefined for a kind no feature answers for. */
export function showingOf(showings: readonly Showing[], kind: FindableKind): Showing | undefined {
  return showings.find((each) => each.kind === kind);
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
