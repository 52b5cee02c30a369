import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import { layers, priorities, scopes } from '../../core/words.ts';
import type { Bind, Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { count, jsonFrom, oneOf, textOrStdin, wholeNumber } from '../input.ts';
import { cleaned, oneLine } from '../text.ts';
import { durationMs, relativeTime } from '../when.ts';

interface Placed {
  readonly scope?: string;
  readonly layer?: string;
  readonly priority?: string;
  readonly category?: string;
}

interface StoreOptions extends Placed {
  readonly source?: string;
  readonly session?: string;
  readonly ttl?: string;
  readonly expires?: string;
  readonly ifVersion?: number;
  readonly jsonValue?: boolean;
}

interface ListOptions extends Placed {
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
    .argument('[value]', 'read from stdin when absent or "-"')
    .option('--json-value', 'the value is JSON, not text')
    .option('--scope <scope>', scopes.join(', '))
    .option('--layer <layer>', layers.join(', '))
    .option('--priority <priority>', priorities.join(', '))
    .option('--category <word>', 'what kind of thing it is (general)')
    .option('--source <word>', 'where it comes from')
    .option('--session <id>', 'the session it belongs to')
    .option('--ttl <duration>', 'gone after: 30m, 12h, 7d')
    .option('--expires <time>', 'gone at: 2026-12-31T00:00:00Z')
    .option('--if-version <n>', 'only when this is its version now; 0: only when there is none', wholeNumber)
    .action(bind(store));
  withExamples(command, [
    'prsist context store api.style "REST, snake_case" --priority high',
    'prsist context store build.flags --json-value \'["-O2","-g"]\'',
    'cat NOTES.md | prsist context store notes --scope user',
  ]);
}

async function store(cli: Cli, key: string, value: string | undefined, options: StoreOptions): Promise<void> {
  const text = await textOrStdin(cli, value, 'value');
  const reply = await cli.client.call('context.store', {
    key,
    // JSON.parse gives JSON
    value: options.jsonValue ? (jsonFrom(text, 'value') as string) : text,
    ...placed(options),
    category: options.category,
    source: options.source,
    session_id: options.session,
    expires_at: expiry(cli, options),
    if_version: options.ifVersion,
  });
  cli.answer(reply, () =>
    cli.print.line(`${oneLine(reply.key)}  version ${reply.sync_version}  ${reply.layer}, ${reply.scope}`),
  );
}

function expiry(cli: Cli, { ttl, expires }: StoreOptions): string | undefined {
  if (ttl === undefined) return expires;
  const lengthMs = durationMs(ttl);
  if (lengthMs === undefined) {
    throw new PrsistError('input/invalid', `--ttl: "${ttl}" is no duration`, {
      field: '--ttl',
      hint: 'say 30m, 12h or 7d',
    });
  }
  return new Date(cli.now() + lengthMs).toISOString();
}

function placed({ scope, layer, priority }: Placed) {
  return {
    scope: scope === undefined ? undefined : oneOf(scopes, scope, '--scope'),
    layer: layer === undefined ? undefined : oneOf(layers, layer, '--layer'),
    priority: priority === undefined ? undefined : oneOf(priorities, priority, '--priority'),
  };
}

function addGet(parent: Command, bind: Bind): void {
  const command = parent
    .command('get')
    .description(
      'Print the value of an entry. Without a scope the project is asked first, then what is yours everywhere.',
    )
    .argument('<key>')
    .option('--scope <scope>', scopes.join(', '))
    .action(bind(get));
  withExamples(command, ['prsist context get api.style', 'prsist context get build.flags --json | jq .value']);
}

async function get(cli: Cli, key: string, options: Placed): Promise<void> {
  const reply = await cli.client.call('context.retrieve', { key, scope: placed(options).scope });
  cli.answer(reply, ({ value }) => {
    // a program gets the exact text, a terminal one that cannot move its cursor
    const text = typeof value === 'string' ? value : JSON.stringify(value, null, 2);
    cli.print.line(cli.print.isTerminal ? cleaned(text) : text);
  });
}

function addList(parent: Command, bind: Bind): void {
  const command = parent
    .command('list')
    .description('Entries, newest first.')
    .option('--scope <scope>', scopes.join(', '))
    .option('--layer <layer>', layers.join(', '))
    .option('--priority <priority>', priorities.join(', '))
    .option('--category <word>', 'only of this kind')
    .option('--prefix <text>', 'only keys that begin so')
    .option('--retired', 'the hidden ones')
    .option('--limit <n>', 'at most so many (50)', count)
    .option('--after <cursor>', 'go on where the last page ended')
    .action(bind(list));
  withExamples(command, ['prsist context list --category decision', 'prsist context list --prefix api. --json']);
}

async function list(cli: Cli, options: ListOptions): Promise<void> {
  const reply = await cli.client.call('context.list', {
    ...placed(options),
    category: options.category,
    key_prefix: options.prefix,
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
    .description('Retire an entry: hidden, its history kept. Storing it again brings it back.')
    .argument('<key>')
    .option('--scope <scope>', scopes.join(', '))
    .option('--reason <text>', 'why')
    .action(bind(retire));
  withExamples(command, ['prsist context delete api.style --reason "no longer true"']);
}

async function retire(cli: Cli, key: string, options: Placed & { readonly reason?: string }): Promise<void> {
  const reply = await cli.client.call('context.delete', { key, scope: placed(options).scope, reason: options.reason });
  cli.answer(reply, () => cli.print.line(`${oneLine(reply.key)}  retired`));
}
