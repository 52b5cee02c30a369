import { layers, priorities, scopes } from '../../core/words.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { oneOf, wordsOrStdin } from '../input.ts';
import { oneLine } from '../text.ts';

const kinds = ['decision', 'fact', 'preference', 'note', 'lesson'] as const;

interface RememberOptions {
  readonly as: string;
  readonly scope?: string;
  readonly priority?: string;
  readonly layer?: string;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('remember')
    .description('Keep one thing. The same words again are the same entry; agents are told from their next start on.')
    .argument('[text...]', 'what to keep; read from stdin when absent or "-"')
    .option('--as <kind>', `what it is: ${kinds.join(', ')}`, 'note')
    .option('--scope <scope>', 'project; user: in every project of yours; or agent, session, tenant, global')
    .option('--priority <priority>', 'critical, high, medium or low')
    .option('--layer <layer>', layers.join(', '))
    .action(bind(remember));
  withExamples(command, [
    'prsist remember "we dropped redis: one file is enough" --as decision',
    'prsist remember --as preference --scope user "commit messages in English"',
    'git log -1 --format=%B | prsist remember --as lesson',
  ]);
};

async function remember(cli: Cli, words: readonly string[], options: RememberOptions): Promise<void> {
  const kind = oneOf(kinds, options.as, '--as');
  const text = (await wordsOrStdin(cli, words, 'text')).trim();
  // without a key: it is made of the text as it is kept, after redaction
  const reply = await cli.client.call('context.store', {
    value: text,
    category: kind,
    scope: options.scope === undefined ? undefined : oneOf(scopes, options.scope, '--scope'),
    priority: options.priority === undefined ? undefined : oneOf(priorities, options.priority, '--priority'),
    layer: options.layer === undefined ? undefined : oneOf(layers, options.layer, '--layer'),
  });
  cli.answer(reply, () => cli.print.line(`${reply.created ? 'remembered' : 'known already'}  ${oneLine(reply.key)}`));
}
