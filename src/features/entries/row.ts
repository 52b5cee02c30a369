import { canonical } from '../../core/canonical.ts';
import type { Origin } from '../../core/record.ts';
import { judge } from '../../core/trust.ts';
import type { Applied } from '../../store/record-type.ts';
import type { EntryRow } from './queries.ts';
import { type ContextPut, type Said, tooMany } from './records.ts';

/** A row as it is written: what is read of an entry is counted elsewhere. */
export type Written = { readonly [C in keyof Omit<EntryRow, 'access_count'>]: string | number | null };

/** A person who puts an earlier value back does not make it their own word; nobody else can name another origin. */
export function saidBy({ fields, origin, actor }: Pick<Applied<ContextPut>, 'fields' | 'origin' | 'actor'>): Said {
  return origin === 'human' && fields.said ? fields.said : { origin, actor };
}

/** Trust and doubts of a value by where it came from, and by how it reads. */
export function judged(
  { fields }: Pick<Applied<ContextPut>, 'fields'>,
  origin: Origin,
  text: string,
): Pick<Written, 'trust' | 'doubts'> {
  const { trust, doubts } = judge(origin, text);
  if (!fields.over) return { trust, doubts: JSON.stringify(doubts) };
  return { trust: 0, doubts: JSON.stringify([...doubts, tooMany]) };
}

/** The session that holds an entry: only layer session has one, and in scope session it is the entry's own. */
export function holder(
  row: Pick<EntryRow, 'layer' | 'scope' | 'session_id' | 'in_session'>,
  session_id: string | null | undefined,
): string | null {
  if (row.layer !== 'session') return null;
  return row.scope === 'session' ? row.session_id : session_id === undefined ? row.in_session : session_id;
}

/** Whatever a record from elsewhere says, a count goes up by a bearable whole number. */
export function counted(given: number): number {
  return Number.isFinite(given) ? Math.min(1_000, Math.max(0, Math.trunc(given))) : 0;
}

/** What an entry is before anything was said about it; undefined without a key. */
export function newRow({ ent, fields, writtenAt, origin, actor }: Applied<ContextPut>): EntryRow | undefined {
  const { key, scope, tenant_id = null, user_id = null, agent_id = null } = fields;
  if (key === undefined || scope === undefined) return undefined;
  const session_id = scope === 'session' ? (fields.session_id ?? null) : null;
  return {
    ...{ ent, key, scope, tenant_id, user_id, session_id, agent_id, in_session: null, expires_at: null },
    ...{ tags: '[]', useful: 0, wrong: 0, flags: 0 },
    ...{ layer: 'long_term', priority: 'medium', category: 'general', source: '', value: 'null', metadata: '{}' },
    ...{ created_at: writtenAt, updated_at: writtenAt, access_count: 0, sync_version: 0, state: 'live' },
    ...{ origin, trust: 0, actor: canonical(actor), doubts: '[]', decided: 0 },
  };
}
