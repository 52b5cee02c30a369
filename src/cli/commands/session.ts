import type { Command } from 'commander';
import { messageRoles } from '../../core/words.ts';
import type { Bind, Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { keyValue, oneOf, wordsOrStdin } from '../input.ts';
import { plural } from '../print.ts';
import { wholeSession } from '../session-id.ts';
import { cleaned } from '../text.ts';
import { addAccept, addDecline, addHandOver } from './handoff.ts';
import { addCompact, addExport, addPut } from './session-change.ts';
import { addContext, addMessages, addShow } from './session-show.ts';
import { addSessionList } from './sessions.ts';

interface StartOptions {
  readonly id?: string;
  readonly agent?: string;
  readonly title?: string;
  readonly branch?: string;
  readonly info?: Readonly<Record<string, string>>;
}

interface MessageOptions {
  readonly role: string;
  readonly author?: string;
  readonly agent?: string;
  readonly model?: string;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('session')
    .description('Work with one session. Ids may be shortened where unambiguous.');
  addStart(command, bind);
  addResume(command, bind);
  addMessage(command, bind);
  addHandOver(command.command('handoff'), bind, 'prsist session handoff');
  addAccept(command, bind, 'prsist session');
  addDecline(command, bind, 'prsist session');
  addEnd(command, bind);
  addSessionList(command.command('list'), bind, 'prsist session list');
  addShow(command, bind);
  addMessages(command, bind);
  addContext(command, bind);
  addPut(command, bind);
  addCompact(command, bind);
  addExport(command, bind);
  withExamples(command, [
    'prsist session show 3f2a91bc',
    'prsist session start --agent my-agent --title "nightly run"',
  ]);
};

function addStart(parent: Command, bind: Bind): void {
  const command = parent
    .command('start')
    .description(
      'Start a session, or find the one with this id. For programs: agents with hooks start theirs themselves.',
    )
    .option('--id <id>', 'an id of your own; made when absent')
    .option('--agent <agent>', 'who works in it')
    .option('--title <title>', 'what it is about')
    .option('--branch <branch>', 'on which branch')
    .option('--info <key=value>', 'what it starts from; may be repeated', keyValue)
    .action(bind(start));
  withExamples(command, ['prsist session start --agent my-agent --title "nightly run"']);
}

async function start(cli: Cli, options: StartOptions): Promise<void> {
  const { id, agent, title, branch, info } = options;
  const reply = await cli.client.call('session.start', { session_id: id, agent, title, branch, initial_context: info });
  cli.answer(reply, () => {
    cli.print.line(reply.session_id);
    if (!reply.created) cli.print.note(`it was there already, ${reply.status}`);
    if (reply.pending_handoff)
      cli.print.note(`a handoff waits: prsist handoff accept ${reply.pending_handoff.handoff_id}`);
  });
}

function addResume(parent: Command, bind: Bind): void {
  const command = parent
    .command('resume')
    .description('Bring a session back: it is active again, and its brief is printed. To only look: prsist resume.')
    .argument('[id]', 'the newest of this work tree when absent')
    .option('--agent <agent>', 'who goes on with it')
    .action(bind(resume));
  withExamples(command, ['prsist session resume 3f2a91bc --agent codex']);
}

async function resume(cli: Cli, id: string | undefined, options: { readonly agent?: string }): Promise<void> {
  const reply = await cli.client.call('session.resume', {
    session_id: id === undefined ? undefined : await wholeSession(cli, id),
    agent: options.agent ?? cli.agent,
  });
  cli.answer(reply, () => {
    cli.print.note(
      `session ${reply.session_id}: was ${reply.resumed_from}, is ${reply.status}, ${plural(reply.message_count, 'message')}`,
    );
    if (reply.brief !== '') cli.print.line(cleaned(reply.brief).trimEnd());
  });
}

function addMessage(parent: Command, bind: Bind): void {
  const command = parent
    .command('message')
    .description('Add one message to a session.')
    .argument('<id>', 'the session')
    .argument('[text...]', 'read from stdin when absent or "-"')
    .option('--role <role>', messageRoles.join(', '), 'user')
    .option('--agent <agent>', 'the agent that said it')
    .option('--author <name>', 'who said it, where several people speak')
    .option('--model <model>', 'with which model')
    .action(bind(message));
  withExamples(command, ['prsist session message 3f2a91bc "the test passes now" --role assistant']);
}

async function message(cli: Cli, id: string, words: readonly string[], options: MessageOptions): Promise<void> {
  const reply = await cli.client.call('session.message', {
    role: oneOf(messageRoles, options.role, '--role'),
    content: await wordsOrStdin(cli, words, 'text'),
    session_id: await wholeSession(cli, id),
    author: options.author,
    agent: options.agent ?? cli.agent,
    model: options.model,
  });
  cli.answer(reply, () => cli.print.line(`${reply.message_id}  message ${reply.message_count} of the session`));
}

function addEnd(parent: Command, bind: Bind): void {
  const command = parent
    .command('end')
    .description('End a session. A later resume opens it again.')
    .argument('<id>', 'the session')
    .option('--reason <reason>', 'why (completed)')
    .option('--summary <text>', 'what came out of it')
    .action(bind(end));
  withExamples(command, ['prsist session end 3f2a91bc --summary "migration merged"']);
}

async function end(
  cli: Cli,
  id: string,
  options: { readonly reason?: string; readonly summary?: string },
): Promise<void> {
  const reply = await cli.client.call('session.end', { session_id: await wholeSession(cli, id), ...options });
  cli.answer(reply, () =>
    cli.print.line(
      `${reply.session_id}  ${reply.status}  ${plural(reply.message_count, 'message')}, ${plural(reply.task_count, 'task')}`,
    ),
  );
}
