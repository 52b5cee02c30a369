import type { Parsed } from '../../core/operation.ts';
import type { Prices } from '../../core/prices.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import type { Surroundings } from './facts.ts';
import type { SessionTimes } from './wire.ts';

export type Initial = Parsed<(typeof contract)['session.start']>['initial_context'];

/** Changes of a work tree, without secrets. */
export interface WorkPatch {
  /** The commit they are changes to. */
  readonly base: string;
  /** For `git apply`; '' when there are none. */
  readonly text: string;
  readonly files: number;
  readonly left_out: readonly { readonly path: string; readonly why: string }[];
}

/** What sessions are handed by the daemon: other features and settings. */
export interface SessionNeeds {
  /** Of a project, by its root. */
  readonly times: (root: string | undefined) => SessionTimes;
  readonly device: string;
  readonly prices: Prices;
  /** Facts, working memory and references that other features hold of a session. */
  readonly surroundings: (context: Context, session_id: string) => Surroundings;
  /** Keeps what a session is started with as entries of that session. */
  readonly keepInitial: (tx: Write, session_id: string, values: Initial, context: Context) => void;
  /** The brief an agent would get when it resumes a session. */
  readonly brief: (context: Context, session_id: string) => string;
  /** What the work tree of a request has that its last commit has not; absent: handoffs go without. */
  readonly patch?: (context: Context) => Promise<WorkPatch>;
  /** Lines of the transcripts that are kept of a conversation, in parts. */
  readonly transcript?: (read: Read, run: { readonly agent: string; readonly native_id: string }) => Iterable<string[]>;
  /** Lets everything that waits have its turn. */
  readonly breathe?: () => Promise<void>;
  /** Keeps the summary of an ended session as a document and gives its uri; absent: it stays with the session. */
  readonly summaryDocument?: (tx: Write, ended: { readonly session_id: string; readonly summary: string }) => string;
}
