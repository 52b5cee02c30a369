import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import type { Reply } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { oneOf } from '../input.ts';
import { size } from '../print.ts';
import { shortIds } from '../short-ids.ts';
import { cut, oneLine } from '../text.ts';
import { momentBefore } from '../when.ts';

interface UsageOptions {
  readonly by: string;
  readonly since: string;
  readonly until?: string;
  readonly disk?: boolean;
}

type Usage = Reply<Operations['stats.usage']>;
type Row = Usage['totals'];

const groups = ['day', 'agent', 'model', 'session'] as const;

export const register: Register = (parent, bind) => {
  const command = parent
    .command('usage')
    .description('Tokens that the agents of this project used, and what they cost by the price lists.')
    .option('--by <what>', groups.join(', '), 'day')
    .option('--since <when>', 'from when on: 7d, 2026-01-31', '30d')
    .option('--until <when>', 'until when: 1d, 2026-01-31')
    .option('--disk', 'what the projects take on disk instead')
    .action(bind(usage));
  withExamples(command, ['prsist usage', 'prsist usage --by model --since 30d', 'prsist usage --disk']);
};

async function usage(cli: Cli, options: UsageOptions, command: Command): Promise<void> {
  if (options.disk) {
    requireAlone(command);
    return disk(cli);
  }
  const by = oneOf(groups, options.by, '--by');
  const reply = await cli.client.call('stats.usage', {
    by,
    since: momentBefore(options.since, cli.now(), '--since'),
    until: options.until === undefined ? undefined : momentBefore(options.until, cli.now(), '--until'),
    time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  });
  cli.answer(reply, () => show(cli, reply, by));
}

/** Space on disk is told as it is now, per project. */
function requireAlone(command: Command): void {
  const other = ['by', 'since', 'until'].find((name) => command.getOptionValueSource(name) === 'cli');
  if (other === undefined) return;
  throw new PrsistError('input/invalid', `--${other} goes without --disk`, {
    ...{ field: `--${other}`, hint: 'prsist usage --disk' },
  });
}

function show(cli: Cli, { rows, totals, prices_as_of, unpriced_models }: Usage, by: (typeof groups)[number]): void {
  if (rows.length === 0) {
    cli.print.note('no request of a model in this time: prsist usage --since 365d');
    return;
  }
  const short = by === 'session' ? shortIds(rows.map(({ group }) => group)) : (group: string) => group;
  const heads = ['requests', 'fresh', 'cache read', 'cache write', 'output', 'cost'].map((head) => head.padStart(11));
  cli.print.table([
    [by, ...heads, ''],
    ...rows.map((row) => [oneLine(short(row.group)), ...figures(row), cut(oneLine(row.name ?? ''), 40)]),
    ['total', ...figures(totals), ''],
  ]);
  cli.print.note(
    `cost by the price lists of ${prices_as_of}, without discounts or subscriptions; output of claude-code is a lower bound`,
  );
  if (unpriced_models.length > 0) cli.print.note(`no price is known of ${unpriced_models.map(oneLine).join(', ')}`);
}

function figures({ requests, fresh, cache_read, cache_write, output, cost, partial }: Row): string[] {
  const counts = [requests, fresh, cache_read, cache_write, output].map((count) => tokens(count));
  return [...counts, cost === null ? '-' : `${partial ? '≥' : ''}$${cost.toFixed(2)}`].map((text) => text.padStart(11));
}

/** "812", "3.4k", "17.8M". */
function tokens(count: number): string {
  if (count < 1_000) return String(count);
  return count < 1_000_000 ? `${(count / 1_000).toFixed(1)}k` : `${(count / 1_000_000).toFixed(1)}M`;
}

async function disk(cli: Cli): Promise<void> {
  const reply = await cli.client.call('stats.disk', {});
  cli.answer(reply, ({ projects }) => {
    if (projects.length === 0) return cli.print.note('no project yet: prsist init');
    const heads = ['in all', 'database', 'texts', 'transcripts'].map((head) => head.padStart(11));
    cli.print.table([
      ['project', ...heads],
      ...projects.map((each) => [
        oneLine(each.name),
        ...[each.bytes, each.db, each.blobs, each.transcripts].map((bytes) => size(bytes).padStart(11)),
      ]),
    ]);
  });
}
