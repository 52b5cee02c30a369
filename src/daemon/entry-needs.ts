// What context entries are handed: settings, what is held in memory, and what other features know.
import { limits } from '../core/limits.ts';
import { AccessLog } from '../features/entries/access-log.ts';
import { EphemeralEntries } from '../features/entries/ephemeral.ts';
import type { Moment } from '../features/entries/life.ts';
import type { EntryNeeds, EntrySettings, StoreFacts } from '../features/entries/needs.ts';
import { sessionCounts, sessionEnd, sessionState } from '../features/sessions/for-entries.ts';
import type { SessionTimes } from '../features/sessions/wire.ts';
import type { Read } from '../store/record-type.ts';

export interface EntryParts {
  readonly settings: EntrySettings;
  readonly ephemeralMost: number;
  readonly times: SessionTimes;
  readonly monotonic: () => number;
  readonly stores: StoreFacts;
}

export function entryNeeds({ settings, ephemeralMost, times, monotonic, stores }: EntryParts): EntryNeeds {
  return {
    settings,
    ephemeral: new EphemeralEntries({ entries: ephemeralMost, bytes: limits.ephemeralBytes }),
    accesses: new AccessLog(monotonic),
    sessions: {
      end: (read, session_id, now) => sessionEnd(read, session_id, { now, times }),
      state: (read, session_id, now) => sessionState(read, session_id, { now, times }),
      counts: (read, now) => sessionCounts(read, { now, times }),
    },
    stores,
  };
}

/** How entries of a database read at a time. sessions: the project's rows; undefined for the person's database. */
export function entryMoment(
  { settings, sessions }: EntryNeeds,
  { project, now }: { readonly project: Read | undefined; readonly now: number },
): Moment {
  const { shortTermMs } = settings;
  return { now, shortTermMs, sessionEnd: (id) => (project ? sessions.end(project, id, now) : undefined) };
}
