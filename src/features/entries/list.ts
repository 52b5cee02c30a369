import type { Parsed, Reply } from '../../core/operation.ts';
import { layers, type Scope, scopes } from '../../core/words.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { databaseOf, idsOf } from './identity.ts';
import { type Moment, standing, storedAs } from './life.ts';
import { type EntryNeeds, momentOf } from './needs.ts';
import { readCursor, writeCursor } from './page-cursor.ts';
import { type EntryRow, entryPage, type PageParams } from './queries.ts';
import { entryReply, leastTrust, mayBeTold } from './reply.ts';

type List = (typeof contract)['context.list'];
type Input = Parsed<List>;

/** Lists entries of all scopes the caller may see, newest first. */
export function list(needs: EntryNeeds) {
  return (context: Context, input: Input): Reply<List> => {
    const moment = momentOf(needs, context);
    // one walk along the index per scope and layer; the first `limit` of all of them are the page
    const stored = walks(context, input).flatMap((walk) =>
      rowsOf(context.read[databaseOf(walk.scope)], walk, (row) => asListed(row, { context, input, moment })),
    );
    const rows = [...stored, ...fleeting(needs, context, input)];
    const page = rows.sort(newestFirst).slice(0, input.limit);
    const last = page.at(-1);
    const hasMore = rows.length > page.length && last !== undefined;
    return { items: page.map(entryReply), next_cursor: hasMore ? writeCursor(last) : null };
  };
}

type Walk = PageParams & { readonly scope: Scope };

/** Where to look: tenants only when one is named, since nobody is a member of all. */
function walks(context: Context, input: Input): readonly Walk[] {
  const base = { ...filters(input, context), ...readCursor(input.cursor), limit: input.limit + 1 };
  const stored = input.layer ? storedAs(input.layer) : layers;
  const scopesAsked = input.scope ? [input.scope] : scopes;
  return scopesAsked.flatMap((scope) =>
    ownersIn(scope, context, input).flatMap((owner) =>
      stored.filter((layer) => layer !== 'ephemeral').map((layer) => ({ ...base, scope, layer, ...owner })),
    ),
  );
}

type Ids = Pick<PageParams, 'tenant_id' | 'user_id' | 'session_id' | 'agent_id'>;

function ownersIn(scope: Scope, context: Context, input: Input): readonly Ids[] {
  const ids = idsOf(input, context);
  const { tenant_id, session_id, agent_id } = ids;
  // a person who names none looks at the notes of all agents and sessions, an agent at its own
  const { agent, bound } = context.caller;
  const sees = (id: string | null) => id !== null || (agent === undefined && bound === undefined);
  if (scope === 'agent') return sees(agent_id) ? [ids] : [];
  if (scope === 'session') return sees(session_id) ? [ids] : [];
  if (scope === 'tenant') return tenant_id === null ? [] : [ids];
  if (scope === 'user' && tenant_id !== null) return [ids, { ...ids, tenant_id: null }];
  return [ids];
}

function filters({ state, category, priority, key_prefix, updated_since }: Input, { caller }: Context) {
  return {
    ...{ state, least_trust: leastTrust(caller), since: updated_since === undefined ? 0 : Date.parse(updated_since) },
    ...{ category: category ?? null, priority: priority ?? null, prefix: key_prefix || null },
  } satisfies Partial<PageParams>;
}

/** Rows along one index that are to be shown, at most the limit: those that are not make room for later ones. */
function rowsOf(read: Read, walk: Walk, shown: (row: EntryRow) => EntryRow | undefined): readonly EntryRow[] {
  const kept: EntryRow[] = [];
  for (let place: Pick<Walk, 'before_at' | 'before_ent'> = walk; ; ) {
    const page = read.all(entryPage, { ...walk, ...place });
    for (const row of page) {
      const one = shown(row);
      if (one) kept.push(one);
    }
    const last = page.at(-1);
    if (kept.length >= walk.limit || page.length < walk.limit || !last) return kept.slice(0, walk.limit);
    place = { before_at: last.updated_at, before_ent: last.ent };
  }
}

interface Listing {
  readonly context: Context;
  readonly input: Input;
  readonly moment: Moment;
}

function asListed(row: EntryRow, { context, input, moment }: Listing): EntryRow | undefined {
  const one = input.state === 'retired' ? row : standing(row, moment);
  if (!one || !mayBeTold(one, context.caller)) return undefined;
  return input.layer === undefined || one.layer === input.layer ? one : undefined;
}

/** What is only in memory and fits, from where the page begins. */
function fleeting({ ephemeral }: EntryNeeds, context: Context, input: Input): readonly EntryRow[] {
  if (input.state === 'retired' || (input.layer !== undefined && input.layer !== 'ephemeral')) return [];
  const { before_at, before_ent } = readCursor(input.cursor);
  const all = [...ephemeral.list(context.project.id, context.now), ...ephemeral.list('', context.now)];
  return all.filter(
    (row) =>
      (row.updated_at < before_at || (row.updated_at === before_at && row.ent < before_ent)) &&
      walks(context, { ...input, layer: 'permanent' }).some((walk) => isOf(row, walk)) &&
      mayBeTold(row, context.caller),
  );
}

function isOf(row: EntryRow, walk: Walk): boolean {
  const { scope, tenant_id, user_id, session_id, agent_id, since, category, priority, prefix } = walk;
  return (
    row.scope === scope &&
    ((scope !== 'user' && scope !== 'tenant') || row.tenant_id === tenant_id) &&
    (scope !== 'user' || row.user_id === user_id) &&
    (scope !== 'session' || session_id === null || row.session_id === session_id) &&
    (scope !== 'agent' || agent_id === null || row.agent_id === agent_id) &&
    row.updated_at >= since &&
    (category === null || row.category === category) &&
    (priority === null || row.priority === priority) &&
    (prefix === null || row.key.startsWith(prefix))
  );
}

function newestFirst(a: EntryRow, b: EntryRow): number {
  return b.updated_at - a.updated_at || (a.ent < b.ent ? 1 : -1);
}
