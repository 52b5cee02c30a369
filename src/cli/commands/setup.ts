import { movedAgentHomes } from '../../core/agent-homes.ts';
import { hookedAgents } from '../../core/words.ts';
import { choice } from '../choice.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { follow } from '../follow.ts';
import { list, oneOf } from '../input.ts';
import { noteMachine } from '../note-machine.ts';
import { oneLine } from '../text.ts';
import { printTouched } from '../touched.ts';

const policies = ['listed', 'ask', 'all'] as const;
const policyKey = 'capture.policy';

interface SetupOptions {
  readonly agents?: readonly string[];
  readonly policy?: string;
  readonly dryRun?: boolean;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('setup')
    .description(
      'Once per person: install the hooks of the agents found, and say which repositories are captured. Again it changes nothing.',
    )
    .option('--agents <a,b>', 'only these agents', list)
    .option('--policy <policy>', 'listed: those with prsist init; ask: after asking you; all: every git repository')
    .option('--dry-run', 'show every change and make none')
    .action(bind(setup));
  withExamples(command, ['prsist setup --dry-run', 'prsist setup --policy ask', 'prsist setup --agents claude-code']);
};

async function setup(cli: Cli, options: SetupOptions): Promise<number> {
  const policy = options.policy === undefined ? await askedPolicy(cli, options) : options.policy;
  const started = await cli.client.call('system.setup', {
    agents: options.agents?.map((agent) => oneOf(hookedAgents, agent, '--agents')),
    policy: policy === undefined ? undefined : oneOf(policies, policy, '--policy'),
    dry_run: options.dryRun ?? false,
    agent_homes: movedAgentHomes(cli.env),
  });
  const job = await follow(cli, started);
  if (job === 130) return job;
  if (cli.options.json) cli.print.json(job);
  const result = job.result ?? {};
  const exit = printTouched(cli, result.touched, options.dryRun ? 'planned' : 'done');
  if (!cli.options.json) cli.print.table([['captured', meanings[String(result.policy)] ?? '']]);
  const next = Array.isArray(result.next) ? result.next : [];
  for (const step of next) cli.print.note(`to do: ${oneLine(String(step))}`);
  noteMachine(cli);
  cli.print.note(options.dryRun ? 'nothing was changed' : 'next: prsist init in a repository');
  return exit;
}

const meanings: Readonly<Record<string, string>> = {
  listed: 'repositories with prsist init (listed)',
  ask: 'repositories with prsist init, others after asking you (ask)',
  all: 'every git repository an agent works in (all)',
};

/** Asked once, at a terminal; what stands in a file or was given is the answer already. */
async function askedPolicy(cli: Cli, { dryRun }: SetupOptions): Promise<string | undefined> {
  if (dryRun || cli.options.json || !cli.stdin().isTTY) return undefined;
  const { source } = await cli.client.call('config.get', { key: policyKey });
  if (source !== 'default') return undefined;
  for (const policy of policies) cli.print.warn(`  ${policy.padEnd(7)} ${meanings[policy] ?? ''}`);
  return choice(cli, 'Which repositories are captured? [listed]', policies, 'listed');
}
