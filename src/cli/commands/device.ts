import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import type { Reply } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import { monotonic } from '../../platform/time.ts';
import { askedLine, wordsOf } from '../asked-line.ts';
import type { Bind, Cli, Register } from '../cli.ts';
import { confirmed } from '../confirm.ts';
import { withExamples } from '../examples.ts';
import { exchanged, tellExchange } from '../exchange.ts';
import { follow } from '../follow.ts';
import { plural } from '../print.ts';
import { shortIds } from '../short-ids.ts';
import { standingLine } from '../standing.ts';
import { oneLine } from '../text.ts';
import { relativeTime } from '../when.ts';

type List = Reply<Operations['device.list']>;

interface AdmitOptions {
  readonly words?: string;
  readonly yes?: boolean;
}
interface InviteOptions extends AdmitOptions {
  readonly remote?: string;
}
interface JoinOptions {
  readonly words?: boolean;
  readonly remote?: string;
  readonly name?: string;
  readonly wait?: boolean;
  readonly cancel?: boolean;
}

/** As long as a token is good for. */
const patienceMs = 15 * 60_000;
/** One request waits so long; below what a client waits for an answer. */
const waitSeconds = 20;

export const register: Register = (parent, bind) => {
  const command = parent
    .command('device')
    .description('The devices that share your memory. What they exchange is sealed; a remote cannot read it.');
  addInvite(command, bind);
  addJoin(command, bind);
  const lists = command.command('list').description('All devices, and how this one stands.').action(bind(list));
  withExamples(lists, ['prsist device list', 'prsist device list --json | jq .standing']);
  const revokes = command
    .command('revoke')
    .description('Put a device out. What it holds it keeps; it reads nothing that is written from now on.')
    .argument('<device>', 'id, a beginning of it, or name')
    .option('--yes', 'without asking')
    .action(bind(revoke));
  withExamples(revokes, ['prsist device revoke old-laptop', 'prsist device revoke 019a3985 --yes']);
  const renames = command
    .command('rename')
    .description('Another name for a device, on all devices.')
    .argument('<device>', 'id, a beginning of it, or name')
    .argument('<name>', 'what it is called from now on')
    .action(bind(rename));
  withExamples(renames, ['prsist device rename 019a3985 desk']);
  withExamples(command, ['prsist device invite', 'prsist device join', 'prsist device list']);
};

function addInvite(command: Command, bind: Bind): void {
  const invites = command
    .command('invite')
    .description('Print a token for another device, wait until it asks, compare the check words, let it in.')
    .option('--remote <name>', 'through which remote; the first when absent')
    .option('--words <words>', 'the four check words of its screen: let in only with these')
    .option('--yes', 'let in whoever asks first, without comparing')
    .action(bind(invite));
  withExamples(invites, [
    'prsist device invite',
    'prsist device invite --remote home',
    'prsist device invite --json   # the token alone; then prsist device admit',
  ]);
  const admits = command
    .command('admit')
    .description('For scripts: let in the device that asks with an invitation made by `device invite --json`.')
    .argument('<invite_id>', 'as device invite --json gave it')
    .option('--words <words>', 'the four check words of its screen: let in only with these')
    .option('--yes', 'let in whoever asks first, without comparing')
    .action(bind(admit));
  withExamples(admits, ['prsist device admit 5f0c2a9be1d47c36 --words "able baker candy dog"']);
}

function addJoin(command: Command, bind: Bind): void {
  const joins = command
    .command('join')
    .description('Join the devices of a token (asked for, or piped in), or with the recovery words alone.')
    .argument('[token]', 'what prsist device invite printed; better typed when asked for than given here')
    .option('--words', 'with the 24 recovery words, asked for or piped in; needs --remote')
    .option('--remote <url>', 'the same remote as it is reached from here, where that differs')
    .option('--name <name>', 'what the remote will be called here (home)')
    .option('--no-wait', 'ask, and do not wait for the answer')
    .option('--cancel', 'give up waiting to be let in')
    .action(bind(join));
  withExamples(joins, [
    'prsist device join',
    'prsist device join --remote folder:~/Sync/prsist',
    'prsist device join --words --remote git:ssh://git@example.org/memory.git < words.txt',
    'prsist device join --cancel',
  ]);
}

