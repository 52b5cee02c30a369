import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import { layers, priorities } from '../../core/words.ts';
import type { Bind, Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { count, jsonFrom, textOrStdin, wholeNumber } from '../input.ts';
import { cleaned, oneLine } from '../text.ts';
import { durationMs, momentBefore, relativeTime } from '../when.ts';
import { addMore } from './context-more.ts';
import { type OwnerOptions, ownerIn, ownerOptions, type PlacedOptions, placeIn } from './context-owner.ts';

interface StoreOptions extends PlacedOptions {
  readonly category?: string;
  readonly source?: string;
  readonly tag?: readonly string[];
  readonly ttl?: string;
  readonly expires?: string;
  readonly ifVersion?: number;
  readonly jsonValue?: boolean;
}

interface ListOptions extends PlacedOptions {
  readonly category?: string;
  readonly since?: string;
  readonly prefix?: string;
  readonly retired?: boolean;
  readonly limit?: number;
  readonly after?: string;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('context')
    .description('Work with context entries: a key, a value, and where it belongs.');
  addStore(command, bind);
  addGet(command, bind);
  addList(command, bind);
  addDelete(command, bind);
  addMore(command, bind);
  withExamples(command, [
    'prsist context store api.style "REST, snake_case" --priority high',
    'prsist context get api.style',
  ]);
};

function addStore(parent: Command, bind: Bind): void {
  const command = parent
    .command('store')
    .description('Store one entry. The same key and scope again is a new version of it.')
    .argument('<key>')
    .argument('[value]', 'read from stdin when absent or "-"');
  ownerOptions(command)
    .option('--json-value', 'the value is JSON, not text')
    .option('--layer <layer>', layers.join(', '))
    .option('--priority <priority>', priorities.join(', '))
    .option('--category <word>', 'what kind of thing it is (general)')
    .option('--source <word>', 'where it comes from')
    .option('--tag <words...>', 'its tags, in place of those it has')
    .option('--ttl <duration>', 'gone after: 30m, 12h, 7d')
    .option('--expires <time>', 'gone at: 2026-12-31T00:00:00Z')
    .option(
      '--if-version <n>',
      'only when this is its version now; 0: only when there is none',
      wholeNumber('--if-version'),
    )
    .action(bind(store));
  withExamples(command, [
    'prsist context store api.style "REST, snake_case" --priority high',
    'prsist context store build.flags --json-value \'["-O2","-g"]\'',
    'cat NOTES.md | prsist context store notes --scope user',
    'prsist context store build.running "since 10:02" --layer ephemeral --ttl 10m',
  ]);
}

async function store(cli: Cli, key: string, value: string | undefined, options: StoreOptions): Promise<void> {
  const text = await textOrStdin(cli, value, 'value');
  const reply = await cli.client.call('context.store', {
    key,
    // JSON.parse gives JSON
    value: options.jsonValue ? (jsonFrom(text, 'value') as string) : text,
    ...placeIn(options),
    ...{ category: options.category, source: options.source },
    ...(options.tag === undefined ? {} : { tags: [...options.tag] }),
    ...expiry(options),
    if_version: options.ifVersion,
  });
  cli.answer(reply, () =>
    cli.print.line(`${oneLine(reply.key)}  version ${reply.sync_version}  ${reply.layer}, ${reply.scope}`),
  );
}

function expiry({ ttl, expires }: StoreOptions) {
  if (expires !== undefined && Number.isNaN(Date.parse(expires))) {
    const options = { field: '--expires', hint: 'say 2026-12-31T00:00:00Z' };
    throw new PrsistError('input/invalid', `--expires: "${expires}" is no time`, options);
  }
  if (ttl === undefined) return { expires_at: expires };
  const lengthMs = durationMs(ttl);
  if (lengthMs !== undefined) return { ttl_seconds: Math.max(1, Math.round(lengthMs / 1000)), expires_at: expires };
  const options = { field: '--ttl', hint: 'say 30m, 12h or 7d' };
  throw new PrsistError('input/invalid', `--ttl: "${ttl}" is no duration`, options);
}

function addGet(parent: Command, bind: Bind): void {
  const command = parent
    .command('get')
    .description(
      'Print the value of an entry. Without a scope the nearest one: agent, session, project, user, tenant, global.',
    )
    .argument('<key>');
  ownerOptions(command)
    .option('--layer <layer>', `only when it is of this one: ${layers.join(', ')}`)
    .action(bind(get));
  withExamples(command, ['prsist context get api.style', 'prsist context get build.flags --json | jq .value']);
}

async function get(cli: Cli, key: string, options: PlacedOptions): Promise<void> {
  const { priority: _, ...place } = placeIn(options);
  const reply = await cli.client.call('context.retrieve', { key, ...place });
  cli.answer(reply, ({ value }) => {
    // a program gets the exact text, a terminal one that cannot move its cursor
    const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
    cli.print.line(cli.print.isTerminal ? cleaned(text) : text);
  });
}

function addList(parent: Command, bind: Bind): void {
  const command = parent.command('list').description('Entries, newest first.');
  ownerOptions(command)
    .option('--layer <layer>', layers.join(', '))
    .option('--priority <priority>', priorities.join(', '))
    .option('--category <word>', 'only of this kind')
    .option('--prefix <text>', 'only keys that begin so')
    .option('--since <when>', 'only what changed since: 7d, 12h, 2026-12-31')
    .option('--retired', 'the hidden ones')
    .option('--limit <n>', 'at most so many (50)', count('--limit', 500))
    .option('--after <cursor>', 'go on where the last page ended')
    .action(bind(list));
  withExamples(command, ['prsist context list --category decision', 'prsist context list --prefix api. --json']);
}

async function list(cli: Cli, options: ListOptions): Promise<void> {
  const reply = await cli.client.call('context.list', {
    ...placeIn(options),
    category: options.category,
    key_prefix: options.prefix,
    updated_since: options.since === undefined ? undefined : momentBefore(options.since, cli.now(), '--since'),
    state: options.retired ? 'retired' : undefined,
    limit: options.limit,
    cursor: options.after,
  });
  cli.answer(reply, ({ items, next_cursor }) => {
    if (items.length === 0) return cli.print.note('no entries');
    cli.print.table(
      items.map((item) => [
        oneLine(item.key),
        item.scope,
        item.priority,
        relativeTime(item.updated_at, cli.now()),
        oneLine(typeof item.value === 'string' ? item.value : JSON.stringify(item.value)),
      ]),
    );
    if (next_cursor !== null) cli.print.note(`there are more: --after ${next_cursor}`);
  });
}

function addDelete(parent: Command, bind: Bind): void {
  const command = parent
    .command('delete')
    .description('Retire an entry: hidden, its history kept. `context restore` brings it back.')
    .argument('<key>');
  ownerOptions(command).option('--reason <text>', 'why').action(bind(retire));
  withExamples(command, ['prsist context delete api.style --reason "no longer true"']);
}

async function retire(cli: Cli, key: string, options: OwnerOptions & { readonly reason?: string }): Promise<void> {
  const { reason, ...owner } = options;
  const reply = await cli.client.call('context.delete', { key, ...ownerIn(owner), reason });
  cli.answer(reply, () => cli.print.line(`${oneLine(reply.key)}  retired`));
}
