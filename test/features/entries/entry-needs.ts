import { AccessLog } from '../../../src/features/entries/access-log.ts';
import { EphemeralEntries } from '../../../src/features/entries/ephemeral.ts';
import type { EntryNeeds } from '../../../src/features/entries/needs.ts';

const day = 86_400_000;

/** What entries are handed where nothing of it matters: no sessions are known. */
export function plainNeeds(): EntryNeeds {
  return {
    settings: () => ({
      ...{ defaultLayer: 'long_term', defaultScope: 'project' },
      ...{ ephemeralMs: 300_000, shortTermMs: 30 * day, promoteDays: 3, accessDays: 30 },
    }),
    ephemeral: new EphemeralEntries({ entries: 5, bytes: 1024 * 1024 }),
    accesses: new AccessLog(() => 0),
    sessions: () => ({
      end: () => undefined,
      state: () => undefined,
      counts: () => ({ active_sessions: 0, active_tenants: 0, messages: 0 }),
    }),
    stores: { bytes: () => 0, pendingSyncs: () => 0, documents: () => 0 },
  };
}
