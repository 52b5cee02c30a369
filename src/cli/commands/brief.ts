import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { count, oneOf } from '../input.ts';
import { wholeSession } from '../session-id.ts';
import { cleaned, oneLine } from '../text.ts';

const reasons = ['startup', 'resume', 'compact', 'handoff'] as const;

interface BriefOptions {
  readonly agent?: string;
  readonly session?: string;
  readonly reason?: string;
  readonly budget?: number;
  readonly why?: boolean;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('brief')
    .description('Print the text an agent starts with.')
    .option('--agent <agent>', 'which agent (claude-code)')
    .option('--session <id>', 'as this session was told at its start; about it, when that is not known')
    .option('--reason <reason>', `${reasons.join(', ')} (startup)`)
    .option('--budget <tokens>', 'at most so many tokens (2000)', count('--budget', 8000, 200))
    .option('--why', 'why each line is in it, instead of the text')
    .action(bind(brief));
  withExamples(command, ['prsist brief --agent claude-code', 'prsist brief --reason compact --why']);
};

async function brief(cli: Cli, options: BriefOptions): Promise<void> {
  const reply = await cli.client.call('brief.get', {
    agent: options.agent ?? cli.agent,
    session_id: options.session === undefined ? undefined : await wholeSession(cli, options.session),
    reason: options.reason === undefined ? undefined : oneOf(reasons, options.reason, '--reason'),
    budget_tokens: options.budget,
  });
  cli.answer(reply, () => {
    if (reply.brief === '') return cli.print.note('nothing to tell yet');
    if (options.why) cli.print.table(reply.items.map(({ why, line }) => [oneLine(why), oneLine(line)]));
    else cli.print.line(cleaned(reply.brief).trimEnd());
    cli.print.note(`${reply.tokens} tokens${reply.frozen ? ', as told when the session started' : ''}`);
  });
}
