import { canonical } from '../../core/canonical.ts';
import { PrsistError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Reply } from '../../core/operation.ts';
import type { Origin } from '../../core/record.ts';
import { judge, trustOf } from '../../core/trust.ts';
import type { Write } from '../../store/record-type.ts';
import { actorOf, type Caller, type Context } from '../feature.ts';
import { tagChange } from './annotate.ts';
import type { contract } from './contract.ts';
import { databaseOf, entryId } from './identity.ts';
import type { EntryNeeds } from './needs.ts';
import { type EntryRow, entryByEnt, newEntriesOf } from './queries.ts';
import { type ContextPut, contextPut, contextTag, tooMany } from './records.ts';
import { isInConflict, rfc3339, valueText } from './reply.ts';
import { storeEphemeral } from './store-ephemeral.ts';
import { requireVersion, type StoreInput, sourceOf, type Wanted, wantedOf } from './wanted.ts';

type Store = (typeof contract)['context.store'];
const dayMs = 86_400_000;

/** Stores one entry; the same content again writes no record and returns the version it has. */
export function store(needs: Pick<EntryNeeds, 'settings' | 'ephemeral'>) {
  return (tx: Write, input: StoreInput, context: Context): Reply<Store> => {
    const settings = needs.settings(context.project.root);
    const asked = wantedOf(input, context, settings);
    if (asked.layer === 'ephemeral') return storeEphemeral(needs, { wanted: asked, input }, context);
    const before = tx.one(entryByEnt, { ent: entryId(asked.key, asked.owner) });
    const wanted = wantedOf({ ...whatStays(before), ...input, key: asked.key }, context, settings);
    const reply = storeDurable(tx, { wanted, input }, context);
    const space = databaseOf(wanted.owner.scope) === 'user' ? '' : context.project.id;
    // only when what takes its place is on disk: undone, there would be neither
    tx.after(() => needs.ephemeral.drop(space, wanted.key, wanted.owner));
    return reply;
  };
}

/** What a request that does not name it leaves as it is. A note of a session needs its session named again. */
function whatStays(before: EntryRow | undefined): Pick<StoreInput, 'layer' | 'priority' | 'category'> {
  if (before?.state !== 'live') return {};
  const { layer, priority, category } = before;
  return { ...(layer === 'session' ? {} : { layer }), priority, category };
}

interface Storing {
  readonly wanted: Wanted;
  readonly input: StoreInput;
}

function storeDurable(tx: Write, { wanted, input }: Storing, { caller }: Context): Reply<Store> {
  const { key, owner, layer } = wanted;
  const ent = entryId(key, owner);
  const before = tx.one(entryByEnt, { ent });
  requireVersion(input, key, before);
  const by = { actor: actorOf(caller), origin: caller.origin };
  const fields = guarded(tx, before ? changes(tx, { before, wanted, caller }) : creation(tx, wanted, caller), {
    before,
    caller,
  });
  const isSame = before?.state === 'live' && Object.keys(fields).length === 0 && !isFading(before, tx.now);
  if (!isSame) tx.append(contextPut, { ent, fields, ...by });
  const had = before ? (JSON.parse(before.tags) as string[]) : []; // a list of words, written by the projection
  const change =
    wanted.tags &&
    tagChange(
      new Set(had),
      wanted.tags,
      had.filter((tag) => !wanted.tags?.includes(tag)),
    );
  if (change) tx.append(contextTag, { ent, fields: change, ...by });
  const after = tx.one(entryByEnt, { ent });
  if (!after) throw new PrsistError('internal', 'an entry just stored is not there');
  return {
    ...{ entry_id: ent, key, layer, scope: owner.scope, sync_version: after.sync_version, created: !before },
    ...{ updated_at: rfc3339(after.updated_at), conflict: isInConflict(after) },
  };
}

/** Said again, a short-term entry lasts anew; once a day is enough to write that down. */
function isFading({ layer, expires_at, updated_at }: EntryRow, now: number): boolean {
  return layer === 'short_term' && expires_at === null && now - updated_at >= dayMs;
}

function creation(tx: Write, wanted: Wanted, caller: Caller): ContextPut {
  const { key, owner, value, layer, priority, category, metadata, in_session, expires_at } = wanted;
  const { scope, agent_id } = owner;
  // an entry of a session carries whose session it is, without being another one for that
  const { tenant_id, user_id } = scope === 'session' ? wanted.ids : owner;
  const session_id = owner.session_id ?? in_session;
  return {
    ...{ key, scope, layer, priority, category, source: wanted.source ?? sourceOf(caller) },
    ...(tenant_id === null ? {} : { tenant_id }),
    ...(user_id === null ? {} : { user_id }),
    ...(agent_id === null ? {} : { agent_id }),
    ...(session_id === null ? {} : { session_id }),
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
    ...(expires_at === null ? {} : { expires_at }),
    ...keptValue(tx, value),
  };
}

/** What a request changes of an entry. The same value from somebody more trusted is a change, too. */
function changes(
  tx: Write,
  { before, wanted, caller }: { before: EntryRow; wanted: Wanted; caller: Caller },
): ContextPut {
  const { layer, priority, category, metadata, in_session, expires_at } = wanted;
  const isRaised = raises(before, wanted, caller);
  const isMoved = before.scope !== 'session' && in_session !== before.in_session;
  const changed: ContextPut = {
    ...(layer === before.layer ? {} : { layer }),
    ...(priority === before.priority ? {} : { priority }),
    ...(category === before.category ? {} : { category }),
    ...(canonical(metadata) === before.metadata ? {} : { metadata }),
    ...(isMoved ? { session_id: in_session } : {}),
    ...(expires_at === before.expires_at ? {} : { expires_at }),
    ...(wanted.value === before.value && !isRaised ? {} : keptValue(tx, wanted.value)),
  };
  // who stores it is news only together with other news, unless the request names a source itself
  const source = wanted.source ?? (Object.keys(changed).length > 0 ? sourceOf(caller) : before.source);
  return source === before.source ? changed : { ...changed, source };
}

/**
 * Whether the same value is trusted more because of who says it now. What a person decided stays until a person says
 * otherwise, and what was one too many is no less so when its writer says it again. Members of an object are said one by
 * one, possibly by several who do not know of each other yet: said again whole, it would undo what is not here.
 */
function raises(before: EntryRow, { key, value }: Wanted, { origin }: Caller): boolean {
  if (value.startsWith('{')) return false;
  if (origin !== 'human' && (before.decided === 1 || trustOf(origin) <= trustOf(before.origin as Origin))) return false;
  return judge(origin, `${key}\n${valueText(value)}`).trust > before.trust;
}

const hourMs = 3_600_000;

/** Marks what one session of an agent stores after too much else: kept, but for a person to look at first. */
function guarded(
  tx: Write,
  fields: ContextPut,
  { before, caller }: { readonly before: EntryRow | undefined; readonly caller: Caller },
): ContextPut {
  if (caller.origin === 'human' || (fields.value ?? fields.value_blob) === undefined) return fields;
  const { agent = null, session = null } = caller;
  const wasOver = before !== undefined && before.doubts.includes(tooMany);
  const since = tx.now - hourMs;
  const over = before
    ? wasOver
    : (tx.one(newEntriesOf, { agent, session, since })?.count ?? 0) >= limits.entriesPerHour;
  return over ? { ...fields, over } : fields;
}

function keptValue(tx: Write, value: string): Pick<ContextPut, 'value' | 'value_blob' | 'value_bytes'> {
  return tx.keep('value', value, limits.inlineValueBytes);
}
