import { on, type Params, type Projecting, projection, query } from '../../store/record-type.ts';
import { handoffAccept, handoffCreate, handoffDecline, taskAdd, taskUpdate } from './records.ts';
import { renewAgents } from './session-projection.ts';

const addTask = query<Params, unknown>(
  `insert into tasks (ent, task_id, session_id, description, status, priority, agent, assignee, parent, position, created_at,
     updated_at, completed_at)
   values (:ent, :task_id, :session_id, :description, :status, :priority, :agent, :assignee, :parent, :position, :at, :at,
     case when :status = 'done' then :at end)
   on conflict (ent) do update set description = excluded.description, status = excluded.status,
     priority = excluded.priority, position = excluded.position, updated_at = excluded.updated_at,
     completed_at = excluded.completed_at`,
);
const countTasks = query<{ session_id: string }, unknown>(
  `update sessions set task_count = (select count(*) from tasks t where t.session_id = :session_id)
   where session_id = :session_id`,
);
const change = query<Params, unknown>(
  `update tasks set description = ifnull(:description, description), status = ifnull(:status, status),
     priority = ifnull(:priority, priority), assignee = ifnull(:assignee, assignee), result = ifnull(:result, result),
     position = ifnull(:position, position),
     updated_at = case when coalesce(:description, :status, :priority, :assignee, :result) is null then updated_at
       else :at end,
     completed_at = case when :status is null or (:status = 'done' and status = 'done') then completed_at
       when :status = 'done' then :at end
   where ent = :ent`,
);
const supersede = query<Params, unknown>(
  `update handoffs set status = 'superseded' where session_id = :session_id and status = 'pending'
     and handoff_id <> :handoff_id and created_at <= :created_at`,
);
const create = query<Params, unknown>(
  `insert into handoffs (handoff_id, rec, session_id, from_agent, to_agent, worktree, branch, to_user, to_device, through,
     status,
     created_at, expires_at)
   values (:handoff_id, :rec, :session_id, :from_agent, :to_agent, :worktree, :branch, :to_user, :to_device,
     :through,
     case when exists (select 1 from handoffs h where h.session_id = :session_id and h.created_at > :created_at)
       then 'superseded' else 'pending' end,
     :created_at, :expires_at)
   on conflict do nothing`,
);
const countHandoffs = query<{ session_id: string }, unknown>(
  `update sessions set handoff_count = (select count(*) from handoffs h where h.session_id = :session_id)
   where session_id = :session_id`,
);
const accept = query<Params, unknown>(
  `update handoffs set status = 'accepted', accepted_at = :at, accepted_by = :agent, accepted_run = :run_id,
     accepted_device = :device where handoff_id = :handoff_id and status = 'pending'`,
);
const decline = query<Params, unknown>(
  `update handoffs set status = 'pending', accepted_at = null, accepted_by = null, accepted_run = null,
     accepted_device = null, declined_at = :at, decline_reason = :reason, shown_at = null, shown_run = null
   where handoff_id = :handoff_id and status <> 'superseded'`,
);

const sessionsOf = query<{ ids: string }, { session_id: string }>(
  'select distinct session_id from handoffs where handoff_id in (select value from json_each(:ids))',
);
const dropHandoffs = query<{ ids: string }, unknown>(
  'delete from handoffs where handoff_id in (select value from json_each(:ids))',
);
const rearm = query<{ session_id: string }, unknown>(
  `update handoffs set status = 'pending' where session_id = :session_id and status = 'superseded'
     and not exists (select 1 from handoffs h where h.session_id = :session_id and h.created_at > handoffs.created_at)`,
);

/** The session of an erased handoff is as if it had never been: it may have been the one that superseded another. */
function eraseHandoffs(tx: Projecting, ents: readonly string[]): void {
  const ids = JSON.stringify(ents);
  const sessions = tx.all(sessionsOf, { ids });
  tx.run(dropHandoffs, { ids });
  for (const { session_id } of sessions) {
    tx.run(rearm, { session_id });
    tx.run(countHandoffs, { session_id });
    renewAgents(tx, session_id);
  }
}

export const taskRows = projection({
  name: 'tasks',
  version: 1,
  in: 'project',
  group: 'sessions',
  erase: eraseHandoffs,
  tables: {
    tasks: {},
    handoffs: { entity: 'handoff_id', local: ['rec'], kept: { key: 'handoff_id', columns: ['shown_at', 'shown_run'] } },
  },
  handlers: [
    on(taskAdd, (tx, { ent, fields, writtenAt, actor }) => {
      const { task_id, session_id, description, assignee, parent } = fields;
      tx.run(addTask, {
        ...{ ent, task_id, session_id, description, assignee, parent, agent: fields.agent ?? actor.agent },
        ...{ status: fields.status ?? 'open', priority: fields.priority ?? 'medium' },
        ...{ position: fields.position ?? 0, at: fields.at ?? writtenAt },
      });
      if (session_id) tx.run(countTasks, { session_id });
    }),
    on(taskUpdate, (tx, { ent, fields, writtenAt }) => {
      const { status, description, priority, assignee, result, position } = fields;
      const at = fields.at ?? writtenAt;
      tx.run(change, { ent, status, description, priority, assignee, result, position, at });
    }),
    on(handoffCreate, (tx, { ent, n, fields }) => {
      const { session_id, from_agent, to_agent, worktree, branch, to_user, to_device, created_at, expires_at } = fields;
      tx.run(supersede, { session_id, handoff_id: ent, created_at });
      tx.run(create, {
        ...{ handoff_id: ent, rec: n, session_id, from_agent, to_agent, worktree, branch, to_user, to_device },
        ...{ created_at, expires_at },
        through: JSON.stringify(fields.through),
      });
      tx.run(countHandoffs, { session_id });
      renewAgents(tx, session_id);
    }),
    on(handoffAccept, (tx, { ent, fields: { at, agent, run_id, device } }) => {
      tx.run(accept, { handoff_id: ent, at, agent, run_id, device });
    }),
    on(handoffDecline, (tx, { ent, fields: { at, reason } }) => tx.run(decline, { handoff_id: ent, at, reason })),
  ],
});
