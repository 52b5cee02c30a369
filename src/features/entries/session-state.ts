// session_state_<session_id>: an entry that is computed whenever it is read.
import { canonical } from '../../core/canonical.ts';
import { PrsistError } from '../../core/errors.ts';
import type { Reply } from '../../core/operation.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { entryId, ownerOf } from './identity.ts';
import type { EntryNeeds } from './needs.ts';
import { entryReply } from './reply.ts';

const prefix = 'session_state_';

/** The session whose state a key asks for; undefined for any other key. */
export function sessionStateKey(key: string): string | undefined {
  return key.startsWith(prefix) && key.length > prefix.length ? key.slice(prefix.length) : undefined;
}

/** Throws input/invalid for a key under which nothing can be stored. */
export function requireStorable(key: string): void {
  if (sessionStateKey(key) === undefined) return;
  throw new PrsistError('input/invalid', `${key} is computed, nothing is stored under it`, { field: 'key' });
}

/** Status, last activity and counts of a session as an entry. Throws entry/not-found for a session that is not here. */
export function stateEntry(
  { sessions }: Pick<EntryNeeds, 'sessions'>,
  context: Context,
  { key, session_id }: { readonly key: string; readonly session_id: string },
): Reply<(typeof contract)['context.retrieve']> {
  const value = sessions(context.project.root).state(context.read.project, session_id, context.now);
  if (value === undefined)
    throw new PrsistError('entry/not-found', `no session ${session_id}`, { hint: 'prsist sessions' });
  const owner = ownerOf('session', { session_id }, context);
  const entry = entryReply({
    ...owner,
    ...{ ent: entryId(key, owner), key, value: canonical(value), metadata: '{}', tags: '[]', in_session: session_id },
    ...{ layer: 'session', priority: 'medium', category: 'session_state', source: 'prsist', state: 'live' },
    ...{ created_at: context.now, updated_at: context.now, expires_at: null, access_count: 0, sync_version: 1 },
    ...{ origin: 'human', trust: 3, actor: '{}', useful: 0, wrong: 0, flags: 0, doubts: '[]', decided: 0 },
  });
  return { ...entry, hit_cache: false, links: [] };
}
