import { createHash } from 'node:crypto';
import { PrsistError } from '../../core/errors.ts';
import { uuidV8 } from '../../core/ids.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Write } from '../../store/record-type.ts';
import { actorOf, type Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { leastTrust } from './page-messages.ts';
import { type TaskRow, taskByEnt, taskById, taskPage } from './queries.ts';
import { taskAdd, taskUpdate } from './records.ts';
import { cursorParts, cursorText, wireTask } from './wire.ts';

type Add = (typeof contract)['task.add'];
type Update = (typeof contract)['task.update'];
type List = (typeof contract)['task.list'];

/** Adds a task; one of that id and session that is there already is given back unchanged. */
export function addTask(tx: Write, input: Parsed<Add>, context: Context): Reply<Add> {
  const { session_id, description, status, priority, assignee, parent } = input;
  const task_id = input.task_id ?? newTaskId(tx);
  const ent = uuidV8(['task', session_id ?? null, task_id]);
  if (!tx.one(taskByEnt, { ent })) {
    tx.append(taskAdd, {
      ent,
      fields: { task_id, session_id, description, status, priority, assignee, parent, at: context.now },
      actor: actorOf(context.caller),
      origin: context.caller.origin,
    });
  }
  return found(tx, ent);
}

/**
 * Changes a task; without a task_id a new one is added, which needs a description. Without a session_id a task of the
 * project counts before one of a session.
 */
export function updateTask(tx: Write, input: Parsed<Update>, context: Context): Reply<Update> {
  const { task_id, session_id, status, description, priority, assignee, result } = input;
  if (task_id === undefined) {
    if (description === undefined) {
      throw new PrsistError('input/invalid', 'a new task needs a description', { field: 'description' });
    }
    const fresh = { status: status ?? 'open', priority: priority ?? 'medium' } as const;
    return addTask(tx, { description, session_id, assignee, parent: undefined, task_id: undefined, ...fresh }, context);
  }
  const row = tx.one(taskById, { task_id, session_id: session_id ?? null });
  if (!row) throw new PrsistError('task/not-found', `no task ${task_id} in this project`);
  const changes = { status, description, priority, assignee, result };
  const same = Object.entries(changes).every(
    ([name, value]) => value === undefined || value === Reflect.get(row, name),
  );
  if (!same) {
    tx.append(taskUpdate, {
      ent: row.ent,
      fields: { ...changes, at: context.now },
      actor: actorOf(context.caller),
      origin: context.caller.origin,
    });
  }
  return found(tx, row.ent);
}

/** Tasks, those in work first, in pages that go on after the last task of the one before. */
export function listTasks(context: Context, input: Parsed<List>): Reply<List> {
  const { session_id, status, assignee, limit } = input;
  const place = taskPlace(input.cursor);
  const quarantined = leastTrust(context.caller) > 0 ? 0 : 1;
  const rows = context.read.project.all(taskPage, {
    ...{ session_id, status, assignee, quarantined, ...place },
    limit: limit + 1,
  });
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(wireTask), next_cursor: rows.length > limit && last ? placeText(last) : null };
}

const ranks: Readonly<Record<string, number>> = { in_progress: 0, open: 1 };

function placeText({ status, updated_at, ent }: TaskRow): string {
  return cursorText({ at: updated_at, id: `${ranks[status] ?? 2} ${ent}` });
}

function taskPlace(cursor: string | undefined) {
  const { at, id } = cursorParts(cursor, { at: 8.64e15, id: '0 ' });
  const [, rank, ent] = /^([012]) (.*)$/.exec(id) ?? [];
  if (rank === undefined) throw new PrsistError('input/invalid', 'this is no cursor of ours', { field: 'cursor' });
  return { rank: Number(rank), at, id: ent ?? '' };
}

function found(tx: Write, ent: string): Reply<Add> {
  const row = tx.one(taskByEnt, { ent });
  if (!row) throw new PrsistError('internal', 'a task just written is not there');
  return wireTask(row);
}

/** `t-` and eight characters of base 32, from a fresh id. */
function newTaskId(tx: Write): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  const bytes = createHash('sha256').update(tx.newId()).digest().subarray(0, 8);
  return `t-${[...bytes].map((byte) => alphabet[byte % 32]).join('')}`;
}
