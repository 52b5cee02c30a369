import { quotable } from '../../core/doubt.ts';
import type { Snapshot } from '../../core/snapshot.ts';
import type { Read } from '../../store/record-type.ts';
import { sentWith } from './accept.ts';
import { commitsOfSession } from './commit-queries.ts';
import { newestPrompts, type Surroundings, sessionFacts, workFacts } from './facts.ts';
import {
  editsOfSession,
  type HandoffRow,
  lastSpeaker,
  runsOfSession,
  type SessionRow,
  sessionById,
  sessionPage,
  waitingHandoffs,
} from './queries.ts';
import { isPending, summarise } from './summarise.ts';
import { lastAsk } from './summarise-ask.ts';
import { filesInFlight, lastCommand } from './summarise-work.ts';
import { isArmed, isHere, rearmedAt } from './waiting.ts';
import { titleOf } from './wire.ts';

/** Where an agent stands: which work tree, which branch; undefined where that is not known. */
export interface Place {
  readonly worktree: string | undefined;
  readonly branch: string | undefined;
}

export interface SessionForBrief {
  readonly session_id: string;
  readonly agent: string | null;
  readonly ask: string | null;
  readonly title: string | null;
  readonly branch: string | null;
  readonly started_at: number;
  readonly last_activity: number;
  readonly files_changed: number;
  readonly commits: number;
  readonly unfinished: boolean;
  /** Native ids of its conversations, by agent. */
  readonly runs: readonly { readonly agent: string; readonly native_id: string }[];
}

export interface AnchorForBrief {
  readonly snapshot: Snapshot;
  readonly session_id: string;
  readonly agent: string | null;
  readonly branch: string | null;
  readonly at: number;
}

export interface HandoffForBrief {
  readonly handoff_id: string;
  readonly session_id: string;
  readonly from_agent: string;
  readonly to_agent: string;
  readonly by: string;
  readonly reason: string;
  readonly critical_info: Readonly<Record<string, unknown>>;
  readonly continuation_instructions: string;
  readonly branch: string | null;
  readonly at: number;
  readonly snapshot: Snapshot;
}

/** What waits for an agent: the newest handoff that no conversation was shown, and until when that answer holds. */
export interface WaitingForBrief {
  readonly handoff: HandoffForBrief | undefined;
  /** Milliseconds since 1970 UTC; undefined: as long as nothing is written. */
  readonly until: number | undefined;
}

const farFuture = 8.64e15;

/** The latest sessions of a work tree that people or agents would go on with, newest first; no sub-agents'. */
export function sessionsForBrief(read: Read, worktree: string | undefined, limit: number): SessionForBrief[] {
  const range = { agent: null, branch: null, since: 0, until: farFuture, before: farFuture, after: '' };
  const rows = read.all(sessionPage, {
    ...range,
    worktree,
    told: 1,
    children: 0,
    limit,
    least_trust: 1,
    user: null,
    tenant: null,
  });
  return rows.map((row) => forBrief(read, row));
}

function forBrief(read: Read, row: SessionRow): SessionForBrief {
  const { session_id } = row;
  return {
    ...{
      session_id,
      agent: speakerOf(read, row),
      ask: lastAsk(newestPrompts(read, session_id))?.text ?? null,
      title: told(titleOf(read, row)),
      branch: row.branch,
    },
    ...{ started_at: row.started_at, last_activity: row.last_activity, commits: row.commit_count },
    files_changed: new Set(read.all(editsOfSession, { session_id }).map((edit) => edit.path)).size,
    unfinished: isUnfinished(read, session_id),
    runs: read.all(runsOfSession, { session_id }).map(({ agent, native_id }) => ({ agent, native_id })),
  };
}

/** A title may come from a file of somebody else. */
function told(title: string | null): string | null {
  return title === null ? null : quotable(title);
}

/**
 * It stopped with open tasks, edits that are in no commit, or a failed last command: as its snapshot says, which reads the
 * whole conversation. Several sessions are told of at each change of any.
 */
function isUnfinished(read: Read, session_id: string): boolean {
  const { tasks, edits, commands } = workFacts(read, session_id);
  if (tasks.some(isPending) || filesInFlight(edits).length > 0) return true;
  const commits = read.all(commitsOfSession, { session_id }).map(({ committed_at }) => ({ at: committed_at }));
  return lastCommand({ commands, commits })?.error != null;
}

/** A session as the anchor of a brief; undefined when there is none of that id. */
export function anchorForBrief(read: Read, session_id: string, around: Surroundings): AnchorForBrief | undefined {
  const row = read.one(sessionById, { session_id });
  if (!row) return undefined;
  const snapshot = summarise(sessionFacts(read, session_id, around));
  return { snapshot, session_id, agent: speakerOf(read, row), branch: row.branch, at: row.last_activity };
}

/** What waits for an agent in a place. A handoff that was printed a moment ago does not, until it is armed again. */
export function handoffForBrief(
  read: Read,
  agent: string,
  { place, now, user, device }: { place: Place; now: number; user?: string; device?: string },
): WaitingForBrief {
  const rows = read
    .all(waitingHandoffs, { to_agent: agent, now, user, device })
    .filter((each) => isHere(each, place.worktree, place.branch));
  const armed = rows.find((each) => isArmed(each, now));
  const shown = rows.filter((each) => !isArmed(each, now));
  const ends = [...(armed ? [armed.expires_at] : []), ...shown.map(rearmedAt)];
  return { handoff: armed && toldHandoff(read, armed), until: ends.length > 0 ? Math.min(...ends) : undefined };
}

function toldHandoff(read: Read, row: HandoffRow): HandoffForBrief {
  const sent = sentWith(read, row);
  const { handoff_id, session_id, from_agent, to_agent, branch } = row;
  return {
    ...{ handoff_id, session_id, from_agent, to_agent, branch, at: row.created_at },
    by: sent.by ?? from_agent,
    ...{ reason: sent.reason, critical_info: sent.critical_info, snapshot: sent.snapshot },
    continuation_instructions: sent.continuation_instructions,
  };
}

/** The agent that spoke last: whoever resumed or got the session since has said nothing yet. */
function speakerOf(read: Read, { session_id, current_agent }: SessionRow): string | null {
  return read.one(lastSpeaker, { session_id })?.agent ?? current_agent;
}