async function invite(cli: Cli, options: InviteOptions): Promise<number> {
  const { remote } = options;
  const made = await cli.client.call('device.invite', remote === undefined ? {} : { remote });
  if (cli.options.json) {
    cli.print.json(made);
    return 0;
  }
  cli.print.line(made.token);
  cli.print.note('on the other device: prsist device join, then this line (once, within 15 minutes; Ctrl-C ends it)');
  return letIn(cli, made.invite_id, options);
}

async function admit(cli: Cli, invite_id: string, options: AdmitOptions): Promise<number> {
  return letIn(cli, invite_id, options);
}

/** Waits for a device, shows its check words, and lets it in when they are the same on both screens. */
async function letIn(cli: Cli, invite_id: string, { words, yes }: AdmitOptions): Promise<number> {
  const items = await patiently(cli, async () => {
    const reply = await cli.client.call('device.asking', { invite_id, wait_seconds: waitSeconds });
    return reply.items.length > 0 ? reply.items : undefined;
  });
  if (items === undefined) return 130;
  const given = words === undefined ? undefined : wordsOf(words);
  const chosen = given ? (items.find((item) => item.words.join(' ') === given.join(' ')) ?? items[0]) : items[0];
  if (!chosen) return 1;
  for (const item of items) cli.print.note(`${oneLine(item.name)} asks; its check words: ${item.words.join(' ')}`);
  if (items.length > 1 && !given) throw several();
  const isSame = given !== undefined || (await sameWords(cli, chosen, yes === true));
  if (!isSame) {
    cli.print.warn('nobody was let in; the token stays good until its time is over');
    return 1;
  }
  const { device_id } = chosen;
  const reply = await cli.client.call('device.admit', { invite_id, device_id, ...(given ? { words: given } : {}) });
  cli.answer(reply, () => cli.print.line(`let in  ${oneLine(reply.name)}`));
  return 0;
}

function sameWords(cli: Cli, { name }: { readonly name: string }, yes: boolean): Promise<boolean> {
  return confirmed(cli, `Does ${oneLine(name)} show the same four words?`, yes, {
    why: 'a device must not be let in unseen',
    hint: 'say --words "<the four words of its screen>", or --yes',
  });
}

function several(): PrsistError {
  return new PrsistError('device/refused', 'several devices ask with this token; nobody was let in', {
    hint: 'prsist device invite makes a new one; with --words only the device with these words is let in',
  });
}

async function join(cli: Cli, given: string | undefined, options: JoinOptions): Promise<number> {
  if (options.cancel) return cancel(cli);
  if (options.words) return joinByWords(cli, options);
  const { standing } = await cli.client.call('device.list', {});
  if (standing !== 'waiting' || given !== undefined) await ask(cli, given, options);
  if (options.wait === false) return 0;
  const joined = await patiently(
    cli,
    async () => (await cli.client.call('device.joined', { wait_seconds: waitSeconds })).joined ?? undefined,
  );
  if (joined === undefined) {
    cli.print.note('still waiting: prsist device join goes on with it, prsist device join --cancel gives it up');
    return 130;
  }
  return entered(cli, joined);
}

async function ask(cli: Cli, given: string | undefined, { remote, name, wait }: JoinOptions): Promise<void> {
  const token = given ?? (await askedLine(cli, 'the token (prsist device invite on the other device prints it):'));
  const asked = await cli.client.call('device.join', {
    ...{ token, ...(remote === undefined ? {} : { url: remote }), ...(name === undefined ? {} : { name }) },
  });
  if (wait === false) return cli.answer(asked, () => showWords(cli, asked));
  showWords(cli, asked);
}

