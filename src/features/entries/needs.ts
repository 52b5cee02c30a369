import type { JsonValue } from '../../core/captured.ts';
import type { Layer, Scope } from '../../core/words.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { AccessLog } from './access-log.ts';
import type { EphemeralEntries } from './ephemeral.ts';
import type { Moment } from './life.ts';

export interface EntrySettings {
  readonly defaultLayer: Layer;
  readonly defaultScope: Scope;
  readonly ephemeralMs: number;
  readonly shortTermMs: number;
  /** Days on which a short-term entry is read before it stays; 0: never. */
  readonly promoteDays: number;
}

/** What entries are told of sessions. */
export interface SessionFacts {
  /** When a session ended by an end or by time; see SessionEnd. */
  readonly end: (read: Read, session_id: string, now: number) => ReturnType<Moment['sessionEnd']>;
  /** Status, last activity and counts of a session; undefined for one that is not here. */
  readonly state: (read: Read, session_id: string, now: number) => JsonValue | undefined;
  readonly counts: (read: Read, now: number) => { active_sessions: number; active_tenants: number; messages: number };
}

/** What the store tells of itself, for stats.get. */
export interface StoreFacts {
  readonly bytes: (project: string) => number;
  readonly pendingSyncs: (project: string) => number;
  readonly documents: (read: Read) => number;
}

export interface EntryNeeds {
  readonly settings: EntrySettings;
  readonly ephemeral: EphemeralEntries;
  readonly accesses: AccessLog;
  readonly sessions: SessionFacts;
  readonly stores: StoreFacts;
}

/** The moment at which a request reads: whether a session has ended is looked up in the project of the request. */
export function momentOf(
  { settings, sessions }: Pick<EntryNeeds, 'settings' | 'sessions'>,
  { read, now }: Pick<Context, 'read' | 'now'>,
): Moment {
  const { shortTermMs } = settings;
  return { now, shortTermMs, sessionEnd: (session_id) => sessions.end(read.project, session_id, now) };
}
