import type { z } from 'zod';
import type { Caller } from '../feature.ts';
import type { entry } from './contract.ts';
import { isOpenTo } from './identity.ts';
import type { EntryRow, LinkRow } from './queries.ts';

/** An entry as it stands on the wire. */
export function entryReply(row: EntryRow): z.output<typeof entry> {
  const { ent, in_session, actor: _, decided: _decided, flags, ...shown } = row;
  return {
    ...shown,
    entry_id: ent,
    session_id: row.session_id ?? in_session,
    value: JSON.parse(row.value),
    metadata: JSON.parse(row.metadata),
    tags: JSON.parse(row.tags),
    doubts: JSON.parse(row.doubts),
    created_at: rfc3339(row.created_at),
    updated_at: rfc3339(row.updated_at),
    expires_at: row.expires_at === null ? null : rfc3339(row.expires_at),
    conflict: isInConflict(row),
  };
}

/** Links as they stand on the wire. */
export function linkReply(rows: readonly LinkRow[]): { rel: Relation; entry_id: string }[] {
  // the contract lets no other word in
  return rows.map(({ rel, target }) => ({ rel: rel as Relation, entry_id: target }));
}

type Relation = 'supersedes' | 'contradicts' | 'about' | 'derived_from';

/** Whether two devices changed an entry at once and nobody has decided yet. */
export function isInConflict({ flags }: Pick<EntryRow, 'flags'>): boolean {
  return (flags & 1) !== 0;
}

/** A time as RFC 3339 in UTC. */
export function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}

/** The trust below which a caller is told nothing: quarantined text is for people only. */
export function leastTrust(caller: Caller): number {
  return caller.agent === undefined ? 0 : 1;
}

/** Whether a caller may be told of an entry: quarantined text is for people, and what a token is tied to counts. */
export function mayBeTold(row: EntryRow, caller: Caller): boolean {
  return isOpenTo(row, caller) && row.trust >= leastTrust(caller);
}

/** A value as a text: a string as it is, everything else as canonical JSON. */
export function valueText(canonicalValue: string): string {
  const value: unknown = JSON.parse(canonicalValue);
  return typeof value === 'string' ? value : canonicalValue;
}
