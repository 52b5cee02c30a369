import type { Actor } from '../../core/record.ts';
import { trustOf } from '../../core/trust.ts';
import { on, type Params, type Projecting, projection, query } from '../../store/record-type.ts';
import { countCommits } from './commit-queries.ts';
import { sessionCompact, sessionEnd, sessionPut, sessionResume, sessionRun, sessionStart } from './records.ts';

/** Of two starts of one session the earlier one counts, and the other for what the earlier one does not say. */
function earliest(column: string): string {
  return `${column} = case when excluded.started_at < started_at then ifnull(excluded.${column}, ${column})
     else ifnull(${column}, excluded.${column}) end`;
}

const start = query<Params, unknown>(
  `insert into sessions (session_id, ent, tenant_id, user_id, title, parent_session_id, fork_of, worktree, branch,
     head_start, metadata, started_at, last_activity, origin, trust)
   values (:session_id, :ent, :tenant_id, :user_id, :title, :parent, :fork_of, :worktree, :branch, :head, :metadata,
     :started_at, :started_at, :origin, :trust)
   on conflict (session_id) do update set
     started_at = min(started_at, excluded.started_at), last_activity = max(last_activity, excluded.last_activity),
     ${earliest('title')}, ${earliest('parent_session_id')}, ${earliest('fork_of')}, ${earliest('worktree')},
     ${earliest('branch')}, ${earliest('head_start')}, ${earliest('tenant_id')}, ${earliest('user_id')},
     ${earliest('origin')}, ${earliest('trust')}, metadata = json_patch(metadata, excluded.metadata)`,
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
       (select ifnull(max(t.at), 0) from tool_calls t where t.session_id = :session_id))
   where session_id = :session_id`,
);
const run = query<Params, unknown>(
  `insert into session_runs (run_id, session_id, agent, native_id, dev, model, branch, head, started_at)
   values (:run_id, :session_id, :agent, :native_id, :dev, :model, :branch, :head, :started_at)
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
const put = query<Params, unknown>(
  `update sessions set title = ifnull(:title, title), fork_of = ifnull(fork_of, :fork_of),
     metadata = case when :metadata is null then metadata else json_patch(metadata, :metadata) end
   where session_id = :session_id`,
);
const resume = query<{ session_id: string; at: number }, unknown>(
  `update sessions set ended_at = case when ended_at <= :at then null else ended_at end,
     end_reason = case when ended_at <= :at then null else end_reason end,
     last_activity = max(last_activity, :at)
   where session_id = :session_id`,
);
const end = query<Params, unknown>(
  `update sessions set ended_at = max(ifnull(ended_at, 0), :at),
     end_reason = case when ifnull(ended_at, 0) <= :at then :reason else end_reason end,
     head_end = ifnull(:head, head_end), metadata = case when :summary is null then metadata
       else json_set(metadata, '$.summary', :summary) end
   where session_id = :session_id`,
);
const compacted = query<{ session_id: string; at: number }, unknown>(
  `update sessions set metadata = json_set(metadata, '$.compactions',
     ifnull(json_extract(metadata, '$.compactions'), 0) + 1), last_activity = max(last_activity, :at)
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
  handlers: [
    on(sessionStart, (tx, { ent, fields, origin, actor }) => {
      tx.run(start, {
        ...{ session_id: fields.session_id, ent, started_at: fields.started_at, origin, trust: trustOf(origin) },
        ...{ tenant_id: fields.tenant_id, user_id: ownerOf(fields.user_id, actor), title: fields.title },
        ...{ parent: fields.parent_session_id, fork_of: fields.fork_of, worktree: fields.worktree },
        ...{ branch: fields.branch, head: fields.head },
        metadata: fields.initial_context ? JSON.stringify({ initial: fields.initial_context }) : '{}',
      });
      tx.run(countAll, { session_id: fields.session_id });
      tx.run(countCommits, { session_id: fields.session_id });
      renewAgents(tx, fields.session_id);
    }),
    on(sessionRun, (tx, { fields }) => {
      const { run_id, session_id, agent, native_id, dev, model, branch, head, started_at } = fields;
      tx.run(run, { run_id, session_id, agent, native_id, dev, model, branch, head, started_at });
      renewAgents(tx, session_id);
    }),
    on(sessionPut, (tx, { fields }) => {
      const metadata = fields.metadata ? JSON.stringify(fields.metadata) : null;
      tx.run(put, { session_id: fields.session_id, title: fields.title, fork_of: fields.fork_of, metadata });
    }),
    on(sessionResume, (tx, { fields }) => tx.run(resume, { session_id: fields.session_id, at: fields.at })),
    on(sessionCompact, (tx, { fields }) => tx.run(compacted, { session_id: fields.session_id, at: fields.at })),
    on(sessionEnd, (tx, { fields }) => {
      const { session_id, ended_at: at, reason, head, summary } = fields;
      tx.run(end, { session_id, at, reason, head, summary });
    }),
  ],
});

function ownerOf(user: string | undefined, actor: Actor): string {
  return user ?? actor.user;
}
