import type { GitState } from '../../core/snapshot.ts';
import type { Read } from '../../store/record-type.ts';
import type {
  BriefAnchor,
  BriefEntry,
  BriefHandoff,
  BriefInput,
  BriefReason,
  BriefSession,
  RenderedBrief,
} from './brief-input.ts';
import { instructionsOf } from './instructions.ts';
import { renderBrief } from './render.ts';
import { restrained, type Telling } from './telling.ts';

/** A session with the conversations that carry it. */
export type CarriedSession = BriefSession & {
  readonly runs: readonly { readonly agent: string; readonly native_id: string }[];
};

export interface Standing {
  readonly worktree: string | undefined;
  readonly branch: string | undefined;
}

/** When it is looked, and by which settings: those of the project that a directory belongs to. */
export interface Look {
  readonly now: number;
  readonly root: string | undefined;
}

/** What the brief is told by the features that know it. */
export interface BriefSources {
  readonly entries: (reads: Reads, at: Look) => readonly BriefEntry[];
  /** When entries that may be told of go by themselves, in milliseconds. */
  readonly entryEnds: (reads: Reads, at: Look) => readonly number[];
  /** Latest sessions of a work tree, newest first. */
  readonly sessions: (read: Read, worktree: string | undefined, limit: number) => readonly CarriedSession[];
  readonly anchor: (
    reads: Reads,
    session_id: string,
    at: Look & { readonly git: GitState | null },
  ) => BriefAnchor | undefined;
  readonly handoff: (read: Read, agent: string, at: { place: Standing; now: number }) => Waiting;
  /** How much of a project may be told, by a directory in it. */
  readonly telling: (root: string | undefined) => Telling;
}

/** What waits for an agent, and until when that answer holds (milliseconds since 1970 UTC; undefined: for good). */
export interface Waiting {
  readonly handoff: BriefHandoff | undefined;
  readonly until: number | undefined;
}

export interface Reads {
  readonly project: Read;
  readonly user: Read;
}

/** Where and when a brief is told. root: of the work tree, for the instruction files an agent reads anyway. */
export interface Setting {
  readonly reads: Reads;
  readonly project: string;
  readonly root: string | undefined;
  readonly place: Standing;
  readonly git: GitState | null;
  readonly now: number;
}

export interface Wanted {
  readonly agent: string;
  readonly reason: BriefReason;
  /** The session to go on with; chosen by the rules when absent. */
  readonly session_id?: string | undefined;
  /** none: goes on with no session, whatever the rules say. */
  readonly anchor?: 'none';
  readonly maxTokens: number;
}

const recentSessions = 6;
/** A new session on a branch whose last one stopped unfinished so recently goes on with it. */
export const unfinishedMs = 2 * 3_600_000;

/** Puts together what an agent would be told: lasting facts, recent sessions, and the anchor where the rules give one. */
export function assemble(sources: BriefSources, setting: Setting, wanted: Wanted): RenderedBrief {
  const { reads, now, root, place } = setting;
  const sessions = sources.sessions(reads.project, place.worktree, recentSessions);
  const handoff =
    wanted.reason === 'handoff' ? sources.handoff(reads.project, wanted.agent, { place, now }).handoff : undefined;
  const chosen = wanted.session_id ?? anchorSession(wanted, setting, sessions)?.session_id;
  const anchored = handoff || wanted.anchor === 'none' ? undefined : chosen;
  const anchor = anchored ? sources.anchor(reads, anchored, { now, root, git: setting.git }) : undefined;
  const telling = sources.telling(setting.root);
  const input: BriefInput = {
    ...{ reason: wanted.reason, project: setting.project, sessions, maxTokens: wanted.maxTokens },
    entries: sources.entries(reads, { now, root }),
    prunes: telling.prunes ?? false,
    known: instructionsOf(setting.root).map(({ text }) => text),
    ...(anchor ? { anchor } : {}),
    ...(handoff ? { handoff } : {}),
  };
  return renderBrief(restrained(input, telling));
}

/** The session a brief goes on with unasked: the newest for a resume; at a plain start only a fresh unfinished one. */
export function anchorSession(
  wanted: Pick<Wanted, 'reason'>,
  { place, now }: Pick<Setting, 'place' | 'now'>,
  sessions: readonly CarriedSession[],
): CarriedSession | undefined {
  if (wanted.reason !== 'startup') return sessions[0];
  return sessions.find(
    (session) =>
      session.unfinished &&
      now - session.last_activity < unfinishedMs &&
      (session.branch === null || place.branch === undefined || session.branch === place.branch),
  );
}
