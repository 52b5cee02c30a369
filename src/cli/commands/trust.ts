import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import { isId } from '../../core/ids.ts';
import type { Reply } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import type { Bind, Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { count, wholeNumber } from '../input.ts';
import { sessionNamed } from '../session-id.ts';
import { shortIds } from '../short-ids.ts';
import { cut, oneLine } from '../text.ts';
import { relativeTime } from '../when.ts';
import { addRevert } from './trust-revert.ts';

type Doubted = Reply<Operations['trust.list']>['items'][number];

export const register: Register = (parent, bind) => {
  const command = parent
    .command('trust')
    .description('Look at what is not told to agents, or trusted less than its origin, and decide about it.');
  addList(command, bind);
  addPromote(command, bind);
  addReject(command, bind);
  addRevert(command, bind);
  withExamples(command, [
    'prsist trust list',
    'prsist trust promote README.md',
    'prsist trust revert --session 019a3985 --dry-run',
  ]);
};

interface ListOptions {
  readonly all?: boolean;
  readonly session?: string;
  readonly author?: string;
  readonly limit?: number;
}

function addList(parent: Command, bind: Bind): void {
  const command = parent
    .command('list')
    .description(
      'Entries and documents in quarantine or trusted less than their origin, newest first, with the reason.',
    )
    .option('--all', 'with what was decided about, and what is retired')
    .option('--session <id>', 'written in this session')
    .option('--author <name>', 'written by this agent; you: by yourself')
    .option('--limit <n>', 'at most so many (100)', count('--limit', 500))
    .action(bind(list));
  withExamples(command, ['prsist trust list', 'prsist trust list --author codex --json']);
}

async function list(cli: Cli, { all, session, author, limit }: ListOptions): Promise<void> {
  const reply = await cli.client.call('trust.list', {
    ...{ all: all ?? false, author, limit },
    ...(session === undefined ? {} : { session_id: await sessionNamed(cli, session) }),
  });
  cli.answer(reply, ({ items, more }) => {
    if (items.length === 0) return cli.print.note('nothing is in quarantine, and nothing is doubted');
    const short = shortIds(items.map(({ id }) => id));
    cli.print.table(items.map((item) => rowOf(cli, item, short)));
    if (more) cli.print.note('there are more: --limit');
    cli.print.note('prsist trust promote <key|id> tells it to agents, prsist trust reject <key|id> takes it away');
  });
}

function rowOf(cli: Cli, item: Doubted, short: (id: string) => string): readonly string[] {
  const session = item.session_id === null ? '' : item.session_id.slice(0, 8);
  const from = [item.origin, oneLine(item.author), oneLine(session)].filter((each) => each !== '').join(' ');
  return [
    ...[short(item.id), item.kind, cut(oneLine(item.name), 40), `trust ${item.trust}`, from],
    ...[relativeTime(item.at, cli.now()), reasonOf(item), cut(oneLine(item.text), 60)],
  ];
}

function reasonOf({ doubts, decided, state, origin }: Doubted): string {
  const why = doubts.length > 0 ? doubts.join(', ') : decided ? '' : `origin ${origin}`;
  const parts = [why, ...(decided ? ['you decided'] : []), ...(state === 'retired' ? ['retired'] : [])];
  return parts.filter((part) => part !== '').join('; ');
}

interface PromoteOptions {
  readonly to?: number;
  readonly reason?: string;
}

function addPromote(parent: Command, bind: Bind): void {
  const command = parent
    .command('promote')
    .description('Trust entries and documents, so that agents are told of them.')
    .argument('<names...>', 'keys, uris or ids')
    .option('--to <level>', '2 like an agent’s word, 3 like your own (2)', wholeNumber('--to', 3))
    .option('--reason <text>', 'why')
    .action(bind(promote));
  withExamples(command, ['prsist trust promote build.hint', 'prsist trust promote 019a3985 --to 3 --reason "read it"']);
}

async function promote(cli: Cli, names: readonly string[], { to = 2, reason }: PromoteOptions): Promise<void> {
  if (to !== 2 && to !== 3) throw new PrsistError('input/invalid', '--to is 2 or 3', { field: '--to' });
  const done: Awaited<ReturnType<typeof decide>>[] = [];
  for (const meant of await allMeant(cli, names)) done.push(await decide(cli, meant, { trust: to, reason }));
  cli.answer({ items: done }, () => {
    for (const each of done) cli.print.line(`trusted  ${oneLine(each.name)}  trust ${each.trust}`);
  });
}

function addReject(parent: Command, bind: Bind): void {
  const command = parent
    .command('reject')
    .description('Take entries and documents away: quarantined and retired, their history kept.')
    .argument('<names...>', 'keys, uris or ids')
    .option('--reason <text>', 'why')
    .action(bind(reject));
  withExamples(command, ['prsist trust reject build.hint --reason "from a web page"']);
}

async function reject(cli: Cli, names: readonly string[], { reason = 'rejected' }: PromoteOptions): Promise<void> {
  const done: Awaited<ReturnType<typeof decide>>[] = [];
  for (const meant of await allMeant(cli, names)) {
    done.push(await decide(cli, meant, { trust: 0, reason }));
    if (meant.kind === 'document') await cli.client.call('document.delete', { uri: meant.id, reason });
    else await cli.client.call('context.delete', { entry_id: meant.id, reason });
  }
  cli.answer({ items: done }, () => {
    for (const { kind, name } of done) {
      const undo = kind === 'document' ? 'document restore' : 'context restore';
      cli.print.line(`rejected  ${oneLine(name)}  undo: prsist ${undo} ${JSON.stringify(oneLine(name))}`);
    }
  });
}

interface Meant {
  readonly kind: 'entry' | 'document';
  readonly id: string;
  readonly name: string;
}

/** Everything that is named is found before anything is decided. */
async function allMeant(cli: Cli, names: readonly string[]): Promise<readonly Meant[]> {
  const { items } = await cli.client.call('trust.list', { all: true, limit: 1000 });
  const found: Meant[] = [];
  for (const name of names) found.push(await meantBy(cli, name, items));
  return found;
}

/** By id or its beginning, key or uri: among what is doubted, else among everything. */
async function meantBy(cli: Cli, name: string, items: readonly Doubted[]): Promise<Meant> {
  const named = items.filter((item) => item.name === name || item.id === name);
  const begun = named.length > 0 || name.length < 4 ? named : items.filter((item) => item.id.startsWith(name));
  if (begun.length > 1) {
    throw new PrsistError('input/invalid', `several are meant by ${name}`, {
      hint: `say which: ${begun.map(({ id }) => id).join(', ')}`,
    });
  }
  const [one] = begun;
  return one ?? (await anyEntry(cli, name)) ?? (await anyDocument(cli, name));
}

async function anyEntry(cli: Cli, name: string): Promise<Meant | undefined> {
  if (isId(name)) return undefined;
  const entry = await cli.client.call('context.retrieve', { key: name }).catch(unlessMissing('entry/not-found'));
  return entry && { kind: 'entry', id: entry.entry_id, name: entry.key };
}

async function anyDocument(cli: Cli, name: string): Promise<Meant> {
  const found = await cli.client.call('document.get', { uri: name }).catch(unlessMissing('document/not-found'));
  if (found) return { kind: 'document', id: found.document_id, name: found.uri };
  throw new PrsistError('entry/not-found', `no entry or document ${name}`, { hint: 'prsist trust list --all' });
}

function unlessMissing(code: string) {
  return (error: unknown): undefined => {
    if (!(error instanceof PrsistError) || error.code !== code) throw error;
  };
}

interface Decision {
  readonly trust: number;
  readonly reason: string | undefined;
}

async function decide(cli: Cli, { kind, id, name }: Meant, decision: Decision) {
  const reply =
    kind === 'document'
      ? await cli.client.call('document.trust', { uri: id, ...decision })
      : await cli.client.call('context.trust', { entry_id: id, ...decision });
  return { kind, id, name, trust: reply.trust };
}
