import { taskTable } from '../../core/merge-tables.ts';
import { trustOf } from '../../core/trust.ts';
import { on, type Params, type Projecting, projection, query } from '../../store/record-type.ts';
import { type HandoffAccept, handoffAccept, handoffCreate, handoffDecline, taskAdd, taskUpdate } from './records.ts';
import { renewAgents } from './session-projection.ts';
import { type SettledTask, settledTask, told } from './settled-task.ts';

const addTask = query<Params, unknown>(
  `insert into tasks (ent, task_id, session_id, description, status, priority, agent, assignee, parent, position, created_at,
     updated_at, completed_at, quarantined)
   values (:ent, :task_id, :session_id, :description, :status, :priority, :agent, :assignee, :parent, :position, :at, :at,
     case when :status = 'done' then :at end, :quarantined)
   on conflict (ent) do nothing`,
);
const setTask = query<SettledTask, unknown>(
  `insert into tasks (ent, task_id, session_id, description, status, priority, agent, assignee, parent, position, result,
     created_at, updated_at, completed_at, quarantined)
   values (:ent, :task_id, :session_id, :description, :status, :priority, :agent, :assignee, :parent, :position, :result,
     :created_at, :updated_at, :completed_at, :quarantined)
   on conflict (ent) do update set task_id = :task_id, session_id = :session_id, description = :description,
     status = :status, priority = :priority, agent = :agent, assignee = :assignee, parent = :parent, position = :position,
     result = :result, created_at = :created_at, updated_at = :updated_at, completed_at = :completed_at,
     quarantined = :quarantined`,
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
       else max(updated_at, :at) end,
     completed_at = case when :status is null or (:status = 'done' and status = 'done') then completed_at
       when :status = 'done' then :at end
   where ent = :ent`,
);
const supersede = query<Params, unknown>(
  `update handoffs set status = 'superseded' where session_id = :session_id and status = 'pending'
     and (created_at, handoff_id) < (:created_at, :handoff_id)`,
);
const create = query<Params, unknown>(
  `insert into handoffs (handoff_id, rec, session_id, from_agent, to_agent, worktree, branch, to_user, to_device, through,
     status,
     created_at, expires_at)
   values (:handoff_id, :rec, :session_id, :from_agent, :to_agent, :worktree, :branch, :to_user, :to_device,
     :through,
     'pending',
     :created_at, :expires_at)
   on conflict do nothing`,
);
const countHandoffs = query<{ session_id: string }, unknown>(
  `update sessions set handoff_count = (select count(*) from handoffs h where h.session_id = :session_id)
   where session_id = :session_id`,
);
/** index on (ent, hlc) of the log: what was answered to a handoff, in the order of the answers */
const answersOf = query<{ ent: string }, { id: string; op: string; fields: string }>(
  `select id, op, body -> '$.fields' as fields from records
   where ent = :ent and type = 'handoff' and op in ('accept', 'decline') and body is not null and state = 0
   order by hlc, id`,
);
const answer = query<Params, unknown>(
  `update handoffs set accepted_at = :accepted_at, accepted_by = :accepted_by, accepted_run = :accepted_run,
     accepted_device = :accepted_device, declined_at = :declined_at, decline_reason = :decline_reason,
     status = case when :accepted_at is not null then 'accepted'
       when exists (select 1 from handoffs h where h.session_id = handoffs.session_id
         and (h.created_at, h.handoff_id) > (handoffs.created_at, handoffs.handoff_id)) then 'superseded'
       else 'pending' end
   where handoff_id = :handoff_id`,
);
const showAgain = query<{ handoff_id: string }, unknown>(
  "update handoffs set shown_at = null, shown_run = null where handoff_id = :handoff_id and status = 'pending'",
);

const sessionsOf = query<{ ids: string }, { session_id: string }>(
  'select distinct session_id from handoffs where handoff_id in (select value from json_each(:ids))',
);
const dropHandoffs = query<{ ids: string }, unknown>(
  'delete from handoffs where handoff_id in (select value from json_each(:ids))',
);
const rearm = query<{ session_id: string }, unknown>(
  `update handoffs set status = 'pending' where session_id = :session_id and status = 'superseded'
     and not exists (select 1 from handoffs h where h.session_id = :session_id
       and (h.created_at, h.handoff_id) > (handoffs.created_at, handoffs.handoff_id))`,
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
  settles: [
    {
      ...{ type: 'task', table: taskTable, told },
      settle: (tx, entity) => {
        const row = settledTask(entity);
        if (row) tx.run(setTask, row);
        if (row?.session_id) tx.run(countTasks, { session_id: row.session_id });
      },
    },
  ],
  handlers: [
    on(taskAdd, (tx, { ent, fields, writtenAt, actor, origin }) => {
      const { task_id, session_id, description, assignee, parent } = fields;
      const added = tx.run(addTask, {
        ...{ ent, task_id, session_id, description, assignee, parent, agent: fields.agent ?? actor.agent },
        ...{ status: fields.status ?? 'open', priority: fields.priority ?? 'medium' },
        ...{ position: fields.position ?? 0, at: fields.at ?? writtenAt, quarantined: trustOf(origin) === 0 ? 1 : 0 },
      });
      if (added === 0) return 'settle';
      if (session_id) tx.run(countTasks, { session_id });
      return undefined;
    }),
    on(taskUpdate, (tx, { ent, fields, writtenAt, origin }) => {
      if (trustOf(origin) === 0) return 'settle';
      const { status, description, priority, assignee, result, position } = fields;
      const at = fields.at ?? writtenAt;
      tx.run(change, { ent, status, description, priority, assignee, result, position, at });
      return undefined;
    }),
    on(handoffCreate, (tx, { ent, n, fields }) => {
      const { session_id, from_agent, to_agent, worktree, branch, to_user, to_device, created_at, expires_at } = fields;
      tx.run(supersede, { session_id, handoff_id: ent, created_at });
      tx.run(create, {
        ...{ handoff_id: ent, rec: n, session_id, from_agent, to_agent, worktree, branch, to_user, to_device },
        ...{ created_at, expires_at },
        through: JSON.stringify(fields.through),
      });
      settleHandoff(tx, ent);
      tx.run(countHandoffs, { session_id });
      renewAgents(tx, session_id);
    }),
    on(handoffAccept, (tx, { ent }) => settleHandoff(tx, ent)),
    on(handoffDecline, (tx, { ent }) => {
      settleHandoff(tx, ent);
      tx.run(showAgain, { handoff_id: ent });
    }),
  ],
});

/** The first who accepts has it, until somebody after that declines; only then does a newer handoff take its place. */
function settleHandoff(tx: Projecting, handoff_id: string): void {
  const state: Record<string, string | number | null> = {
    ...{ handoff_id, accepted_at: null, accepted_by: null, accepted_run: null, accepted_device: null },
    ...{ declined_at: null, decline_reason: null },
  };
  for (const { op, fields } of tx.all(answersOf, { ent: handoff_id })) {
    const said = JSON.parse(fields) as Partial<HandoffAccept> & { readonly reason?: string }; // of one of these two types
    if (op === 'decline') {
      Object.assign(state, { accepted_at: null, accepted_by: null, accepted_run: null, accepted_device: null });
      Object.assign(state, { declined_at: said.at ?? null, decline_reason: said.reason ?? null });
    } else if (state['accepted_at'] === null) {
      Object.assign(state, { accepted_at: said.at ?? null, accepted_by: said.agent ?? null });
      Object.assign(state, { accepted_run: said.run_id ?? null, accepted_device: said.device ?? null });
    }
  }
  tx.run(answer, state);
}
