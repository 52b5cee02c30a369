// What a request wants an entry to be, checked.
import { canonical } from '../../core/canonical.ts';
import { PrsistError } from '../../core/errors.ts';
import { limits } from '../../core/limits.ts';
import type { Parsed } from '../../core/operation.ts';
import type { Layer } from '../../core/words.ts';
import type { Caller, Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { idsOf, isOpenTo, type Owner, ownerOf } from './identity.ts';
import { keyOf } from './key.ts';
import type { EntrySettings } from './needs.ts';
import type { EntryRow } from './queries.ts';
import { requireStorable } from './session-state.ts';

export type StoreInput = Parsed<(typeof contract)['context.store']>;

/** Everything a request says about an entry, in the form of its row. */
export interface Wanted {
  readonly key: string;
  readonly owner: Owner;
  readonly ids: Pick<Owner, 'tenant_id' | 'user_id'>;
  readonly layer: Layer;
  readonly value: string;
  readonly priority: EntryRow['priority'];
  readonly category: string;
  readonly source: string | undefined;
  readonly metadata: StoreInput['metadata'];
  /** The session that holds an entry of layer session. */
  readonly in_session: string | null;
  readonly expires_at: number | null;
  readonly tags: readonly string[] | undefined;
}

/** Throws input/invalid with the field, limit/too-large. */
export function wantedOf(input: StoreInput, context: Context, settings: EntrySettings): Wanted {
  const { layer = settings.defaultLayer, scope = settings.defaultScope } = input;
  const value = canonical(input.value);
  if (Buffer.byteLength(value) > limits.valueBytes) {
    throw new PrsistError('limit/too-large', `a value may have ${limits.valueBytes} bytes`, { field: 'value' });
  }
  const { priority = 'medium', category = 'general', source, metadata, tags } = input;
  const key = input.key ?? keyOf(category, plainText(input.value));
  requireStorable(key);
  const owner = ownerOf(scope, input, context);
  const ids = idsOf(input, context);
  if (!isOpenTo(scope === 'session' ? { ...owner, ...ids } : owner, context.caller)) {
    throw new PrsistError('auth/refused', `this token is not for entries of scope ${scope}`, { field: 'scope' });
  }
  return {
    ...{ key, layer, value, priority, category, source, metadata, tags },
    ...{ owner, ids },
    in_session: layer === 'session' ? sessionOf(input, context) : null,
    expires_at: expiryOf(input, layer, context.now),
  };
}

/** A text as it is; only texts can do without a key. */
function plainText(value: StoreInput['value']): string {
  if (typeof value === 'string') return value;
  throw new PrsistError('input/invalid', 'a value that is no text needs a key', { field: 'key' });
}

function sessionOf(input: StoreInput, { caller }: Context): string {
  const session = input.session_id ?? caller.session;
  if (session !== undefined) return session;
  throw new PrsistError('input/invalid', 'an entry of layer session needs a session', { field: 'session_id' });
}

function expiryOf({ expires_at, ttl_seconds }: StoreInput, layer: Layer, now: number): number | null {
  if (expires_at === undefined && ttl_seconds === undefined) return null;
  const field = expires_at === undefined ? 'ttl_seconds' : 'expires_at';
  const refuse = (why: string) => new PrsistError('input/invalid', why, { field });
  if (expires_at !== undefined && ttl_seconds !== undefined) throw refuse('give expires_at or ttl_seconds, not both');
  if (layer === 'permanent') throw refuse('a permanent entry never expires');
  const at = expires_at === undefined ? now + 1_000 * (ttl_seconds ?? 0) : Date.parse(expires_at);
  if (at <= now) throw refuse(`${expires_at} is in the past`);
  return at;
}

/** Throws entry/version-conflict when a request was made for another version than there is. */
export function requireVersion({ if_version }: StoreInput, key: string, row: EntryRow | undefined): void {
  const version = row?.sync_version ?? 0;
  if (if_version === undefined || if_version === version) return;
  const message = `${key} is at version ${version}, not ${if_version}`;
  throw new PrsistError('entry/version-conflict', message, { details: { sync_version: version } });
}

/** Who produced an entry when the request does not say. */
export function sourceOf(caller: Caller): string {
  return caller.agent ?? 'cli';
}
