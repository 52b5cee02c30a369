import { movedAgentHomes } from '../../core/agent-homes.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { follow } from '../follow.ts';
import { printResult } from '../result.ts';
import { oneLine } from '../text.ts';
import { printTouched } from '../touched.ts';

export const register: Register = (parent, bind) => {
  const command = parent
    .command('uninstall')
    .description(
      'Take prsist out of every agent of yours, in every project: each file that init touched is put back. What is remembered stays where it is.',
    )
    .option('--dry-run', 'show every change and make none')
    .action(bind(uninstall));
  withExamples(command, ['prsist uninstall --dry-run', 'prsist uninstall']);
};

async function uninstall(cli: Cli, options: { readonly dryRun?: boolean }): Promise<number> {
  const input = { dry_run: options.dryRun ?? false, agent_homes: movedAgentHomes(cli.env) };
  const job = await follow(cli, await cli.client.call('project.uninstall', input));
  if (job === 130) return job;
  if (cli.options.json) cli.print.json(job);
  const result = job.result ?? {};
  const exit = printTouched(cli, result.touched, options.dryRun ? 'planned' : 'done');
  if (!cli.options.json) printResult(cli.print, result, ['touched', 'left', 'dry_run']);
  // the daemon answers a list of paths
  const left = (result.left ?? []) as readonly string[];
  for (const path of left) cli.print.note(`stays: ${oneLine(path)} (settings of that project; remove it yourself)`);
  cli.print.note(
    options.dryRun
      ? 'nothing was changed; without --dry-run prsist goes from every agent and project of yours'
      : `gone from every agent and project; what was remembered stays in ${cli.client.paths.data}`,
  );
  return exit;
}
