import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { sessionFacts } from './facts.ts';
import type { SessionNeeds } from './needs.ts';
import { briefFor } from './put.ts';
import { newestSession, type SessionRow } from './queries.ts';
import { attachRun, reopen } from './start.ts';
import { summarise } from './summarise.ts';
import { pendingFor } from './waiting.ts';
import { findSession, statusOf, wireTime } from './wire.ts';

type Resume = (typeof contract)['session.resume'];

/** Brings a session back. What was said until now has been taken in before. */
export function resume(needs: SessionNeeds) {
  return (tx: Write, input: Parsed<Resume>, context: Context): Reply<Resume> => {
    const before = chosenSession(tx, input.session_id, context);
    const { session_id } = before;
    reopen(tx, session_id, context);
    if (input.agent) attachRun(tx, { session_id, agent: input.agent, native_id: input.native_id }, { context, needs });
    const row = findSession(tx, session_id);
    const snapshot = summarise(sessionFacts(tx, session_id, needs.surroundings(context, session_id)));
    return {
      ...{
        session_id,
        status: statusOf(row, context.now, needs.times(context.project.root)),
        start_time: wireTime(row.started_at),
      },
      ...{ last_activity: wireTime(row.last_activity), message_count: row.message_count, task_count: row.task_count },
      // a JSON array of strings, written by the projection
      active_agents: JSON.parse(row.active_agents) as string[],
      current_agent: row.current_agent,
      resumed_from: statusOf(before, context.now, needs.times(context.project.root)),
      pending_handoff: input.agent ? pendingFor(tx, input.agent, context, needs.device) : null,
      context_snapshot: { ...snapshot },
      brief: briefFor(needs, context, session_id),
    };
  };
}

/** The session named, or the newest of the caller's work tree. Throws session/not-found. */
export function chosenSession(read: Read, asked: string | undefined, context: Context): SessionRow {
  if (asked !== undefined) return findSession(read, asked);
  const newest = read.one(newestSession, { worktree: context.worktree ?? null, least_trust: 1 });
  if (!newest)
    throw new PrsistError('session/not-found', 'no session in this work tree yet', { hint: 'prsist import' });
  return newest;
}
