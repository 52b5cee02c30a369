import type { Command } from 'commander';
import { errorTable } from '../../core/errors.ts';
import type { Bind, Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { oneOf } from '../input.ts';
import { oneLine } from '../text.ts';
import { relativeTime } from '../when.ts';

const kinds = ['folder', 'git', 'rclone'] as const;

export const register: Register = (parent, bind) => {
  const command = parent
    .command('remote')
    .description(
      'Places where the memory is kept for your other machines: a folder, a git repository, or what rclone reaches.',
    );
  addAdd(command, bind);
  const lists = command.command('list').description('The remotes, and when each was last reached.').action(bind(list));
  withExamples(lists, ['prsist remote list', 'prsist remote list --json']);
  const removes = command
    .command('remove')
    .description('Forget a remote. Nothing is removed there; `remote add` with its address takes it up again.')
    .argument('<name>', 'its name, or a beginning of its id')
    .action(bind(remove));
  withExamples(removes, ['prsist remote remove home']);
  addTest(command, bind);
  withExamples(command, [
    'prsist remote add home folder:~/Sync/prsist',
    'prsist remote add work git:git@host:me/memory.git',
    'prsist remote test home',
  ]);
};

function addAdd(parent: Command, bind: Bind): void {
  const command = parent
    .command('add')
    .description(
      'Add a remote. It is tried first: put, list, get, put again, delete. What goes there is sealed on this machine; a folder may lie on a network, on a stick, or be kept alike by another program.',
    )
    .argument('<name>', 'what you call it')
    .argument(
      '<url>',
      'folder:PATH, git:URL, rclone:REMOTE:PATH, or a path or git address by itself; never with a password in it',
    )
    .option('--kind <kind>', 'folder, git or rclone, where the address leaves it open')
    .action(bind(add));
  withExamples(command, [
    'prsist remote add home folder:~/Sync/prsist',
    'prsist remote add stick folder:/media/me/stick/prsist',
    'prsist remote add work https://host/me/memory.git',
    'prsist remote add drive rclone:drive:prsist    what `rclone config` calls drive',
    'prsist remote remove home    takes it back; nothing is removed there',
  ]);
}

function addTest(parent: Command, bind: Bind): void {
  const command = parent
    .command('test')
    .description('Try a remote, step by step.')
    .argument('<name>', 'its name, or a beginning of its id')
    .option('--accept-rollback', 'you replaced or emptied it on purpose: take what it shows now as all it ever had')
    .action(bind(test));
  withExamples(command, ['prsist remote test home', 'prsist remote test home --accept-rollback']);
}

async function add(cli: Cli, name: string, url: string, { kind }: { readonly kind?: string }): Promise<void> {
  const reply = await cli.client.call('remote.add', {
    ...{ name, url },
    ...(kind === undefined ? {} : { kind: oneOf(kinds, kind, '--kind') }),
  });
  cli.answer(reply, () => {
    printSteps(cli, reply.probe.steps);
    cli.print.line(`added  ${reply.name}  ${oneLine(reply.url)}`);
    if (reply.made) cli.print.note('the directory was not there and has been made');
    cli.print.note(`prsist remote remove ${reply.name} takes it back; nothing is removed there`);
  });
}

async function list(cli: Cli): Promise<void> {
  const reply = await cli.client.call('remote.list', {});
  cli.answer(reply, ({ items }) => {
    if (items.length === 0) return cli.print.note('no remote yet: prsist remote add <name> folder:PATH');
    cli.print.table(items.map((item) => [item.name, oneLine(item.url), stateOf(item, cli.now())]));
  });
}

async function remove(cli: Cli, name: string): Promise<void> {
  const reply = await cli.client.call('remote.remove', { name });
  cli.answer(reply, () => {
    cli.print.line(`removed  ${reply.name}`);
    cli.print.note(
      `nothing was removed there; prsist remote add ${reply.name} ${asWord(oneLine(reply.url))} takes it up again`,
    );
  });
}

/** One word for a shell, whatever it holds. */
function asWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

async function test(cli: Cli, name: string, { acceptRollback }: { readonly acceptRollback?: true }): Promise<number> {
  const reply = await cli.client.call('remote.test', { name, accept_rollback: acceptRollback === true });
  cli.answer(reply, () => {
    printSteps(cli, reply.probe.steps);
    if (reply.forgotten !== null) cli.print.line('what it shows now counts as all it ever had');
  });
  const failure = reply.probe.steps.find(({ ok }) => !ok);
  if (!failure) return 0;
  const row = rowOf(failure.code);
  if (!cli.options.json) cli.print.warn(`try: ${row.hint}`);
  return row.exit;
}

type Step = { readonly name: string; readonly ok: boolean; readonly ms: number; readonly why?: string | undefined };

function printSteps(cli: Cli, steps: readonly Step[]): void {
  cli.print.table(
    steps.map(({ name, ok, ms, why }) => [name, ok ? 'ok' : 'failed', `${ms} ms`, ...(ok ? [] : [oneLine(why ?? '')])]),
  );
}

/** Exit status and hint of a code; one of a later version counts as what may pass. */
function rowOf(code = ''): { readonly exit: number; readonly hint: string } {
  // the lookup is the reason for the cast
  return errorTable[Object.hasOwn(errorTable, code) ? (code as keyof typeof errorTable) : 'remote/offline'];
}

interface Seen {
  readonly last_ok_at: string | null;
  readonly last_error: string | null;
}

function stateOf({ last_ok_at, last_error }: Seen, nowMs: number): string {
  if (last_error !== null) return `failed: ${oneLine(last_error)}`;
  return last_ok_at === null ? 'never reached' : `reached ${relativeTime(last_ok_at, nowMs)}`;
}
