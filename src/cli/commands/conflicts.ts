import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import type { Reply, Request } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import type { Bind, Cli, Register } from '../cli.ts';
import { editedJson } from '../edited-json.ts';
import { withExamples } from '../examples.ts';
import { count } from '../input.ts';
import { shortIds } from '../short-ids.ts';
import { cut, oneLine } from '../text.ts';
import { relativeTime } from '../when.ts';

type Conflict = Reply<Operations['conflict.show']>['conflict'];
type Side = Conflict['sides'][number];

export const register: Register = (parent, bind) => {
  const command = parent
    .command('conflicts')
    .description('Fields that got different values on several devices: look at them, and decide.');
  addList(command, bind);
  addShow(command, bind);
  addResolve(command, bind);
  withExamples(command, [
    'prsist conflicts list',
    'prsist conflicts show 3f2a',
    'prsist conflicts resolve 3f2a --pick 1',
  ]);
};

interface ListOptions {
  readonly settled?: boolean;
  readonly limit?: number;
}

function addList(parent: Command, bind: Bind): void {
  const command = parent
    .command('list')
    .description('Open conflicts, newest first; * marks the value that is shown meanwhile.')
    .option('--settled', 'those that are settled, and how')
    .option('--limit <n>', 'at most so many (100)', count('--limit', 1000))
    .action(bind(list));
  withExamples(command, ['prsist conflicts list', 'prsist conflicts list --settled --json']);
}

async function list(cli: Cli, { settled = false, limit }: ListOptions): Promise<void> {
  const reply = await cli.client.call('conflict.list', { settled, limit });
  cli.answer(reply, ({ items, more }) => {
    if (items.length === 0) return cli.print.note(settled ? 'nothing was settled yet' : 'nothing is in conflict');
    const short = shortIds(items.map(({ conflict_id }) => conflict_id));
    cli.print.table(items.map((item) => rowOf(cli, item, short(item.conflict_id))));
    if (more) cli.print.note('there are more: --limit');
    if (!settled)
      cli.print.note('prsist conflicts show <id> compares them, prsist conflicts resolve <id> --pick <n> decides');
  });
}

function rowOf(cli: Cli, item: Conflict, id: string): readonly string[] {
  const values = item.sides.map((side, n) => {
    const mark = n + 1 === item.shown ? '*' : '';
    return `${n + 1}${mark} ${cut(valueText(side), 24)} (${whoOf(side)})`;
  });
  const [how] = item.resolved_how === null ? [''] : [endText(item)];
  return [id, cut(oneLine(item.name), 40), item.field, values.join('  '), relativeTime(item.opened_at, cli.now()), how];
}

function endText({ resolved_how, resolved_by }: Conflict): string {
  if (resolved_how === 'rule') return 'a person’s word';
  return `${resolved_how} by ${oneLine(resolved_by ?? 'somebody')}`;
}

function whoOf(side: Side): string {
  return `${authorOf(side)} on ${oneLine(side.device)}`;
}

function authorOf({ agent, package_id }: Side): string {
  if (package_id) return `${oneLine(agent ?? 'somebody')}, by a package`;
  return oneLine(agent ?? 'you');
}

function valueText({ value, removed, withheld }: Pick<Side, 'value' | 'removed' | 'withheld'>): string {
  if (withheld) return '(kept from agents)';
  if (removed) return '(taken away)';
  return oneLine(typeof value === 'string' ? value : JSON.stringify(value));
}

function addShow(parent: Command, bind: Bind): void {
  const command = parent
    .command('show')
    .description('What all had in common, and beside it what each of them made of it; * marks the one that is shown.')
    .argument('<id>', 'of the conflict, or its beginning')
    .action(bind(show));
  withExamples(command, ['prsist conflicts show 3f2a', 'prsist conflicts show 3f2a --json']);
}

async function show(cli: Cli, conflict_id: string): Promise<void> {
  const reply = await cli.client.call('conflict.show', { conflict_id });
  cli.answer(reply, ({ conflict }) => print(cli, conflict));
}

/** One column for what was there before, one for each side: as tables go, a line is one property of all of them. */
function print(cli: Cli, conflict: Conflict): void {
  const { sides, shown, before, field, name } = conflict;
  const line = (what: string, was: string, of: (side: Side, n: number) => string) => [what, was, ...sides.map(of)];
  const width = Math.max(16, Math.floor(100 / (sides.length + 1)));
  const was = before === null ? '(nothing)' : cut(valueText({ value: before, removed: false, withheld: false }), width);
  cli.print.line(`${oneLine(name)}  ${field}  ${conflict.conflict_id}`);
  cli.print.table([
    line('', 'before', (_, n) => `${n + 1}${n + 1 === shown ? ' *' : ''}`),
    line('value', was, (side) => cut(valueText(side), width)),
    line('by', '', authorOf),
    line('session', '', (side) => side.session_id?.slice(0, 8) ?? ''),
    line('device', '', (side) => oneLine(side.device)),
    line('when', '', (side) => relativeTime(side.at, cli.now())),
    line('trust', '', (side) => `${side.trust} (${side.origin})`),
  ]);
  if (conflict.status === 'resolved') cli.print.note(`settled: ${endText(conflict)}`);
  else cli.print.note(`prsist conflicts resolve ${conflict.conflict_id.slice(0, 8)} --pick <n>`);
}

interface ResolveOptions {
  readonly pick?: number;
  readonly both?: boolean;
  readonly value?: string;
  readonly edit?: boolean;
}

function addResolve(parent: Command, bind: Bind): void {
  const command = parent
    .command('resolve')
    .description('Decide a conflict; it holds on every device that hears of it.')
    .argument('<id>', 'of the conflict, or its beginning')
    .option('--pick <n>', 'the value of this side', count('--pick', 1000))
    .option('--both', 'texts joined, lists united')
    .option('--value <json>', 'another value; what is no JSON is a text')
    .option('--edit', 'another value, written in your editor')
    .action(bind(resolve));
  withExamples(command, [
    'prsist conflicts resolve 3f2a --pick 1',
    'prsist conflicts resolve 3f2a --value 45',
    'prsist conflicts resolve 3f2a --edit',
  ]);
}

async function resolve(cli: Cli, conflict_id: string, options: ResolveOptions): Promise<void> {
  const { pick, both = false, edit = false } = options;
  if ([pick !== undefined, both, options.value !== undefined, edit].filter(Boolean).length !== 1) {
    throw new PrsistError('input/invalid', 'say one of --pick, --both, --value and --edit', {
      hint: `prsist conflicts show ${conflict_id}`,
    });
  }
  const { conflict } = await cli.client.call('conflict.show', { conflict_id });
  const value = edit ? await editedJson(cli, conflict.sides[conflict.shown - 1]?.value ?? null) : jsonOf(options.value);
  const asked: Request<Operations['conflict.resolve']> = { conflict_id: conflict.conflict_id, pick, both, value };
  const reply = await cli.client.call('conflict.resolve', asked);
  cli.answer(reply, (done) => {
    const { name, field } = done.conflict;
    cli.print.line(`settled  ${oneLine(name)}  ${field}`);
    if (done.conflict.type === 'context') cli.print.note(`undo: prsist context history ${JSON.stringify(name)}`);
    else cli.print.note('undo: change it again; every side stays in prsist conflicts list --settled');
  });
}

/** What is no JSON is meant as a text. */
function jsonOf(text: string | undefined): Request<Operations['conflict.resolve']>['value'] {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Request<Operations['conflict.resolve']>['value'];
  } catch {
    return text;
  }
}
