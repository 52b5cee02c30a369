import type { Command } from 'commander';
import { PrsistError } from '../../core/errors.ts';
import { shortId } from '../../core/ids.ts';
import { hookedAgents } from '../../core/words.ts';
import { givePatch, patchPlace, tellPatch } from '../accepted-patch.ts';
import type { Bind, Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { keyValue, wholeId } from '../input.ts';
import { nearest } from '../nearest.ts';
import { wholeSession } from '../session-id.ts';
import { oneLine } from '../text.ts';
import { relativeTime } from '../when.ts';

interface HandOverOptions {
  readonly session?: string;
  readonly reason?: string;
  readonly info?: Readonly<Record<string, string>>;
  readonly instructions?: string;
  readonly toUser?: string;
  readonly toDevice?: string;
  readonly withPatch?: boolean;
}

interface AcceptOptions {
  readonly agent?: string;
  readonly patch?: string;
}

export const register: Register = (parent, bind) => {
  const command = parent.command('handoff');
  addHandOver(command, bind, 'prsist handoff');
  addAccept(command, bind, 'prsist handoff');
  addDecline(command, bind, 'prsist handoff');
};

/** Makes a command the one that hands a session over. name: how the command is called, for its examples. */
export function addHandOver(command: Command, bind: Bind, name: string): void {
  command
    .description(
      'Hand a session over. An agent with hooks is told everything, once, on its next start in this work tree and branch.',
    )
    .argument('<agent>', `${hookedAgents.join(', ')}; any other takes it with: ${name} accept`)
    .option('--session <id>', 'the newest of this work tree when absent')
    .option('--reason <text>', 'why (handed over from the terminal)')
    .option('--info <key=value>', 'a fact the other must know; may be repeated', keyValue)
    .option('--instructions <text>', 'how to go on')
    .option('--to-user <id>', 'only this person is shown it')
    .option('--to-device <id>', 'only this device is shown it')
    .option('--with-patch', 'take along what is changed and new in the work tree (text, at most 1 MiB, no secrets)')
    .action(bind(handOver));
  withExamples(command, [
    `${name} codex --reason "rate limit"`,
    `${name} claude-code --info ticket=42 --instructions "run the migration test first"`,
  ]);
}

/** Adds `accept`. */
export function addAccept(parent: Command, bind: Bind, name: string): void {
  const command = parent
    .command('accept')
    .description('Take a waiting handoff: everything the sender left, and what happened since.')
    .argument('[handoff]', 'the newest waiting one when absent; may be shortened')
    .option('--agent <agent>', 'who takes it; whom it is for when absent')
    .option('--patch <file>', 'write the patch that came along into a new file; "-" prints it, and nothing else')
    .action(bind(accept));
  withExamples(command, [
    `${name} accept`,
    `${name} accept 3f2a91bc --agent codex`,
    `${name} accept --patch - | git apply`,
  ]);
}

/** Adds `decline`. */
export function addDecline(parent: Command, bind: Bind, name: string): void {
  const command = parent
    .command('decline')
    .description('Give a handoff back: it waits again.')
    .argument('<handoff>', 'its id; may be shortened')
    .option('--reason <text>', 'why')
    .action(bind(decline));
  withExamples(command, [`${name} decline 3f2a91bc --reason "wrong branch"`]);
}

async function handOver(cli: Cli, agent: string, options: HandOverOptions): Promise<void> {
  requireMeant(agent);
  const reply = await cli.client.call('session.handoff', {
    to_agent: agent,
    handoff_reason: options.reason ?? 'handed over from the terminal',
    session_id: options.session === undefined ? undefined : await wholeSession(cli, options.session),
    critical_info: options.info,
    continuation_instructions: options.instructions,
    to_user: options.toUser,
    to_device: options.toDevice,
    with_patch: options.withPatch,
  });
  cli.answer(reply, () => {
    cli.print.line(
      `${reply.handoff_id}  session ${shortId(reply.session_id)}  ${reply.from_agent} → ${reply.to_agent}`,
    );
    if (reply.patch) tellPatch(cli, reply.patch);
    cli.print.note(`${promise(agent)}; it waits ${relativeTime(reply.expires_at, cli.now()).replace(/^in /, '')}`);
  });
}

/** Refuses a name that is nearly one of ours: a handoff to nobody would wait in vain. */
function requireMeant(agent: string): void {
  if (hasHooks(agent)) return;
  const near = nearest(agent, [...hookedAgents, 'accept', 'decline']);
  if (near === undefined) return;
  throw new PrsistError('input/invalid', `no agent "${agent}": did you mean ${near}?`, {
    field: 'agent',
    hint: `prsist handoff ${near}`,
  });
}

function hasHooks(agent: string): boolean {
  return hookedAgents.some((known) => known === agent);
}

function promise(agent: string): string {
  const name = oneLine(agent);
  if (hasHooks(agent)) return `${name} is told on its next start here`;
  return `prsist has no hook for ${name} yet: it takes the handoff with prsist handoff accept`;
}

async function accept(cli: Cli, given: string | undefined, options: AcceptOptions): Promise<number> {
  const place = patchPlace(cli, options.patch);
  const { items } = await cli.client.call('session.handoffs', { status: 'pending' });
  const handoffId =
    given === undefined
      ? items[0]?.handoff_id
      : wholeId(
          given,
          items.map((item) => item.handoff_id),
        );
  if (handoffId === undefined)
    throw new PrsistError('handoff/not-found', 'no handoff is waiting', { hint: 'prsist status' });
  const agent = options.agent ?? cli.agent ?? items.find((item) => item.handoff_id === handoffId)?.to_agent;
  if (agent === undefined) {
    throw new PrsistError('handoff/not-found', `no handoff ${handoffId} is waiting`, {
      hint: 'prsist status shows those that wait; one you took before comes again with --agent NAME',
    });
  }
  const reply = await cli.client.call('session.accept', { handoff_id: handoffId, agent });
  return givePatch(cli, reply, { agent, place });
}

async function decline(cli: Cli, given: string, _own: object, command: Command): Promise<void> {
  // below `handoff`, which has a --reason too, commander gives it to that one
  const { reason } = command.optsWithGlobals<{ readonly reason?: string }>();
  const { items } = await cli.client.call('session.handoffs', {});
  const handoffId = wholeId(
    given,
    items.map((item) => item.handoff_id),
  );
  const reply = await cli.client.call('session.decline', { handoff_id: handoffId, reason });
  cli.answer(reply, () => cli.print.line(`${shortId(reply.handoff_id)}  ${reply.status}`));
}
