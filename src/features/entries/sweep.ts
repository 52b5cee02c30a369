import type { Id } from '../../core/ids.ts';
import type { Actor } from '../../core/record.ts';
import type { Write } from '../../store/record-type.ts';
import { sweepAccesses } from './access-log.ts';
import { daysRead } from './access-queries.ts';
import { outlives } from './life.ts';
import type { EntrySettings } from './needs.ts';
import { type EntryRow, expiredEntries, fadingEntries } from './queries.ts';
import { contextPut, contextRetire } from './records.ts';

/** Looked at so long before it would go: what is to stay is never gone in between. */
const aheadMs = 2 * 3_600_000;
const slice = 200;

export interface Swept {
  readonly retired: number;
  readonly promoted: number;
}

/**
 * Retires what has expired and keeps for good what has earned it: a short-term entry that matters, or that was read on
 * several days. Reading already goes by the clock, so nobody waits for this; it takes the dead out of lists and indexes.
 * At most 400 entries; returns how many of each, so that the caller goes on while there are some.
 */
export function sweepEntries(tx: Write, settings: EntrySettings, user: string): Swept {
  const by = { actor: { user } satisfies Actor, origin: 'agent' } as const;
  const over = tx.all(expiredEntries, { now: tx.now, limit: slice });
  const fading = tx.all(fadingEntries, { before: tx.now + aheadMs - settings.shortTermMs, limit: slice });
  const stay = fading.filter((row) => outlives(row) || isReadOften(tx, row, settings));
  const gone = fading.filter((row) => !stay.includes(row) && row.updated_at + settings.shortTermMs <= tx.now);
  // ids in rows are ids of records
  for (const { ent } of stay) tx.append(contextPut, { ent: ent as Id, fields: { layer: 'long_term' }, ...by });
  for (const { ent } of [...over, ...gone]) {
    tx.append(contextRetire, { ent: ent as Id, fields: { reason: 'expired' }, ...by });
  }
  sweepAccesses(tx, tx.now, settings.accessDays);
  return { retired: over.length + gone.length, promoted: stay.length };
}

function isReadOften(tx: Write, { ent }: EntryRow, { promoteDays }: EntrySettings): boolean {
  return promoteDays > 0 && (tx.one(daysRead, { ent })?.days ?? 0) >= promoteDays;
}
