// The texts worth scoring: what the index of each database gives for the words, and the messages around them.
import { limits } from '../../core/limits.ts';
import { findableKinds } from '../../core/words.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { BranchOf, Showing } from '../findable.ts';
import { worthAsking } from './budget.ts';
import { filterToken } from './filter-tokens.ts';
import { matchText } from './match.ts';
import { type Meant, type Nearness, nearestIn, nearestMost, nearnessIn } from './meant.ts';
import { type CandidateParams, candidates, candidatesAmong, type Item, itemsById, neighboursOf } from './queries.ts';
import type { Question } from './question.ts';
import type { Seeking } from './sought.ts';

/** One database that is searched. */
export interface Source {
  readonly read: Read;
  /** Id and name of the project; null for the user database. */
  readonly project: { readonly id: string; readonly name: string } | null;
  /** The last row that belongs to the list. */
  readonly last: number;
}

type Filters =
  | 'session_id'
  | 'agent_id'
  | 'layer'
  | 'scope'
  | 'priority'
  | 'my_user'
  | 'my_tenant'
  | 'my_session'
  | 'my_agent';

/** What a result must have; every member absent or null = not asked for. */
export interface Wanted {
  /** Filter words: one of each list must hold. */
  readonly tokens: readonly (readonly string[])[];
  readonly path?: string | undefined;
  readonly author?: string | undefined;
  readonly branch?: string | undefined;
  readonly leastTrust: number;
  readonly since: number;
  readonly until: number;
  /** Only messages may come with their neighbours; false where a filter asks for something else. */
  readonly messages: boolean;
  readonly rows: Pick<CandidateParams, Filters>;
}

export interface Gathered extends Item {
  readonly source: Source;
  /** To what the question means; null where nothing can be compared. */
  readonly near: Nearness | null;
}

export interface Gathering {
  readonly context: Context;
  readonly question: Question;
  readonly seeking: Seeking;
  readonly wanted: Wanted;
  readonly meant: Meant;
  readonly showings: readonly Showing[];
  readonly onBranch?: BranchOf;
}

/** Of how many of the best candidates the neighbours are looked at. */
const mostAround = 100;

/**
 * Candidates of one database, at most `limit` of them by their words and some more by what they mean, and the messages
 * around those that are messages.
 */
export function gather(gathering: Gathering, source: Source, limit: number): readonly Gathered[] {
  const { wanted } = gathering;
  const said = asked(gathering, source, limit);
  const found = [...said, ...meantIn(gathering, source, said)];
  const all = [...found, ...(wanted.messages ? around(found, wanted, source) : [])];
  const nearness = nearnessIn(
    source.read,
    gathering.meant,
    all.map(({ item_id }) => item_id),
  );
  return all.map((item) => ({ ...item, source, near: nearness.get(item.item_id) ?? null }));
}

function asked(gathering: Gathering, source: Source, limit: number): readonly Item[] {
  const { question, seeking, wanted } = gathering;
  const { read, last } = source;
  const { tokens, path, author, branch } = wanted;
  // what a phrase, a path or a branch leaves is few enough to be asked for every word
  const isNarrow = question.phrases.length > 0 || path !== undefined || branch !== undefined;
  const every = [...new Set([...seeking.words, ...seeking.completed, ...seeking.synonyms])];
  const { words, first, left } = isNarrow
    ? { words: every, first: 0, left: 0 }
    : worthAsking(read, every, { rows: last, tokens });
  const match = matchText(
    { ...question, words, beginnings: left < 100_000 ? seeking.beginnings : [] },
    { tokens, path, author },
  );
  return read.all(candidates, { ...paramsOf(gathering, source, { match, limit }), first_item: first });
}

/** Those that come nearest to what the question means and that its words did not find; filters hold for them as well. */
function meantIn(gathering: Gathering, source: Source, said: readonly Item[]): readonly Item[] {
  const { question, wanted, meant } = gathering;
  const nearest = nearestIn(source.read, meant, narrows(question, wanted));
  if (nearest.length === 0) return [];
  const { path, author } = wanted;
  const tokens = wanted.tokens.length > 0 ? wanted.tokens : [everyKind];
  const match = matchText({ ...question, words: [] }, { tokens, path, author });
  const known = new Set(said.map(({ item_id }) => item_id));
  const params = { ...paramsOf(gathering, source, { match, limit: nearestMost }), items: JSON.stringify(nearest) };
  return source.read.all(candidatesAmong, params).filter(({ item_id }) => !known.has(item_id));
}

/** Every row has one of these. */
const everyKind = findableKinds.map((kind) => filterToken('kind', kind));

function narrows({ phrases }: Question, { tokens, branch }: Wanted): boolean {
  return tokens.length > 0 || phrases.length > 0 || branch !== undefined;
}

function paramsOf(
  gathering: Gathering,
  source: Source,
  { match, limit }: { readonly match: string; readonly limit: number },
): CandidateParams {
  const { leastTrust, since, until, rows } = gathering.wanted;
  const about = { match, first_item: 0, last_item: source.last, least_trust: leastTrust, since, until, limit };
  return { ...about, ...rows, ...branchRows(gathering, source.read) };
}

/** A branch is looked up when it is asked for: what is known of it may be younger than what was said there. */
function branchRows({ wanted: { branch }, onBranch }: Gathering, read: Read) {
  if (branch === undefined) return { on_sessions: null, on_commits: null };
  const { sessions, commits } = onBranch?.(read, branch) ?? { sessions: [], commits: [] };
  return { on_sessions: JSON.stringify(sessions), on_commits: JSON.stringify(commits) };
}

/** The messages around the best of those that words found and all others, without those that were found themselves. */
function around(found: readonly Item[], wanted: Wanted, source: Source): readonly Item[] {
  const { since, until, rows, leastTrust } = wanted;
  const known = new Set(found.map(({ item_id }) => item_id));
  const messages = found.filter(({ kind, session_id }) => kind === 'message' && session_id !== null);
  const best = [...messages.slice(0, mostAround), ...messages.slice(mostAround).filter(({ bm25 }) => bm25 === 0)];
  const near = neighbourIds(best, { leastTrust, source }).flat();
  const items = itemsOf(
    near.filter((id) => !known.has(id)),
    source,
  );
  const { agent_id } = rows;
  return items.filter(
    (each) => each.at >= since && each.at <= until && (agent_id === null || each.agent_id === agent_id),
  );
}

/** Of each message the ids of the three before and the three after it in its session, in their order. */
export function neighbourIds(
  messages: readonly Pick<Item, 'item_id' | 'session_id' | 'at'>[],
  { leastTrust, source }: { readonly leastTrust: number; readonly source: Source },
): readonly (readonly number[])[] {
  if (messages.length === 0) return [];
  const found = JSON.stringify(messages.map(({ item_id, session_id, at }) => [item_id, session_id, at]));
  return source.read
    .all(neighboursOf, { found, last_item: source.last, least_trust: leastTrust })
    .map(({ before, after }) => [...idsIn(before).toReversed(), ...idsIn(after)]);
}

/** Items by their ids, each once, in any order. */
export function itemsOf(ids: readonly number[], { read }: Source): readonly Item[] {
  return ids.length === 0 ? [] : read.all(itemsById, { items: JSON.stringify([...new Set(ids)]) });
}

function idsIn(list: string): readonly number[] {
  return JSON.parse(list) as number[]; // as the statement makes it
}

/** How many candidates each of several databases may give. */
export function shareOf(sources: number): number {
  return Math.max(50, Math.ceil(limits.searchResults / Math.sqrt(Math.max(1, sources))));
}
