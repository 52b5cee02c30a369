import { canonical } from '../../core/canonical.ts';
import { PrsistError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { trustOf } from '../../core/trust.ts';
import type { Write } from '../../store/record-type.ts';
import { actorOf, type Caller, type Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { entryId } from './identity.ts';
import { keyOf } from './key.ts';
import { type EntryRow, entryByEnt } from './queries.ts';
import { type ContextPut, contextPut } from './records.ts';
import { rfc3339 } from './reply.ts';

type Store = (typeof contract)['context.store'];

/** Everything a request says about an entry, in the form of its row. */
interface Wanted {
  readonly value: string;
  readonly layer: EntryRow['layer'];
  readonly priority: EntryRow['priority'];
  readonly category: string;
  readonly source: string | undefined;
  readonly metadata: Parsed<Store>['metadata'];
  readonly session_id: string | null;
  readonly expires_at: number | null;
}

/** Stores one entry; the same content again writes no record and returns the version it has. */
export function store(tx: Write, input: Parsed<Store>, { caller }: Context): Reply<Store> {
  const { scope, layer } = input;
  const key = input.key ?? keyOf(input.category, plainText(input.value));
  const wanted = checked(tx, input, caller);
  const ent = entryId({ key, scope, user: caller.user });
  const before = tx.one(entryByEnt, { ent });
  const version = before?.sync_version ?? 0;
  if (input.if_version !== undefined && input.if_version !== version) {
    const message = `${key} is at version ${version}, not ${input.if_version}`;
    throw new PrsistError('entry/version-conflict', message, { details: { sync_version: version } });
  }
  const reply = { entry_id: ent, key, layer, scope };
  const fields = before
    ? changes(tx, { before, wanted, caller })
    : creation(tx, { input: { ...input, key }, wanted, caller });
  if (before?.state === 'live' && Object.keys(fields).length === 0) {
    return { ...reply, sync_version: version, created: false, updated_at: rfc3339(before.updated_at) };
  }
  const put = tx.append(contextPut, { ent, fields, actor: actorOf(caller), origin: caller.origin });
  return { ...reply, sync_version: version + 1, created: !before, updated_at: rfc3339(put.writtenAt) };
}

/** A text as it is; only texts can do without a key. */
function plainText(value: Parsed<Store>['value']): string {
  if (typeof value === 'string') return value;
  throw new PrsistError('input/invalid', 'a value that is no text needs a key', { field: 'key' });
}

function checked(tx: Write, input: Parsed<Store>, caller: Caller): Wanted {
  const value = canonical(input.value);
  if (Buffer.byteLength(value) > limits.valueBytes) {
    throw new PrsistError('limit/too-large', `a value may have ${limits.valueBytes} bytes`, { field: 'value' });
  }
  const { layer, priority, category, source, metadata } = input;
  const plain = { value, layer, priority, category, source, metadata };
  return { ...plain, session_id: sessionOf(input, caller), expires_at: expiryOf(input, tx.now) };
}

function sessionOf(input: Parsed<Store>, caller: Caller): string | null {
  if (input.layer !== 'session') return null;
  const session = input.session_id ?? caller.session;
  if (session !== undefined) return session;
  throw new PrsistError('input/invalid', 'an entry of layer session needs a session', { field: 'session_id' });
}

function expiryOf({ expires_at, layer }: Parsed<Store>, now: number): number | null {
  if (expires_at === undefined) return null;
  const field = 'expires_at';
  if (layer === 'permanent') throw new PrsistError('input/invalid', 'a permanent entry never expires', { field });
  const at = Date.parse(expires_at);
  if (at <= now) throw new PrsistError('input/invalid', `${expires_at} is in the past`, { field });
  return at;
}

function creation(
  tx: Write,
  { input, wanted, caller }: { input: Parsed<Store> & { readonly key: string }; wanted: Wanted; caller: Caller },
): ContextPut {
  const { value, metadata, session_id, expires_at, source = sourceOf(caller), ...plain } = wanted;
  return {
    ...{ key: input.key, scope: input.scope, ...plain, source },
    ...(input.scope === 'user' ? { user_id: caller.user } : {}),
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
    ...(session_id === null ? {} : { session_id }),
    ...(expires_at === null ? {} : { expires_at }),
    ...keptValue(tx, value),
  };
}

/** What a request changes of an entry. The same value from somebody more trusted is a change, too. */
function changes(
  tx: Write,
  { before, wanted, caller }: { before: EntryRow; wanted: Wanted; caller: Caller },
): ContextPut {
  const { layer, priority, category, metadata, session_id, expires_at } = wanted;
  const isRaised = trustOf(caller.origin) > before.trust;
  const changed: ContextPut = {
    ...(layer === before.layer ? {} : { layer }),
    ...(priority === before.priority ? {} : { priority }),
    ...(category === before.category ? {} : { category }),
    ...(canonical(metadata) === before.metadata ? {} : { metadata }),
    ...(session_id === before.in_session ? {} : { session_id }),
    ...(expires_at === before.expires_at ? {} : { expires_at }),
    ...(wanted.value === before.value && !isRaised ? {} : keptValue(tx, wanted.value)),
  };
  // who stores it is news only together with other news, unless the request names a source itself
  const source = wanted.source ?? (Object.keys(changed).length > 0 ? sourceOf(caller) : before.source);
  return source === before.source ? changed : { ...changed, source };
}

function sourceOf(caller: Caller): string {
  return caller.agent ?? 'cli';
}

function keptValue(tx: Write, value: string): Pick<ContextPut, 'value' | 'value_blob' | 'value_bytes'> {
  return tx.keep('value', value, limits.inlineValueBytes);
}
