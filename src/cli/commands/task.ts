import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import { priorities, taskStatuses } from '../../core/words.ts';
import type { Bind, Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { count, oneOf, shortened, wholeId, wordsOrStdin } from '../input.ts';
import { wholeSession } from '../session-id.ts';
import { shortIds } from '../short-ids.ts';
import { oneLine } from '../text.ts';
import { relativeTime } from '../when.ts';

interface TaskOptions {
  readonly session?: string;
  readonly status?: string;
  readonly priority?: string;
  readonly assignee?: string;
  readonly description?: string;
  readonly result?: string;
  readonly limit?: number;
  readonly after?: string;
}

export const register: Register = (parent, bind) => {
  const command = parent.command('task').description('Tasks of the project and of sessions.');
  addAdd(command, bind);
  addUpdate(command, bind);
  addList(command, bind);
  withExamples(command, ['prsist task add "write the migration"', 'prsist task list --status open']);
};

function addAdd(parent: Command, bind: Bind): void {
  const command = parent
    .command('add')
    .description('Add a task.')
    .argument('[description...]', 'read from stdin when absent or "-"')
    .option('--session <id>', 'to this session instead of the project')
    .option('--status <status>', taskStatuses.join(', '))
    .option('--priority <priority>', priorities.join(', '))
    .option('--assignee <who>', 'an agent or a person')
    .action(bind(add));
  withExamples(command, ['prsist task add "write the migration" --priority high --assignee codex']);
}

async function add(cli: Cli, words: readonly string[], options: TaskOptions): Promise<void> {
  const reply = await cli.client.call('task.add', {
    description: await wordsOrStdin(cli, words, 'description'),
    ...(await fields(cli, options)),
  });
  cli.answer(reply, () => cli.print.line(`${reply.task_id}  ${reply.status}  ${oneLine(reply.description)}`));
}

function addUpdate(parent: Command, bind: Bind): void {
  const command = parent
    .command('update')
    .description('Change a task.')
    .argument('<id>', 'may be shortened')
    .option('--session <id>', 'the task of that id in this session')
    .option('--status <status>', taskStatuses.join(', '))
    .option('--priority <priority>', priorities.join(', '))
    .option('--assignee <who>', 'an agent or a person')
    .option('--description <text>', 'other words for it')
    .option('--result <text>', 'what came out of it')
    .action(bind(update));
  withExamples(command, ['prsist task update 3f2a91bc --status done --result "in 0004-users.sql"']);
}

async function update(cli: Cli, id: string, options: TaskOptions): Promise<void> {
  const { session_id, ...changes } = await fields(cli, options);
  const reply = await cli.client.call('task.update', {
    ...(await meantTask(cli, id, session_id)),
    description: options.description,
    result: options.result,
    ...changes,
  });
  cli.answer(reply, () => cli.print.line(`${reply.task_id}  ${reply.status}  ${oneLine(reply.description)}`));
}

/**
 * The task a person means by a beginning of its id, and the session it is of. An id may be in several sessions: then one
 * of the project comes first, else the session has to be named. Throws task/not-found, session/ambiguous, input/invalid.
 */
async function meantTask(cli: Cli, given: string, session: string | undefined) {
  const { items, next_cursor } = await cli.client.call('task.list', { limit: 500, session_id: session });
  const ids = items.map((item) => item.task_id);
  const task_id = wholeId(given, ids);
  const found = items.filter((item) => item.task_id === task_id);
  const [only] = found;
  if (only === undefined) {
    if (next_cursor !== null) return { task_id, session_id: session }; // it may be among those not listed
    const hint = ids.length === 0 ? 'prsist task add' : `one of ${shortened(ids)}`;
    throw new PrsistError('task/not-found', `no task ${given}`, { hint });
  }
  const sessions = found.flatMap((item) => item.session_id ?? []);
  if (found.length > 1 && sessions.length === found.length) {
    const hint = sessions.map(shortIds(sessions)).map((one) => `--session ${one}`);
    const message = `${task_id} is a task of ${sessions.length} sessions`;
    throw new PrsistError('session/ambiguous', message, { hint: hint.join(' or ') });
  }
  return { task_id, session_id: found.length === 1 ? (only.session_id ?? undefined) : undefined };
}

async function fields(cli: Cli, { session, status, priority, assignee }: TaskOptions) {
  return {
    session_id: session === undefined ? undefined : await wholeSession(cli, session),
    status: status === undefined ? undefined : oneOf(taskStatuses, status, '--status'),
    priority: priority === undefined ? undefined : oneOf(priorities, priority, '--priority'),
    assignee,
  };
}

function addList(parent: Command, bind: Bind): void {
  const command = parent
    .command('list')
    .description('Tasks, open ones first.')
    .option('--session <id>', 'only of this session')
    .option('--status <status>', taskStatuses.join(', '))
    .option('--limit <n>', 'at most so many (50)', count('--limit', 500))
    .option('--after <cursor>', 'go on where the last page ended')
    .action(bind(list));
  withExamples(command, ['prsist task list', 'prsist task list --status done --json']);
}

async function list(cli: Cli, options: TaskOptions): Promise<void> {
  const { session_id, status } = await fields(cli, options);
  const reply = await cli.client.call('task.list', { session_id, status, limit: options.limit, cursor: options.after });
  cli.answer(reply, ({ items, next_cursor }) => {
    if (items.length === 0) return cli.print.note('no tasks');
    const short = shortIds(items.map((item) => item.task_id));
    const shortSession = shortIds(items.flatMap((item) => item.session_id ?? []));
    cli.print.table(
      items.map((item) => [
        short(item.task_id),
        item.session_id === null ? '-' : shortSession(item.session_id),
        item.status,
        item.priority,
        oneLine(item.assignee ?? '-'),
        relativeTime(item.updated_at, cli.now()),
        oneLine(item.description),
      ]),
    );
    if (next_cursor !== null) cli.print.note(`there are more: --after ${next_cursor}`);
  });
}
