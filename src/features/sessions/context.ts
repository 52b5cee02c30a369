import type { Parsed, Reply } from '../../core/operation.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { sessionFacts } from './facts.ts';
import type { SessionNeeds } from './needs.ts';
import { pendingOfSession, recentOfSession, type TaskRow, taskOfSession } from './queries.ts';
import { summarise } from './summarise.ts';
import { findSession, statusOf, wireHandoff, wireTask, wireTime } from './wire.ts';

type Whole = (typeof contract)['session.context'];

/** Everything an agent needs to go on, in the published form. */
export function wholeContext(needs: SessionNeeds) {
  return (context: Context, input: Parsed<Whole>): Reply<Whole> => {
    const read = context.read.project;
    const row = findSession(read, input.session_id);
    const { session_id } = row;
    const snapshot = summarise(sessionFacts(read, session_id, needs.surroundings(context, session_id)));
    const tasks = read.all(taskOfSession, { session_id });
    const waiting = read.one(pendingOfSession, { session_id, now: context.now });
    return {
      context: {
        ...{ session_id, tenant_id: row.tenant_id, user_id: row.user_id },
        status: statusOf(row, context.now, needs.times(context.project.root)),
        duration_seconds: Math.round((row.last_activity - row.started_at) / 1000),
        conversation: {
          message_count: row.message_count,
          recent_messages: recent(read, session_id, input.recent),
          summary: snapshot.conversation_summary,
        },
        agents: {
          ...{ current: row.current_agent, previous: row.previous_agent, handoff_count: row.handoff_count },
          // a JSON array of strings, written by the projection
          active: JSON.parse(row.active_agents) as string[],
        },
        tasks: taskSummary(tasks),
        memory: {
          ...{ critical_facts: snapshot.critical_facts, working_memory: snapshot.working_memory },
          long_term_refs: snapshot.long_term_refs,
        },
        ...{ git: snapshot.git, files_in_flight: snapshot.files_in_flight, last_command: snapshot.last_command },
        ...{ ask: snapshot.ask, next_step: snapshot.next_step, open_questions: snapshot.open_questions },
        pending_handoff: waiting ? wireHandoff(read, waiting, context.now) : null,
      },
    };
  };
}

function recent(read: Read, session_id: string, limit: number) {
  const rows = read.all(recentOfSession, { session_id, limit }).reverse();
  return rows.map((row) => ({
    ...{ id: row.id, role: row.role, at: wireTime(row.at) },
    content: read.text(read.fields(row.rec), 'content'),
  }));
}

/** completion_rate = done / (pending + done), 0 when there is nothing. */
function taskSummary(rows: readonly TaskRow[]) {
  const pending = rows.filter((row) => row.status === 'open' || row.status === 'in_progress');
  const done = rows.filter((row) => row.status === 'done');
  const all = pending.length + done.length;
  return {
    ...{ pending: pending.map(wireTask), completed: done.map(wireTask) },
    completion_rate: all === 0 ? 0 : done.length / all,
  };
}
