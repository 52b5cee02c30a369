// What context entries are told of sessions: their end decides what becomes of notes made for them.
import type { Read } from '../../store/record-type.ts';
import { sessionById, totals, workingSessions } from './queries.ts';
import { type SessionTimes, statusOf, wireTime } from './wire.ts';

/** When a session ended, by an end or by time: its last activity. 'open' before; undefined when it is not here. */
export function sessionEnd(read: Read, session_id: string, at: Clocked): number | 'open' | undefined {
  const row = read.one(sessionById, { session_id });
  if (!row) return undefined;
  const status = statusOf(row, at.now, at.times);
  return status === 'ended' || status === 'archived' ? row.last_activity : 'open';
}

interface Clocked {
  /** Milliseconds since 1970 UTC. */
  readonly now: number;
  readonly times: SessionTimes;
}

/** Status, last activity and counts of a session, as the entry session_state_<id> shows them. */
export function sessionState(read: Read, session_id: string, { now, times }: Clocked) {
  const row = read.one(sessionById, { session_id });
  return (
    row && {
      ...{ session_id, status: statusOf(row, now, times), last_activity: wireTime(row.last_activity) },
      ...{ start_time: wireTime(row.started_at), current_agent: row.current_agent, title: row.title },
      ...{ message_count: row.message_count, task_count: row.task_count, tool_count: row.tool_count },
      ...{ edit_count: row.edit_count, commit_count: row.commit_count, handoff_count: row.handoff_count },
    }
  );
}

/** Sessions at work now (active or idle), of how many tenants, and all messages there are. */
export function sessionCounts(read: Read, { now, times }: Clocked) {
  const working = read.one(workingSessions, { after: now - times.endAfterMs }) ?? { sessions: 0, tenants: 0 };
  const { messages } = read.one(totals, {}) ?? { messages: 0 };
  return { active_sessions: working.sessions, active_tenants: working.tenants, messages };
}
