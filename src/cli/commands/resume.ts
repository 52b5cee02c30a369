import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { oneOf } from '../input.ts';
import { newestSession, wholeSession } from '../session-id.ts';
import { cleaned } from '../text.ts';

interface ResumeOptions {
  readonly agent?: string;
  readonly format: string;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('resume')
    .description('Print what an agent would be told when it goes on with a session. Changes nothing.')
    .argument('[id]', 'the newest session when absent; may be shortened')
    .option('--agent <agent>', 'as this agent would be told it')
    .option('--format <format>', 'md: the text; json: the whole state of the session', 'md')
    .action(bind(resume));
  withExamples(command, [
    'prsist resume',
    'prsist resume 3f2a91bc --agent codex',
    'prsist resume --format json | jq .tasks',
  ]);
};

async function resume(cli: Cli, id: string | undefined, options: ResumeOptions): Promise<void> {
  const format = oneOf(['md', 'json'], options.format, '--format');
  const session = id === undefined ? undefined : await wholeSession(cli, id);
  if (format === 'json') {
    const reply = await cli.client.call('session.context', { session_id: session ?? (await newestSession(cli)) });
    return cli.print.line(JSON.stringify(reply.context, null, 2));
  }
  const agent = options.agent ?? cli.agent;
  const reply = await cli.client.call('brief.get', { reason: 'resume', session_id: session, agent });
  cli.answer(reply, ({ brief }) => {
    if (brief === '') return cli.print.note('nothing to tell yet: prsist import takes in past sessions');
    cli.print.line(cleaned(brief).trimEnd());
  });
}
