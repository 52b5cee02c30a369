import type { Command } from 'commander';
import { sessionStatuses } from '../../core/words.ts';
import type { Bind, Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { count, oneOf } from '../input.ts';
import { plural } from '../print.ts';
import { shortIds } from '../short-ids.ts';
import { cut, oneLine } from '../text.ts';
import { momentBefore, relativeTime } from '../when.ts';

interface SessionsOptions {
  readonly status?: string;
  readonly agent?: string;
  readonly branch?: string;
  readonly since?: string;
  readonly limit?: number;
  readonly subAgents?: boolean;
}

const noneYet = 'no session yet: prsist import takes in the ones that are there';
const noneMatches = 'no session matches: prsist sessions lists all';

export const register: Register = (parent, bind) => {
  addSessionList(parent.command('sessions'), bind, 'prsist sessions');
};

/** Makes a command the list of sessions: `prsist sessions` and `prsist session list` are the same. */
export function addSessionList(command: Command, bind: Bind, name: string): void {
  command
    .description('Sessions of this project, latest activity first.')
    .option('--status <status>', sessionStatuses.join(', '))
    .option('--agent <agent>', 'only of this agent')
    .option('--branch <branch>', 'only of this branch')
    .option('--since <when>', 'active since: 7d, 12h, 2026-01-31')
    .option('--sub-agents', 'also the sessions of sub-agents')
    .option('--limit <n>', 'at most so many (50)', count('--limit', 500))
    .action(bind(sessions));
  withExamples(command, [`${name} --since 7d`, `${name} --agent codex --status active`]);
}

async function sessions(cli: Cli, options: SessionsOptions): Promise<void> {
  const reply = await cli.client.call('session.list', {
    status: options.status === undefined ? undefined : oneOf(sessionStatuses, options.status, '--status'),
    agent: options.agent,
    branch: options.branch,
    since: options.since === undefined ? undefined : momentBefore(options.since, cli.now(), '--since'),
    limit: options.limit,
    children: options.subAgents,
  });
  cli.answer(reply, ({ items, next_cursor }) => {
    if (items.length === 0) return cli.print.note(isFiltered(options) ? noneMatches : noneYet);
    const short = shortIds(items.map((item) => item.session_id));
    cli.print.table(
      items.map((item) => [
        short(item.session_id),
        relativeTime(item.last_activity, cli.now()),
        item.agent ?? '-',
        item.status === 'active' ? cli.print.paint('green', item.status) : item.status,
        `${item.message_count} msg`,
        plural(item.edit_count, 'edit'),
        cut(oneLine(item.branch ?? '-'), 24),
        oneLine(item.title ?? ''),
      ]),
    );
    if (next_cursor !== null) cli.print.note('there are more: --limit, --since');
  });
}

function isFiltered({ status, agent, branch, since }: SessionsOptions): boolean {
  return [status, agent, branch, since].some((filter) => filter !== undefined);
}
