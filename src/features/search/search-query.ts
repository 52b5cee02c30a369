import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { findableKinds, layers, scopes } from '../../core/words.ts';
import type { Context } from '../feature.ts';
import type { BranchOf, Showing } from '../findable.ts';
import type { Source, Wanted } from './candidates.ts';
import type { contract } from './contract.ts';
import { filterToken, monthTokens } from './filter-tokens.ts';
import { type Found, find, pageOf, type Search, showingOf } from './find.ts';
import { type Meant, noMeaning } from './meant.ts';
import { type Question, readQuestion } from './question.ts';
import type { ScoredSession } from './rescore.ts';
import { resultOf, sessionTitles } from './result.ts';
import { noSieve, type Sieve, sift } from './sift.ts';
import { rounded, stemsOf } from './snippet.ts';
import { readWhen } from './when.ts';

type Query = (typeof contract)['search.query'];
type Input = Parsed<Query>;

/** Databases of other projects, and the names of those that cannot be read now. */
export interface Others {
  readonly sources: readonly Omit<Source, 'last'>[];
  readonly left_out: readonly string[];
}

export const noOthers: Others = { sources: [], left_out: [] };

interface Asking {
  readonly showings: readonly Showing[];
  /** Nothing is of any branch when absent. */
  readonly onBranch?: BranchOf | undefined;
  readonly others?: Others;
  readonly meant?: Meant;
  /** What enters a budgeted result. */
  readonly sieve?: Sieve;
  /** So many results are answered whether the budget holds them or not: whoever asks puts them in another order first. */
  readonly least?: number;
}

/** Finds texts by their words and meaning in the project's database and the user's, best first, one result per thing. */
export function searchQuery(
  context: Context,
  input: Input,
  { showings, onBranch, others = noOthers, meant = noMeaning, sieve = noSieve, least = 0 }: Asking,
): Omit<Reply<Query>, 'took_ms'> {
  const { cursor, limit, ...request } = input;
  const asked = { request, cursor, limit: input.budget_tokens === undefined ? limit : mostInBudget };
  const page = pageOf(context, asked);
  const search = searchOf(context, input, { showings, onBranch, others, meant, now: page.now });
  const { found, next_cursor, sessions, seeking, candidates } = find(search, { asked, page });
  const stems = stemsOf([...seeking.words, ...seeking.completed]);
  const shown = { context, showings, stems, input, sought: seeking.sought, titles: sessionTitles() };
  const { kept, ...siftedOut } = sifted(found, input, { showings, sieve, least });
  const results = kept.map((one) => resultOf(one, shown));
  return {
    ...{ query: input.query, result_count: results.length, results },
    sessions: cursor === undefined ? sessionsOf(sessions) : [],
    did_you_mean: seeking.repaired.map(({ also = null, ...told }) => ({ typed: told.typed, meant: told.meant, also })),
    left_out: [...others.left_out],
    ...siftedOut,
    meaning: { state: meant.state, percent: meant.percent },
    ...(input.explain
      ? {
          question: {
            ...{ words: [...seeking.words], dropped: [...search.question.dropped], completed: [...seeking.completed] },
            ...{ unknown: [...seeking.unknown], named: [...seeking.named] },
            ...{ times: [...seeking.times.texts], candidates },
          },
        }
      : {}),
    // what a budget leaves out is no next page: it would begin in the middle
    next_cursor: input.budget_tokens === undefined ? next_cursor : null,
  };
}

function sifted(
  found: readonly Found[],
  { budget_tokens, least_relevance }: Input,
  { showings, sieve, least }: Pick<Required<Asking>, 'showings' | 'sieve' | 'least'>,
) {
  if (budget_tokens === undefined) return { kept: found };
  const { kept, dropped } = sift(found, {
    sieve: { ...sieve, threshold: least_relevance ?? sieve.threshold },
    room: { tokens: budget_tokens, least },
    isSuperseded: ({ item }) => showingOf(showings, item.kind)?.isSuperseded?.(item.source.read, item.ent) ?? false,
    keyOf: ({ item }) => showingOf(showings, item.kind)?.heading(item.source.read, item.ent, item.part).key ?? null,
  });
  return { kept, dropped: { ...dropped }, reranked: false };
}

/** What a request looks for and what it must be. now: what times in it count from. */
export function searchOf(
  context: Context,
  input: Input,
  { showings, onBranch, others = noOthers, meant = noMeaning, now }: Asking & { readonly now: number },
): Search {
  const question = readQuestion(input.query);
  const wanted = wantedOf(context, input, { question, now });
  return {
    ...{ context, question, wanted, showings, meant, others: others.sources },
    // a correction may be a word of somebody else: whoever is tied to a tenant or a user gets none
    exact: input.exact === true || isTied(context),
    ...(onBranch === undefined ? {} : { onBranch }),
  };
}

