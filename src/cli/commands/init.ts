import { resolve } from 'node:path';
import { movedAgentHomes } from '../../core/agent-homes.ts';
import { hookedAgents } from '../../core/words.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { follow } from '../follow.ts';
import { printImported } from '../imported.ts';
import { list, oneOf } from '../input.ts';
import { noteMachine } from '../note-machine.ts';
import { printResult } from '../result.ts';
import { oneLine } from '../text.ts';
import { printTouched } from '../touched.ts';

const extraGitHooks = ['pre-push', 'prepare-commit-msg'] as const;

interface InitOptions {
  readonly agents?: readonly string[];
  readonly name?: string;
  readonly import: boolean;
  readonly gitHooks: boolean;
  readonly moreGitHooks?: readonly string[];
  readonly sharedHooks?: boolean;
  readonly projectHooks?: boolean;
  readonly mcp: boolean;
  readonly dryRun?: boolean;
  readonly notNow?: boolean;
  readonly never?: boolean;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('init')
    .description(
      'Make a directory a project: its id, hooks and MCP entries of the agents found, git hooks; then import past sessions.',
    )
    .argument('[directory]', 'the working directory when absent')
    .option('--agents <a,b>', 'only these agents', list)
    .option('--name <name>', 'name of the project; the name of the directory when absent')
    .option('--no-import', 'leave past sessions alone')
    .option('--no-git-hooks', 'leave the git hooks alone')
    .option(
      '--more-git-hooks <a,b>',
      'also these: pre-push, prepare-commit-msg (names the session in commits while capture.commit_trailer is on)',
      list,
    )
    .option('--shared-hooks', 'also change hooks that the repository tracks (husky): everybody gets them')
    .option('--project-hooks', 'hooks and MCP entries go into files of this repository, not into your own')
    .option('--no-mcp', 'tell no agent of the MCP server')
    .option('--not-now', 'do not: throw away what waits of this repository, and ask again in a week')
    .option('--never', 'do not, and never ask about this repository again')
    .option('--dry-run', 'show every change and make none')
    .action(bind(init));
  withExamples(command, [
    'prsist init --dry-run',
    'prsist init --agents claude-code,codex',
    'prsist init ~/src/shop --no-import',
  ]);
};

async function init(cli: Cli, directory: string | undefined, options: InitOptions): Promise<number> {
  const place = resolve(cli.cwd, directory ?? '.');
  if (options.notNow || options.never) return decline(cli, place, options.never ? 'ever' : 'now');
  const started = await cli.client.call('project.init', {
    directory: place,
    name: options.name,
    agents: options.agents?.map((agent) => oneOf(hookedAgents, agent, '--agents')),
    git_hooks: options.gitHooks,
    more_git_hooks: options.moreGitHooks?.map((name) => oneOf(extraGitHooks, name, '--more-git-hooks')),
    shared_hooks: options.sharedHooks,
    project_hooks: options.projectHooks,
    mcp: options.mcp,
    import: options.import,
    dry_run: options.dryRun ?? false,
    agent_homes: movedAgentHomes(cli.env),
  });
  const job = await follow(cli, started);
  if (job === 130) return job;
  if (cli.options.json) cli.print.json(job);
  const result = job.result ?? {};
  const exit = printTouched(cli, result.touched, options.dryRun ? 'planned' : 'done');
  if (!cli.options.json && !options.dryRun) printProject(cli, result);
  noteMachine(cli);
  cli.print.note(options.dryRun ? 'nothing was changed' : 'next: start an agent here, then prsist status');
  return exit;
}

async function decline(cli: Cli, directory: string, answer: 'now' | 'ever'): Promise<number> {
  const reply = await cli.client.call('project.decline', { directory, answer });
  const again = answer === 'ever' ? 'nobody asks again' : 'it is asked about again in a week';
  cli.answer(reply, () => cli.print.line(`${oneLine(reply.root)} is not captured; ${again}`));
  return 0;
}

function printProject(cli: Cli, result: Readonly<Record<string, unknown>>): void {
  cli.print.line('');
  cli.print.table([
    ['project', `${oneLine(String(result.name))}  ${String(result.project_id)}`],
    ['commits', `${Number(result.commits_added ?? 0)} taken in`],
  ]);
  if (typeof result.recovered === 'object' && result.recovered !== null) {
    cli.print.note('its database was gone; brought back:');
    printResult(cli.print, { ...result.recovered });
  }
  if (typeof result.imported === 'object' && result.imported !== null) printImported(cli.print, { ...result.imported });
  const next = Array.isArray(result.next) ? result.next : [];
  for (const step of next) cli.print.note(`to do: ${oneLine(String(step))}`);
}
