// Tasks in memory packages: as they stand.
import { canonical } from '../../core/canonical.ts';
import { nextHlc } from '../../core/hlc.ts';
import { sha256Hex, uuidV8 } from '../../core/ids.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Arrived, Giving, LeavingOut, PackedChoice, Packing, Taken, TakingIn } from '../packed.ts';
import { formOf, type PackedTask } from './packed-forms.ts';
import { actorOf, bodyOf, pages } from './packed-pages.ts';
import { lastCame, type PackedTaskRow, recordOfTask, tasksFrom } from './packed-queries.ts';
import { type TaskRow, taskByEnt } from './queries.ts';
import { taskAdd, taskUpdate } from './records.ts';

/** Tasks of the project and of its sessions. */
export const taskPacking: Packing = { kind: 'tasks', names: [taskAdd.name], give, form: formOf, take };

function* give(read: Read, choice: PackedChoice): Generator<Giving | LeavingOut> {
  const { since, sessions } = choice;
  for (const row of pages((after, limit) => read.all(tasksFrom, { after, since, sessions, limit }))) {
    yield row.quarantined === 1 && !choice.sensitive ? { is: 'left', why: 'quarantined' } : given(read, row);
  }
}

function given(read: Read, row: PackedTaskRow): Giving {
  const { place: _, ent, quarantined, ...fields } = row;
  const made = read.one(recordOfTask, { ent });
  return {
    ...{ is: 'given', name: taskAdd.name, ent, hlc: nextHlc('', row.updated_at), fields },
    id: uuidV8(['package', ent, sha256Hex(canonical(fields))]),
    ...{ actor: actorOf(made), origin: quarantined === 1 || !made ? 'package' : bodyOf(made).origin },
  };
}

function take(tx: Write, arrived: Arrived, how: TakingIn): Taken {
  const said = arrived.fields as PackedTask; // its form was checked
  const session_id = said.session_id === null ? undefined : how.idOf(said.session_id);
  const idIn = (task_id: string) => (session_id === undefined ? projectTask(task_id, how) : task_id);
  const task_id = idIn(said.task_id);
  const ent = uuidV8(['task', session_id ?? null, task_id]);
  const row = tx.one(taskByEnt, { ent });
  const about = { ent, actor: arrived.actor, origin: arrived.origin };
  const { description, status, priority, result, position, agent, assignee, parent, created_at, updated_at } = said;
  if (!row) {
    return {
      outcome: 'new',
      write: (into) => {
        const whose = { agent: agent ?? undefined, assignee: assignee ?? undefined };
        const under = parent === null ? undefined : idIn(parent);
        const fields = { task_id, session_id, description, status, priority, position, parent: under, at: created_at };
        into.append(taskAdd, { ...about, fields: { ...fields, ...whose } });
        if (result !== null) into.append(taskUpdate, { ...about, fields: { result, at: updated_at } });
      },
    };
  }
  if (isSame(row, said)) return { outcome: 'known' };
  if (how.strategy === 'ours' || how.strategy === 'keep-both') return { outcome: 'kept' };
  const id = how.idOf(arrived.id);
  const fields = {
    ...{ description, status, priority, at: updated_at },
    ...(result === null ? {} : { result }),
    ...(assignee === null ? {} : { assignee }),
  };
  if (how.strategy === 'theirs') {
    return { outcome: 'replaced', write: (into) => into.append(taskUpdate, { ...about, fields }) };
  }
  if (tx.known(id)) return { outcome: 'known' };
  const last = tx.one(lastCame, { ent, source: how.source });
  const seen: [string, number][] = last ? [[last.log, last.seq]] : [];
  return { outcome: 'merged', write: (into) => into.append(taskUpdate, { ...about, id, fields, seen }) };
}

/** A task of a project has only its id to be known by: that of another memory is another task. */
function projectTask(task_id: string, { idOf }: TakingIn): string {
  const here = idOf(task_id);
  return here === task_id ? task_id : `t-${here.replaceAll('-', '').slice(-12)}`;
}

function isSame(row: TaskRow, { description, status, priority, result, assignee }: PackedTask): boolean {
  return (
    row.description === description &&
    row.status === status &&
    row.priority === priority &&
    row.result === result &&
    row.assignee === assignee
  );
}