function isTied({ caller: { bound } }: Context): boolean {
  return bound?.tenant !== undefined || bound?.user !== undefined;
}

/** More results than any budget holds. */
const mostInBudget = 400;
const mostSessions = 20;

function sessionsOf(sessions: readonly ScoredSession[]): Reply<Query>['sessions'] {
  return sessions.slice(0, mostSessions).map(({ session, score }) => {
    const [project = '', session_id = ''] = session.split(' '); // as find.ts joins them
    return { session_id, project_id: project || null, score: rounded(score) };
  });
}

/** What stands in a member of the request counts before the same key in the query. */
function wantedOf(context: Context, input: Input, { question, now }: { question: Question; now: number }): Wanted {
  const typed = (key: keyof Question['filters']) => question.filters[key]?.at(-1);
  const kinds = input.kinds ?? question.filters.kind?.map((text) => wordOf('kind', text, findableKinds)) ?? [];
  const session_id = input.session_id ?? typed('session') ?? null;
  const agent_id = input.agent ?? typed('agent') ?? null;
  const layer = input.layer ?? optionalWord('layer', typed('layer'), layers);
  const scope = input.scope ?? optionalWord('scope', typed('scope'), scopes);
  const tags = input.tags ?? question.filters.tag ?? [];
  const branch = input.branch ?? typed('branch');
  const span = spanOf(input.since ?? typed('since'), input.until ?? typed('until'), now);
  const path = input.path ?? typed('path');
  const author = input.author ?? typed('author');
  const isOfEntries = layer !== null || scope !== null || tags.length > 0;
  return {
    tokens: [
      ...oneOf(kinds.map((kind) => filterToken('kind', kind))),
      ...oneOf(session_id === null ? [] : [filterToken('session', session_id)]),
      ...oneOf(agent_id === null ? [] : [filterToken('agent', agent_id)]),
      ...oneOf(layer === null ? [] : [filterToken('layer', layer)]),
      ...oneOf(scope === null ? [] : [filterToken('scope', scope)]),
      ...tags.map((tag) => [filterToken('tag', tag)]),
      ...span.tokens,
    ],
    ...{ path, author, branch },
    // a neighbour has not been looked at for what must or must not stand in it
    messages: question.excluded.length === 0 && !isOfEntries && [path, author].every((each) => each === undefined),
    leastTrust: isPerson(context) ? 0 : 1,
    ...{ since: span.since, until: span.until },
    rows: { ...{ session_id, agent_id, layer, scope, priority: null }, ...whoAsks(context, {}) },
  };
}

/** A request without an agent comes from the person's own command line. */
export function isPerson({ caller }: Context): boolean {
  return caller.agent === undefined;
}

interface Named {
  readonly tenant_id?: string | undefined;
  readonly user_id?: string | undefined;
  readonly session_id?: string | undefined;
  readonly agent_id?: string | undefined;
}

/**
 * Whose entries may be found: of the ids a request names, else the caller's; a person sees those of all agents. What a token
 * is tied to is not asked here: the feature that shows an entry refuses what is not for the caller.
 */
export function whoAsks(context: Context, named: Named) {
  const { caller } = context;
  // whoever is tied to a tenant or a user is nobody who may look at everything
  const nobody = isPerson(context) && caller.bound === undefined ? null : '';
  return {
    my_user: named.user_id ?? caller.user,
    my_tenant: named.tenant_id ?? caller.bound?.tenant ?? null,
    my_session: named.session_id ?? caller.session ?? nobody,
    my_agent: named.agent_id ?? caller.agent ?? nobody,
  };
}

/** A list for `tokens`, left out when empty. */
export function oneOf(tokens: readonly string[]): readonly (readonly string[])[] {
  return tokens.length === 0 ? [] : [tokens];
}

/** The times asked for, in milliseconds, both included, and the months of them as filter words. */
export function spanOf(since: string | undefined, until: string | undefined, now: number) {
  const from = since === undefined ? 0 : readWhen('since', since, now);
  const to = until === undefined ? Number.MAX_SAFE_INTEGER : readWhen('until', until, now);
  // a text may carry a clock that runs ahead: without an end, the months go on for two more
  const months = since === undefined ? undefined : monthTokens(from, until === undefined ? now + 62 * 86_400_000 : to);
  return { since: from, until: to, tokens: oneOf(months ?? []) };
}

function optionalWord<T extends string>(key: string, text: string | undefined, known: readonly T[]): T | null {
  return text === undefined ? null : wordOf(key, text, known);
}

function wordOf<T extends string>(key: string, text: string, known: readonly T[]): T {
  const word = known.find((each) => each === text);
  if (word !== undefined) return word;
  throw new PrsistError('input/invalid', `${key}: "${text.slice(0, 40)}" is none`, {
    ...{ field: 'query', hint: `one of ${known.join(', ')}` },
  });
}
