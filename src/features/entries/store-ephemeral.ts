import { canonical } from '../../core/canonical.ts';
import { PrsistError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Reply } from '../../core/operation.ts';
import { judge } from '../../core/trust.ts';
import { actorOf, type Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { databaseOf, entryId } from './identity.ts';
import { standing } from './life.ts';
import type { EntryNeeds } from './needs.ts';
import { type EntryRow, entryByEnt } from './queries.ts';
import { rfc3339, valueText } from './reply.ts';
import { requireVersion, type StoreInput, sourceOf, type Wanted } from './wanted.ts';

type Store = (typeof contract)['context.store'];
type Needs = Pick<EntryNeeds, 'settings' | 'ephemeral'>;

/** Keeps an entry in memory only. Throws entry/would-demote when one that lasts stands under that name. */
export function storeEphemeral(
  { settings, ephemeral }: Needs,
  { wanted, input }: { readonly wanted: Wanted; readonly input: StoreInput },
  context: Context,
): Reply<Store> {
  const { key, owner } = wanted;
  const { shortTermMs, ephemeralMs } = settings(context.project.root);
  const space = databaseOf(owner.scope) === 'user' ? '' : context.project.id;
  const ent = entryId(key, owner);
  const stored = context.read[databaseOf(owner.scope)].one(entryByEnt, { ent });
  // who asks is not told how long a session goes on: what was written for one counts as lasting
  const lasts = stored && standing(stored, { now: context.now, shortTermMs, sessionEnd: () => 'open' });
  if (lasts) throw new PrsistError('entry/would-demote', `${key} is an entry of layer ${lasts.layer}`);
  const before = ephemeral.get(space, key, owner, context.now);
  requireVersion(input, key, before);
  const row = rowOf(ent, wanted, context, before);
  const ttlMs = wanted.expires_at === null ? ephemeralMs : wanted.expires_at - context.now;
  if (!ephemeral.put(space, row, ttlMs, context.now)) {
    throw new PrsistError(
      'limit/too-large',
      `memory holds ephemeral entries of ${limits.ephemeralBytes} bytes together`,
      {
        field: 'value',
      },
    );
  }
  return {
    ...{ entry_id: ent, key, layer: 'ephemeral', scope: owner.scope, sync_version: row.sync_version },
    ...{ created: !before, updated_at: rfc3339(row.updated_at), conflict: false },
  };
}

function rowOf(ent: string, wanted: Wanted, { caller, now }: Context, before: EntryRow | undefined): EntryRow {
  const { key, owner, value, priority, category, source, metadata, tags = [] } = wanted;
  const { trust, doubts } = judge(caller.origin, `${key}\n${valueText(value)}`);
  return {
    ...{ ent, key, ...owner, layer: 'ephemeral', value, priority, category, source: source ?? sourceOf(caller) },
    ...{
      metadata: canonical(metadata),
      tags: canonical([...new Set(tags)].sort()),
      in_session: null,
      expires_at: null,
    },
    ...{ created_at: before?.created_at ?? now, updated_at: now, access_count: before?.access_count ?? 0 },
    ...{ sync_version: (before?.sync_version ?? 0) + 1, state: 'live', origin: caller.origin },
    ...{ trust, doubts: JSON.stringify(doubts), decided: 0 },
    ...{ actor: canonical(actorOf(caller)), useful: 0, wrong: 0, flags: 0 },
  };
}
