// A task that was changed on several devices apart: its row as all of its records together say it is.
import { isIn, type Those, withSeen } from '../../core/merge-order.ts';
import { trustOf } from '../../core/trust.ts';
import type { Entity, EntityRecord } from '../../store/record-type.ts';
import { type TaskAdd, type TaskUpdate, taskAdd, taskUpdate } from './records.ts';

export type SettledTask = {
  readonly ent: string;
  readonly task_id: string;
  readonly session_id: string | null;
  readonly description: string;
  readonly status: string;
  readonly priority: string;
  readonly agent: string | null;
  readonly assignee: string | null;
  readonly parent: string | null;
  readonly position: number;
  readonly result: string | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly completed_at: number | null;
  /** 1: a stranger's word is in it, so agents are not told. */
  readonly quarantined: number;
};

/** The row of a task; undefined while its addition is not here. */
export function settledTask(entity: Entity): SettledTask | undefined {
  const { ent, merged, records } = entity;
  const adds = records.filter(({ name }) => name === taskAdd.name);
  const [made] = adds;
  if (!made) return undefined;
  const add = made.fields as unknown as TaskAdd; // what task.add says
  // what the records of a task say has the form that its own writers give it
  const at = <T>(name: string, or: T): T => (merged.fields[name] === undefined ? or : (merged.fields[name].value as T));
  const dates = records.filter((record) => record.name === taskAdd.name || isSeen(record)).map(timeOf);
  return {
    ...{ ent, task_id: add.task_id, session_id: add.session_id ?? null, agent: add.agent ?? made.actor.agent ?? null },
    ...{ description: at('description', add.description), status: at('status', 'open') },
    ...{ priority: at('priority', 'medium'), assignee: at('assignee', null), parent: at('parent', null) },
    ...{ position: at('position', 0), result: at('result', null) },
    ...{ created_at: Math.min(...adds.map(timeOf)), updated_at: Math.max(...dates) },
    completed_at: completedAt(entity, withSeen(merged.order, [...records.keys()])),
    quarantined: records.some(({ origin }) => trustOf(origin) === 0) ? 1 : 0,
  };
}

/** Search looks at the row, and at who changed it last. */
export function told({ merged, records }: Entity): readonly EntityRecord[] {
  const changes = records.flatMap(({ name }, place) =>
    name === taskAdd.name || name === taskUpdate.name ? [place] : [],
  );
  const last = changes.filter((place) => !changes.some((other) => isIn(merged.order.seen[other] ?? 0n, place))).at(-1);
  return records.filter((_, place) => place === last);
}

/** A change of nothing but its place is none that its time is told by. */
function isSeen({ name, fields }: EntityRecord): boolean {
  const { status, description, priority, assignee, result }: TaskUpdate = fields;
  const said = [status, description, priority, assignee, result];
  return name === 'conflict.resolve' || (name === taskUpdate.name && said.some((each) => each !== undefined));
}

function timeOf({ fields, writtenAt }: EntityRecord): number {
  return typeof fields['at'] === 'number' ? fields['at'] : writtenAt;
}

/** When it was done: whoever says so again does not make it later. */
function completedAt({ merged, records }: Entity, within: Those): number | null {
  const { order, at } = merged;
  const status = at('status', within);
  if (status?.value !== 'done') return null;
  const places = status.by.map(({ record }) => order.records.indexOf(record));
  for (const place of places) {
    const before = completedAt({ merged, records } as Entity, order.seen[place] ?? 0n);
    if (before !== null) return before;
  }
  const first = records[places[0] ?? 0];
  return first ? timeOf(first) : null;
}
