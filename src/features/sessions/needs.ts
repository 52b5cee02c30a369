import type { Context } from '../feature.ts';
import type { Surroundings } from './facts.ts';
import type { SessionTimes } from './wire.ts';

/** What sessions are handed by the daemon: other features and settings. */
export interface SessionNeeds {
  /** Of a project, by its root. */
  readonly times: (root: string | undefined) => SessionTimes;
  readonly device: string;
  /** Facts, working memory and references that other features hold of a session. */
  readonly surroundings: (context: Context, session_id: string) => Surroundings;
  /** The brief an agent would get when it resumes a session. */
  readonly brief: (context: Context, session_id: string) => string;
}