function showWords(
  cli: Cli,
  { invited_by, words }: { readonly invited_by: string; readonly words: readonly string[] },
): void {
  cli.print.note(`check words: ${words.join(' ')}`);
  cli.print.note(`waiting for approval on ${oneLine(invited_by)}, where the same words must stand (Ctrl-C: later)`);
}

async function joinByWords(cli: Cli, { remote, name }: JoinOptions): Promise<number> {
  if (remote === undefined) {
    throw new PrsistError('input/invalid', 'where the memory is kept is not said', {
      ...{ field: 'remote', hint: 'prsist device join --words --remote <url>' },
    });
  }
  const words = wordsOf(await askedLine(cli, 'the 24 recovery words, in one line:'));
  const where = { url: remote, ...(name === undefined ? {} : { name }) };
  return entered(cli, await cli.client.call('recovery.join', { words, ...where }));
}

/** Says so, and takes in at once what the others have written: their projects are known before one is cloned here. */
async function entered(cli: Cli, joined: { readonly devices: number }): Promise<number> {
  cli.answer(joined, () => cli.print.line(`joined  ${plural(joined.devices, 'device')} now share this memory`));
  const job = await follow(cli, await cli.client.call('sync.run', {}));
  if (job === 130 || cli.options.json) return 0;
  for (const each of exchanged(job.result)) tellExchange(cli, each);
  return 0;
}

async function cancel(cli: Cli): Promise<number> {
  const reply = await cli.client.call('device.cancel', {});
  cli.answer(reply, ({ cancelled }) =>
    cli.print.line(cancelled ? 'not waiting any more' : 'this device waited for nothing'),
  );
  return 0;
}

async function list(cli: Cli): Promise<void> {
  const reply = await cli.client.call('device.list', {});
  cli.answer(reply, () => {
    cli.print.note(standingLine(reply));
    const short = shortIds(reply.items.map((item) => item.device_id));
    cli.print.table(reply.items.map((item) => [short(item.device_id), oneLine(item.name), stateOf(cli, item)]));
  });
}

function stateOf(cli: Cli, item: List['items'][number]): string {
  if (item.revoked_at !== null) return `revoked ${relativeTime(item.revoked_at, cli.now())}`;
  const since = `since ${relativeTime(item.added_at, cli.now())}`;
  if (item.this_device) return `this device, ${since}`;
  const heard = Date.parse(item.last_seen ?? item.added_at);
  if (cli.now() - heard < silentMs) return since;
  return `${since}, silent for ${Math.floor((cli.now() - heard) / dayMs)} days: nothing waits for it any more`;
}

const dayMs = 86_400_000;
/** As long as erases wait for a device to say that they are done. */
const silentMs = 180 * dayMs;

async function revoke(cli: Cli, asked: string, { yes }: AdmitOptions): Promise<number> {
  const question = `Put ${oneLine(asked)} out? It keeps what it holds, and reads nothing newer.`;
  if (!(await confirmed(cli, question, yes === true, { why: 'a revoked device is not taken back', hint: 'say --yes' })))
    return 1;
  const reply = await cli.client.call('device.revoke', { device_id: asked });
  cli.answer(reply, () => cli.print.line(`revoked  ${oneLine(reply.name)}`));
  return 0;
}

async function rename(cli: Cli, asked: string, name: string): Promise<void> {
  const reply = await cli.client.call('device.rename', { device_id: asked, name });
  cli.answer(reply, () => cli.print.line(`renamed  ${oneLine(reply.name)}`));
}

/** Asks again and again until there is an answer; undefined after Ctrl-C, or when a token's time is over. */
async function patiently<T>(cli: Cli, look: () => Promise<T | undefined>): Promise<T | undefined> {
  const { signalled, release } = cli.interrupted();
  const ended = signalled.then(() => 'ended' as const);
  const until = monotonic() + patienceMs;
  try {
    while (monotonic() < until) {
      const seen = await Promise.race([look(), ended]);
      if (seen === 'ended') return undefined;
      if (seen !== undefined) return seen;
    }
    return undefined;
  } finally {
    release();
  }
}
