import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { databaseOf, entryId, idsOf, type Owner, ownersOf } from './identity.ts';
import { standing } from './life.ts';
import { type EntryNeeds, momentOf } from './needs.ts';
import { type EntryRow, entryByEnt, linksOf } from './queries.ts';
import { entryReply, linkReply, mayBeTold } from './reply.ts';
import { sessionStateKey, stateEntry } from './session-state.ts';

type Retrieve = (typeof contract)['context.retrieve'];

interface Found {
  readonly row: EntryRow;
  readonly inMemory: boolean;
}

/** Gets one entry by key; without a scope the nearest one the caller may be told of. */
export function retrieve(needs: EntryNeeds) {
  return (context: Context, input: Parsed<Retrieve>): Reply<Retrieve> => {
    const begun = needs.accesses.moment;
    const session = sessionStateKey(input.key);
    if (session !== undefined && context.project.id !== '' && isPersons(context.caller))
      return stateEntry(needs, context, { key: input.key, session_id: session });
    const { found, denied } = nearest(needs, context, input);
    const outcome = found ? 'hit' : denied ? 'denied' : 'miss';
    noteRead(needs, context, { input, found, outcome, begun });
    if (!found) throw notFound(input.key);
    const { row, inMemory } = found;
    const links = inMemory ? [] : context.read[databaseOf(row.scope)].all(linksOf, { ent: row.ent });
    return { ...entryReply(row), hit_cache: inMemory, links: linkReply(links) };
  };
}

function nearest(needs: EntryNeeds, context: Context, input: Parsed<Retrieve>) {
  let denied = false;
  for (const owner of ownersOf(input, context)) {
    const found = inScope(needs, context, { key: input.key, owner });
    if (!found || (input.layer !== undefined && found.row.layer !== input.layer)) continue;
    if (mayBeTold(found.row, context.caller)) return { found, denied };
    denied = true;
  }
  return { found: undefined, denied };
}

/** Inside a scope what is in memory comes before what is stored. */
function inScope(
  needs: EntryNeeds,
  context: Context,
  { key, owner }: { readonly key: string; readonly owner: Owner },
): Found | undefined {
  const database = databaseOf(owner.scope);
  const fleeting = needs.ephemeral.get(database === 'user' ? '' : context.project.id, key, owner, context.now);
  if (fleeting) return { row: fleeting, inMemory: true };
  const stored = context.read[database].one(entryByEnt, { ent: entryId(key, owner) });
  const row = stored && standing(stored, momentOf(needs, context));
  return row && { row, inMemory: false };
}

/** A token tied to a tenant or a user is told of sessions by session.show, which knows whose they are. */
function isPersons({ bound }: Context['caller']): boolean {
  return bound?.tenant === undefined && bound?.user === undefined;
}

interface Noted {
  readonly input: Parsed<Retrieve>;
  readonly found: Found | undefined;
  readonly outcome: 'hit' | 'miss' | 'denied';
  readonly begun: number;
}

function noteRead({ accesses }: EntryNeeds, context: Context, { input, found, outcome, begun }: Noted): void {
  const row = found?.row;
  accesses.note({
    ...{
      context_key: input.key,
      ent: found?.inMemory === false ? found.row.ent : null,
      operation: 'retrieve',
      outcome,
    },
    ...{ layer: row?.layer ?? null, scope: row?.scope ?? input.scope ?? null, ...idsOf(input, context) },
    ...{ hit_cache: found?.inMemory ? 1 : 0, latency_ms: accesses.moment - begun, timestamp: context.now },
    ...{ database: row ? databaseOf(row.scope) : 'project', project: context.project.id },
  });
}

function notFound(key: string): PrsistError {
  return new PrsistError('entry/not-found', `no entry ${key}`, { hint: `prsist search ${JSON.stringify(key)}` });
}
