import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { findableKinds } from '../../core/words.ts';
import type { Context } from '../feature.ts';
import type { FindableKind, Showing } from '../findable.ts';
import type { Wanted } from './candidates.ts';
import type { contract } from './contract.ts';
import { filterToken, monthTokens } from './filter-tokens.ts';
import { type Found, find, pageOf, showingOf } from './find.ts';
import { type Question, readQuestion } from './question.ts';
import type { ScoredSession } from './rescore.ts';
import { snippetOf, stemsOf } from './snippet.ts';
import { readWhen } from './when.ts';

type Query = (typeof contract)['search.query'];
type Input = Parsed<Query>;

/** Finds texts by their words in the project's database and the user's, best first, one result per thing. */
export function searchQuery(
  context: Context,
  input: Input,
  showings: readonly Showing[],
): Omit<Reply<Query>, 'took_ms'> {
  const { cursor, limit, ...request } = input;
  const asked = { request, cursor, limit };
  const page = pageOf(context, asked);
  const question = readQuestion(input.query);
  const wanted = wantedOf(context, input, { question, now: page.now });
  const { found, next_cursor, sessions, seeking } = find({ context, question, wanted, showings }, { asked, page });
  const stems = stemsOf(seeking.words);
  const results = found.map((one) => resultOf(one, { showings, stems }));
  return {
    query: input.query,
    result_count: results.length,
    results,
    sessions: cursor === undefined ? sessionsOf(sessions) : [],
    next_cursor,
  };
}

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
  const kinds = input.kinds ?? question.filters.kind?.map(kindOf) ?? [];
  const session_id = input.session_id ?? typed('session') ?? null;
  const agent_id = input.agent ?? typed('agent') ?? null;
  const span = spanOf(input.since ?? typed('since'), input.until ?? typed('until'), now);
  return {
    tokens: [
      ...oneOf(kinds.map((kind) => filterToken('kind', kind))),
      ...oneOf(session_id === null ? [] : [filterToken('session', session_id)]),
      ...oneOf(agent_id === null ? [] : [filterToken('agent', agent_id)]),
      ...span.tokens,
    ],
    path: input.path ?? typed('path'),
    // a neighbour has not been looked at for what must or must not stand in it
    messages: question.excluded.length === 0 && (input.path ?? typed('path')) === undefined,
    leastTrust: isPerson(context) ? 0 : 1,
    ...{ since: span.since, until: span.until },
    rows: {
      ...{ session_id, agent_id, layer: null, scope: null, priority: null },
      ...whoAsks(context, {}),
    },
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

function kindOf(text: string): FindableKind {
  const kind = findableKinds.find((each) => each === text);
  if (kind) return kind;
  throw new PrsistError('input/invalid', `kind: "${text.slice(0, 40)}" is none`, {
    ...{ field: 'query', hint: `one of ${findableKinds.join(', ')}` },
  });
}

interface Shown {
  readonly showings: readonly Showing[];
  readonly stems: ReadonlySet<string>;
}

function resultOf(found: Found, { showings, stems }: Shown): Reply<Query>['results'][number] {
  const { kind, ent, part, session_id, author, path, trust, agent_id, at, source } = found.item;
  const heading = showingOf(showings, kind)?.heading(source.read, ent, part) ?? { key: null, title: null };
  return {
    ...{ kind, id: ent, key: heading.key, title: heading.title },
    ...snippetOf(found.text, stems),
    ...{ score: rounded(found.score), at: new Date(at).toISOString(), session_id },
    project_id: source.project?.id ?? null,
    ...{ author, agent: agent_id, path, trust, quarantined: trust === 0 },
  };
}

/** Four decimals: more would show the noise of the last bits. */
export function rounded(score: number): number {
  return Math.round(score * 10_000) / 10_000;
}
