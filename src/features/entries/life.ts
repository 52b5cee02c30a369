// What becomes of an entry with time: computed whenever it is read, so that a session that is resumed has its entries back.
import type { Layer } from '../../core/words.ts';
import type { EntryRow } from './queries.ts';

const dayMs = 86_400_000;

/** When a session ended, in milliseconds; 'open' while it has not; undefined for one that is not known here. */
export type SessionEnd = (session_id: string) => number | 'open' | undefined;

export interface Moment {
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  readonly shortTermMs: number;
  readonly sessionEnd: SessionEnd;
}

/** How an entry reads at a moment: its layer and when it goes; undefined when it is not there any more. */
export function standing(row: EntryRow, moment: Moment): EntryRow | undefined {
  if (row.state !== 'live') return undefined;
  if (row.expires_at !== null) return row.expires_at > moment.now ? row : undefined;
  if (row.layer === 'short_term') return shortTerm(row, row.updated_at, moment);
  return row.layer === 'session' && row.in_session !== null ? afterSession(row, row.in_session, moment) : row;
}

/** The layers in which a row may be stored that reads as an entry of this one. */
export function storedAs(layer: Layer): readonly Layer[] {
  if (layer === 'short_term') return ['short_term', 'session'];
  return layer === 'long_term' ? ['long_term', 'short_term', 'session'] : [layer];
}

/** Whether an entry is worth keeping when its layer ends. */
export function outlives({ priority }: Pick<EntryRow, 'priority'>): boolean {
  return priority === 'critical' || priority === 'high';
}

function shortTerm(row: EntryRow, since: number, { now, shortTermMs }: Moment): EntryRow | undefined {
  const expires_at = since + shortTermMs;
  if (expires_at > now) return { ...row, layer: 'short_term', expires_at };
  return outlives(row) ? { ...row, layer: 'long_term' } : undefined;
}

function afterSession(row: EntryRow, session_id: string, moment: Moment): EntryRow | undefined {
  const known = moment.sessionEnd(session_id) ?? unknownEnd(row, moment.now);
  if (known === 'open') return row;
  if (outlives(row)) return { ...row, layer: 'long_term' };
  return row.priority === 'low' ? undefined : shortTerm(row, known, moment);
}

/** A session that is not held here is taken to have ended a day after the entry was written. */
function unknownEnd({ updated_at }: EntryRow, now: number): number | 'open' {
  const end = updated_at + dayMs;
  return end > now ? 'open' : end;
}
