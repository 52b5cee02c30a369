import type { Command } from 'commander';
import { shortId } from '../../core/ids.ts';
import type { Reply } from '../../core/operation.ts';
import { messageKinds, messageRoles } from '../../core/words.ts';
import type { Operations } from '../../features/operations.ts';
import type { Bind, Cli } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { count, oneOf } from '../input.ts';
import { plural } from '../print.ts';
import { sessionShown, wholeSession } from '../session-id.ts';
import { cleaned, oneLine } from '../text.ts';
import { absoluteTime, relativeTime } from '../when.ts';

interface MessagesOptions {
  readonly role?: string;
  readonly kind?: string;
  readonly limit?: number;
  readonly after?: string;
}

type Shown = Reply<Operations['session.show']>;

/** Adds `show`. */
export function addShow(parent: Command, bind: Bind): void {
  const command = parent
    .command('show')
    .description('One session: its runs, handoffs and commits.')
    .argument('<id>')
    .action(bind(show));
  withExamples(command, ['prsist session show 3f2a91bc']);
}

async function show(cli: Cli, id: string): Promise<void> {
  const reply = await sessionShown(cli, id);
  cli.answer(reply, () => {
    cli.print.table(headRows(cli, reply));
    cli.print.table(
      reply.handoffs.map((item) => [
        'handoff',
        `${item.from_agent} → ${item.to_agent}`,
        item.status,
        relativeTime(item.created_at, cli.now()),
        oneLine(item.reason),
      ]),
    );
    cli.print.table(
      reply.commits.map(({ sha, subject, at }) => [
        'commit',
        shortId(sha),
        relativeTime(at, cli.now()),
        oneLine(subject),
      ]),
    );
    for (const run of reply.runs) {
      const command = goOn(run.agent, run.native_id);
      if (command !== undefined) cli.print.line(`go on with: ${command}`);
    }
  });
}

function headRows(cli: Cli, { session, runs }: Shown): readonly (readonly string[])[] {
  const { tokens } = session;
  return [
    ['session', session.session_id],
    ['title', oneLine(session.title ?? '-')],
    ['status', session.status],
    ['started', absoluteTime(session.start_time, cli.now())],
    ['active', absoluteTime(session.last_activity, cli.now())],
    ['branch', oneLine(session.branch ?? '-')],
    [
      'agents',
      runs.length === 0
        ? (session.agent ?? '-')
        : [...new Set(runs.map((run) => oneLine(`${run.agent} ${run.model ?? ''}`)))].join(', '),
    ],
    [
      'said',
      [
        plural(session.message_count, 'message'),
        plural(session.tool_count, 'tool call'),
        plural(session.task_count, 'task'),
      ].join(', '),
    ],
    ['done', `${plural(session.edit_count, 'edit')}, ${plural(session.commit_count, 'commit')}`],
    [
      'tokens',
      `${tokens.fresh} fresh, ${tokens.cache_read} cache read, ${tokens.cache_write} cache write, ${tokens.output} output`,
    ],
  ];
}

/** The agent's own command that goes on with a conversation. */
function goOn(agent: string, nativeId: string): string | undefined {
  if (!/^[\w.-]+$/.test(nativeId)) return undefined;
  if (agent === 'claude-code') return `claude --resume ${nativeId}`;
  if (agent === 'codex') return `codex resume ${nativeId}`;
  return undefined;
}

/** Adds `messages`. */
export function addMessages(parent: Command, bind: Bind): void {
  const command = parent
    .command('messages')
    .description('What was said in a session, oldest first.')
    .argument('<id>')
    .option('--role <role>', messageRoles.join(', '))
    .option('--kind <kind>', messageKinds.join(', '))
    .option('--limit <n>', 'at most so many (50)', count('--limit', 500))
    .option('--after <cursor>', 'go on where the last page ended')
    .action(bind(messages));
  withExamples(command, ['prsist session messages 3f2a91bc --kind prompt']);
}

async function messages(cli: Cli, id: string, options: MessagesOptions): Promise<void> {
  const reply = await cli.client.call('session.messages', {
    session_id: await wholeSession(cli, id),
    role: options.role === undefined ? undefined : oneOf(messageRoles, options.role, '--role'),
    kind: options.kind === undefined ? undefined : oneOf(messageKinds, options.kind, '--kind'),
    limit: options.limit,
    cursor: options.after,
  });
  cli.answer(reply, ({ items, next_cursor }) => {
    if (items.length === 0) cli.print.note('no messages');
    for (const item of items) {
      const who = item.agent && item.role !== 'user' ? `${item.role} (${oneLine(item.agent)})` : item.role;
      cli.print.line(cli.print.paint('bold', `${who}  ${absoluteTime(item.at, cli.now())}`));
      cli.print.line(`${cleaned(item.content).trimEnd()}\n`);
    }
    if (next_cursor !== null) cli.print.note(`there are more: --after ${next_cursor}`);
  });
}

/** Adds `context`. */
export function addContext(parent: Command, bind: Bind): void {
  const command = parent
    .command('context')
    .description('Everything an agent needs to go on, as JSON.')
    .argument('<id>')
    .option('--recent <n>', 'so many of the last messages (20)', count('--recent', 200))
    .action(bind(context));
  withExamples(command, ['prsist session context 3f2a91bc | jq .tasks.pending']);
}

async function context(cli: Cli, id: string, options: { readonly recent?: number }): Promise<void> {
  const session = await wholeSession(cli, id);
  const reply = await cli.client.call('session.context', { session_id: session, recent: options.recent });
  cli.answer(reply, () => cli.print.line(JSON.stringify(reply.context, null, 2)));
}
