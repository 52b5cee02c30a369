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
  /** Days that single reads are remembered. */
  readonly accessDays: number | 'off';
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
  readonly pendingSyncs: (read: Read) => number;
  readonly documents: (read: Read) => number;
}

export interface EntryNeeds {
  /** By the root of a project; of the user where there is none. */
  readonly settings: (root: string | undefined) => EntrySettings;
  readonly ephemeral: EphemeralEntries;
  readonly accesses: AccessLog;
  /** By the root of a project, whose settings say when a session has ended. */
  readonly sessions: (root: string | undefined) => SessionFacts;
  readonly stores: StoreFacts;
}

/** Who reads: the project’s own rows, and its root, whose settings count; its id is empty outside of any. A Context is one. */
interface Asking {
  readonly read: Pick<Context['read'], 'project'>;
  readonly now: number;
  readonly project: { readonly id?: string | undefined; readonly root?: string | undefined };
}

/** The moment at which a request reads: whether a session has ended is looked up in the project of the request. */
export function momentOf(
  { settings, sessions }: Pick<EntryNeeds, 'settings' | 'sessions'>,
  { read, now, project }: Asking,
): Moment {
  const { end } = sessions(project.root);
  const { shortTermMs } = settings(project.root);
  // outside of any project there are no sessions
  const isNowhere = project.id === '';
  return { now, shortTermMs, sessionEnd: (id) => (isNowhere ? undefined : end(read.project, id, now)) };
}
