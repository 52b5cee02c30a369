import { resolve } from 'node:path';
import { type Cli, projectOf, type Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { follow } from '../follow.ts';
import { given } from '../input.ts';
import { printResult } from '../result.ts';
import { oneLine } from '../text.ts';

export const register: Register = (parent, bind) => {
  const command = parent
    .command('restore')
    .description(
      'Put a copy in the place of the database of this project. It is checked first; what was there is kept beside it.',
    )
    .argument('<file>', 'a copy: prsist backup --list shows those that are kept')
    .option('--as-new', 'make it a project of its own instead')
    .action(bind(restore));
  withExamples(command, ['prsist restore ~/shop.prsist.db', 'prsist restore old.db --as-new']);
};

async function restore(cli: Cli, file: string, options: { readonly asNew?: boolean }): Promise<number> {
  const project = options.asNew ? undefined : projectOf(cli.options.project, cli.cwd);
  const asked = { path: resolve(cli.cwd, given(file, '<file>')), as_new: options.asNew ?? false, project };
  const job = await follow(cli, await cli.client.call('store.restore', asked));
  if (job === 130) return job;
  const result = job.result ?? {};
  cli.answer(job, () => printResult(cli.print, result));
  if (options.asNew) cli.print.note(`look into it: prsist --project ${oneLine(String(result.name))} sessions`);
  else if (typeof result.backup === 'string') cli.print.note(`undo: prsist restore ${oneLine(result.backup)}`);
  return 0;
}
