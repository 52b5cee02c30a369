// What context entries are handed: settings, what is held in memory, and what other features know.
import type { Config } from '../config/schema.ts';
import { limits } from '../core/limits.ts';
import { AccessLog } from '../features/entries/access-log.ts';
import { EphemeralEntries } from '../features/entries/ephemeral.ts';
import type { EntryNeeds, EntrySettings, SessionFacts, StoreFacts } from '../features/entries/needs.ts';
import { sessionCounts, sessionEnd, sessionState } from '../features/sessions/for-entries.ts';
import { sessionTimes } from './project-settings.ts';
import type { Settings } from './settings.ts';

const dayMs = 86_400_000;

export interface EntryParts {
  readonly settings: Settings;
  readonly monotonic: () => number;
  readonly stores: StoreFacts;
}

export function entryNeeds({ settings, monotonic, stores }: EntryParts): EntryNeeds {
  return {
    settings: (root) => entrySettings(settings.at(root)),
    ephemeral: new EphemeralEntries({
      entries: settings.config.memory.ephemeral_max,
      bytes: limits.ephemeralBytes,
    }),
    accesses: new AccessLog(monotonic),
    sessions: (root) => sessionFacts(settings.at(root)),
    stores,
  };
}

export function entrySettings({ memory, retention }: Config): EntrySettings {
  return {
    ...{ defaultLayer: memory.default_layer, defaultScope: memory.default_scope },
    ...{ ephemeralMs: memory.ephemeral_ttl_seconds * 1_000, shortTermMs: memory.short_term_days * dayMs },
    ...{ promoteDays: memory.promote_after_days_used, accessDays: retention.access_log_days },
  };
}

export function sessionFacts(config: Config): SessionFacts {
  const times = sessionTimes(config);
  return {
    end: (read, session_id, now) => sessionEnd(read, session_id, { now, times }),
    state: (read, session_id, now) => sessionState(read, session_id, { now, times }),
    counts: (read, now) => sessionCounts(read, { now, times }),
  };
}
