import type { CapturedPlan } from '../../core/captured.ts';
import { uuidV8 } from '../../core/ids.ts';
import type { TaskStatus } from '../../core/words.ts';
import { actor, type Batch, conversation, idOf, isKnown, originOf, wrote } from './batch.ts';
import { type TaskRow, taskOfSession } from './queries.ts';
import { type TaskUpdate, taskAdd, taskUpdate } from './records.ts';

/** Tasks that came from an agent's plan are told from those of people by this. */
const planned = 'plan-';

/**
 * An agent's plan becomes tasks of its session. Its first step is always written, so that a plan read again after newer
 * ones is known by that record and changes nothing; of the others only what differs.
 */
export function takePlan(batch: Batch, item: CapturedPlan): void {
  if (isKnown(batch, idOf(batch, ['plan', ...item.key, '0']))) return;
  const { session_id } = conversation(batch, item.session, item.at);
  const rows = batch.tx.all(taskOfSession, { session_id }).filter((row) => row.task_id.startsWith(planned));
  const changes = changesOf(item, rows);
  changes.forEach((change, index) => {
    if (change) write(batch, { item, session_id, change, index });
  });
}

interface Change {
  readonly task_id: string;
  readonly isNew: boolean;
  readonly fields: Pick<TaskUpdate, 'description' | 'status'>;
}

/** What is to be written, by place in the plan; steps that the plan no longer names stand behind its own. */
function changesOf({ steps }: CapturedPlan, rows: readonly TaskRow[]): readonly (Change | undefined)[] {
  const before = new Map(rows.map((row) => [row.task_id, row]));
  const own = steps.map((step, index) => {
    const row = before.get(planned + step.id);
    const same = row?.description === step.text && row.status === step.status;
    if (same && index > 0) return undefined;
    const fields = same ? {} : { description: step.text, status: step.status };
    return { task_id: planned + step.id, isNew: !row, fields };
  });
  const named = new Set(own.map((_, index) => planned + steps[index]?.id));
  const dropped = rows.filter((row) => !named.has(row.task_id) && isOpen(row.status));
  const given = dropped.map((row) => ({
    task_id: row.task_id,
    isNew: false,
    fields: { status: 'superseded' as const },
  }));
  const all = [...own, ...given];
  // a plan without steps that changes nothing must be known all the same: it says so of a task nobody has
  return all.length > 0 ? all : [{ task_id: planned, isNew: false, fields: {} }];
}

interface Step {
  readonly item: CapturedPlan;
  readonly session_id: string;
  readonly change: Change;
  readonly index: number;
}

function write(batch: Batch, { item, session_id, change, index }: Step): void {
  const { task_id, isNew, fields } = change;
  const named = { id: idOf(batch, ['plan', ...item.key, String(index)]), ent: uuidV8(['task', session_id, task_id]) };
  const author = { actor: actor(batch, session_id), origin: originOf(batch, 'agent') };
  const placed = { position: index, at: item.at };
  const { description = '', status } = fields;
  if (isNew) {
    const added = { task_id, session_id, description, status, ...placed, agent: batch.source.agent };
    batch.tx.append(taskAdd, { ...named, fields: added, ...author });
  } else batch.tx.append(taskUpdate, { ...named, fields: { ...fields, ...placed }, ...author });
  wrote(batch, session_id);
}

function isOpen(status: TaskStatus): boolean {
  return status === 'open' || status === 'in_progress';
}
