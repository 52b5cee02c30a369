import type { z } from 'zod';
import type { Caller } from '../feature.ts';
import type { entry } from './contract.ts';
import type { EntryRow } from './queries.ts';

/** An entry as it stands on the wire. */
export function entryReply(row: EntryRow): z.output<typeof entry> {
  const { ent, in_session, actor: _, ...shown } = row;
  return {
    ...shown,
    entry_id: ent,
    session_id: in_session,
    value: JSON.parse(row.value),
    metadata: JSON.parse(row.metadata),
    created_at: rfc3339(row.created_at),
    updated_at: rfc3339(row.updated_at),
    expires_at: row.expires_at === null ? null : rfc3339(row.expires_at),
  };
}

/** A time as RFC 3339 in UTC. */
export function rfc3339(ms: number): string {
  return new Date(ms).toISOString();
}

/** Whether an entry is there for a reader at this time: neither retired nor expired. */
export function isLive(row: EntryRow, now: number): boolean {
  return row.state === 'live' && (row.expires_at === null || row.expires_at > now);
}

/** The trust below which a caller is told nothing: quarantined text is for people only. */
export function leastTrust(caller: Caller): number {
  return caller.agent === undefined ? 0 : 1;
}

/** A value as a text: a string as it is, everything else as canonical JSON. */
export function valueText(canonicalValue: string): string {
  const value: unknown = JSON.parse(canonicalValue);
  return typeof value === 'string' ? value : canonicalValue;
}
