import { shortId } from '../core/ids.ts';
import type { Reply } from '../core/operation.ts';
import type { Operations } from '../features/operations.ts';
import type { Cli } from './cli.ts';
import { plural } from './print.ts';
import { shortIds } from './short-ids.ts';
import { cleaned, oneLine } from './text.ts';

type Accepted = Reply<Operations['session.accept']>;
type Rows = readonly (readonly string[])[];

/** Prints a handoff that was taken: why, what the sender left, what is open, and how the work tree here compares. */
export function printAccepted(cli: Cli, reply: Accepted): void {
  const rows: Rows = [
    [
      'handoff',
      `${shortId(reply.handoff_id)}  from ${oneLine(reply.from_agent)}  session ${shortId(reply.session_id)}`,
    ],
    ['reason', oneLine(reply.reason)],
    ...Object.entries(reply.critical_info).map(([name, value]) => [oneLine(name), oneLine(words(value))]),
    ...block('instructions', reply.continuation_instructions),
    ...block('so far', reply.context_snapshot.conversation_summary),
    ...since(reply),
    ...openTasks(reply),
    ['git', gitWords(reply.git_check)],
  ];
  // not cut to the width of a terminal: every word was left for the one who reads this
  const width = Math.max(...rows.map(([name = '']) => name.length));
  for (const [name = '', text = ''] of rows) cli.print.line(`${name.padEnd(width)}  ${text}`.trimEnd());
}

/** A text of several lines below one name. */
function block(name: string, text: string): Rows {
  const lines = cleaned(text).trim().split('\n');
  return text.trim() === '' ? [] : lines.map((line, n) => [n === 0 ? name : '', line]);
}

function since({ delta }: Accepted): Rows {
  const { messages, next_cursor } = delta;
  if (messages.length === 0) return [];
  return [
    ['since then', next_cursor === null ? plural(messages.length, 'message') : `over ${messages.length} messages`],
  ];
}

function openTasks({ delta }: Accepted): Rows {
  const open = delta.tasks.filter(({ status }) => status === 'open' || status === 'in_progress');
  const short = shortIds(delta.tasks.map((task) => task.task_id));
  return open.map((task, n) => [
    n === 0 ? 'open tasks' : '',
    `${short(task.task_id)}  ${task.status}  ${oneLine(task.description)}`,
  ]);
}

function gitWords({
  head_here,
  branch_matches,
  sender_head,
  sender_branch,
  dirty_paths,
}: Accepted['git_check']): string {
  const head = shortId(sender_head ?? '?');
  const branch = oneLine(sender_branch ?? '?');
  const parts = [
    head_here === null ? '' : head_here ? `commit ${head}` : `the sender's commit ${head} is not checked out here`,
    branch_matches === null ? '' : branch_matches ? `branch ${branch}` : `the sender was on branch ${branch}`,
    dirty_paths.length === 0 ? '' : `${plural(dirty_paths.length, 'file')} changed here`,
  ];
  return parts.filter((part) => part !== '').join('; ') || 'nothing to compare';
}

function words(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
