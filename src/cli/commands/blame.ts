import { dirname, resolve } from 'node:path';
import { PrsistError } from '../../core/errors.ts';
import { shortId } from '../../core/ids.ts';
import type { Reply } from '../../core/operation.ts';
import type { Operations } from '../../features/operations.ts';
import { fileInfo } from '../../platform/walk.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { cut, oneLine } from '../text.ts';
import { relativeTime } from '../when.ts';

type Blamed = Reply<Operations['session.blame']>['items'][number];

export const register: Register = (parent, bind) => {
  const command = parent
    .command('blame')
    .description('Which session, which agent and which ask the lines of a file came from, also after amend and rebase.')
    .argument('<file>', 'a file; with :40 one of its lines, with :40-60 some of them')
    .action(bind(blame));
  withExamples(command, ['prsist blame src/server.ts:40', 'prsist blame src/server.ts:40-60 --json']);
};

async function blame(cli: Cli, asked: string): Promise<void> {
  const { file, line, until } = placeIn(cli, asked);
  // a file belongs to the project it lies in, wherever the command is run
  const client = cli.options.project === undefined ? cli.callAs({ project: dirname(file) }) : cli.client;
  const reply = await client.call('session.blame', { path: file, line, until });
  cli.answer(reply, ({ items }) => {
    if (items.length === 0) cli.print.note('the file is empty');
    for (const each of items) show(cli, each);
  });
}

/** A file whose name itself ends like a line number is that file. */
function placeIn(cli: Cli, asked: string): { file: string; line: number | undefined; until: number | undefined } {
  const found = /^(.+):(\d{1,9})(?:-(\d{1,9}))?$/s.exec(asked);
  const whole = resolve(cli.cwd, asked);
  if (!found || fileInfo(whole)) return { file: whole, line: undefined, until: undefined };
  const [, name = '', line, until] = found;
  if (Number(line) === 0 || (until !== undefined && Number(until) < Number(line))) {
    const hint = 'lines are counted from 1: prsist blame src/server.ts:40-60';
    throw new PrsistError('input/invalid', `${asked}: no such lines`, { field: 'file', hint });
  }
  return { file: resolve(cli.cwd, name), line: Number(line), until: until === undefined ? undefined : Number(until) };
}

/** One line of where and who, one of what was asked. */
function show(cli: Cli, { from, to, commit, session, ask, how, confidence }: Blamed): void {
  const { print } = cli;
  const lines = from === to ? String(from) : `${from}-${to}`;
  const name = commit === null ? 'not committed' : shortId(commit.sha);
  const who = session === null ? 'no session known' : oneLine(session.agent ?? 'agent');
  const when = commit && relativeTime(commit.at, cli.now());
  const details = [
    session && `session ${shortId(session.session_id)}`,
    when,
    how && `${sureness(confidence)}: ${reasons[how]}`,
    session === null && commit && `by ${oneLine(commit.author)}`,
  ].filter((part) => part);
  const what = ask?.text ?? session?.title ?? commit?.subject ?? '';
  print.line(
    `${lines}  ${print.paint('cyan', name)}  ${print.paint('bold', who)}  ${print.paint('dim', details.join(', '))}`,
  );
  if (what !== '') print.line(`    ${cut(oneLine(what), Math.min(print.columns - 4, 200))}`);
}

const reasons: Readonly<Record<NonNullable<Blamed['how']>, string>> = {
  edit: 'it wrote these lines',
  command: 'its command made the commit',
  inside: 'the commit was made inside it',
  lines: 'it edited the file before',
  copy: 'it made the commit this one was copied from',
};

function sureness(confidence: number): string {
  return confidence >= 0.9 ? 'sure' : confidence >= 0.6 ? 'likely' : 'perhaps';
}
