import { sessionTable } from '../../core/merge-tables.ts';
import { type Entity, on, type Projecting, projection, query } from '../../store/record-type.ts';
import { countCommits } from './commit-queries.ts';
import { belongingsOf, sessionOfRecord, sessionsTouched } from './goes-with.ts';
import { sessionCompact, sessionEnd, sessionPut, sessionResume, sessionRun, sessionStart } from './records.ts';
import { type SettledRun, type SettledSession, settledRuns, settledSession } from './settled-session.ts';

const known = query<{ session_id: string }, { last_activity: number }>(
  'select last_activity from sessions where session_id = :session_id',
);
const write = query<SettledSession, unknown>(
  `insert into sessions (session_id, ent, tenant_id, user_id, title, parent_session_id, fork_of, worktree, branch,
     head_start, head_end, metadata, started_at, last_activity, ended_at, end_reason, origin, trust)
   values (:session_id, :ent, :tenant_id, :user_id, :title, :parent_session_id, :fork_of, :worktree, :branch,
     :head_start, :head_end, :metadata, :started_at, :last_activity, :ended_at, :end_reason, :origin, :trust)
   on conflict (session_id) do update set tenant_id = :tenant_id, user_id = :user_id, title = :title,
     parent_session_id = :parent_session_id, fork_of = :fork_of, worktree = :worktree, branch = :branch,
     head_start = :head_start, head_end = :head_end, metadata = :metadata, started_at = :started_at,
     last_activity = max(last_activity, :last_activity), ended_at = :ended_at, end_reason = :end_reason,
     origin = :origin, trust = :trust`,
);
/** Rows may have come before the session they name: its totals are counted once from what is already there. */
const countAll = query<{ session_id: string }, unknown>(
  `update sessions set
     message_count = (select count(*) from messages m where m.session_id = :session_id and m.bytes > 0 and m.live = 1
       and m.kind in ('prompt', 'text')),
     tool_count = (select count(*) from tool_calls t where t.session_id = :session_id and t.tool <> '' and t.hosted = 0),
     edit_count = (select count(*) from edits e where e.session_id = :session_id),
     task_count = (select count(*) from tasks t where t.session_id = :session_id),
     handoff_count = (select count(*) from handoffs h where h.session_id = :session_id),
     tok_fresh = (select ifnull(sum(m.tok_fresh), 0) from messages m where m.session_id = :session_id),
     tok_cache_read = (select ifnull(sum(m.tok_cache_read), 0) from messages m where m.session_id = :session_id),
     tok_cache_write = (select ifnull(sum(m.tok_cache_write), 0) from messages m where m.session_id = :session_id),
     tok_out = (select ifnull(sum(m.tok_out), 0) from messages m where m.session_id = :session_id),
     last_activity = max(last_activity,
       (select ifnull(max(m.at), 0) from messages m where m.session_id = :session_id),
       (select ifnull(max(t.at), 0) from tool_calls t where t.session_id = :session_id),
       (select ifnull(max(r.body ->> '$.fields.at'), 0) from tool_calls t join records r on r.n = t.result_rec
         where t.session_id = :session_id),
       (select ifnull(max(e.at), 0) from edits e where e.session_id = :session_id))
   where session_id = :session_id`,
);
const run = query<SettledRun, unknown>(
  `insert into session_runs (run_id, session_id, agent, native_id, dev, model, branch, head, started_at)
   values (:run_id, :session_id, :agent, :native_id, :dev, :model, :branch, :head, :started_at)
   on conflict (run_id) do update set session_id = :session_id, agent = :agent, native_id = :native_id, dev = :dev,
     model = :model, branch = :branch, head = :head, started_at = :started_at
   on conflict do nothing`,
);
/** Who carries the session: the newest of its runs and handoffs; who had it before: the sender of the newest handoff. */
const agents = query<{ session_id: string }, unknown>(
  `update sessions set
     active_agents = (select json_group_array(agent) from
       (select distinct agent from session_runs where session_id = :session_id order by agent)),
     current_agent = (select agent from (
       select agent, started_at as at from session_runs where session_id = :session_id
       union all select to_agent, created_at from handoffs where session_id = :session_id and to_agent <> 'any')
       order by at desc, agent limit 1),
     previous_agent = (select from_agent from handoffs where session_id = :session_id
       order by created_at desc, handoff_id limit 1)
   where session_id = :session_id`,
);
/** Recomputes who carries a session after a run or a handoff came in. */
export function renewAgents(tx: Projecting, session_id: string): void {
  tx.run(agents, { session_id });
}

export const sessionRows = projection({
  name: 'sessions',
  version: 1,
  in: 'project',
  group: 'sessions',
  tables: {
    sessions: { local: ['context_snapshot', 'snapshot_at'] },
    session_runs: { local: ['dev'], entity: 'run_id' },
  },
  belongings: belongingsOf,
  touched: sessionsTouched,
  within: sessionOfRecord,
  settles: [{ type: 'session', table: sessionTable, always: true, told: () => [], settle: writeSession }],
  handlers: [sessionStart, sessionRun, sessionPut, sessionResume, sessionCompact, sessionEnd].map((type) =>
    on<unknown>(type, () => 'settle'),
  ),
});

/** What a session is follows from few records and their times, whoever wrote them: they are read again at each. */
function writeSession(tx: Projecting, entity: Entity): void {
  const row = settledSession(entity);
  for (const each of settledRuns(entity)) tx.run(run, each);
  if (!row) return;
  const { session_id } = row;
  const isNew = tx.one(known, { session_id }) === undefined;
  tx.run(write, row);
  if (isNew) {
    tx.run(countAll, { session_id });
    tx.run(countCommits, { session_id });
  }
  renewAgents(tx, session_id);
}
