import { hasAsked } from '../platform/asked-events.ts';
import { workTreeOf } from '../platform/repository.ts';
import { choice } from './choice.ts';
import type { Cli } from './cli.ts';
import { follow } from './follow.ts';
import { plural } from './print.ts';
import { oneLine } from './text.ts';

/** Commands that say what is to be done themselves, or have nothing to do with any repository. */
const elsewhere = new Set(['init', 'setup', 'uninstall', 'hook', 'daemon', 'doctor', 'demo', 'docs', 'api', 'config']);

/**
 * Asks once about the repository one stands in, when agents worked there, `capture.policy` is `ask` and nobody has
 * answered. Without a terminal it only says how to answer; inside an agent nothing, it is not the agent's to decide.
 */
export async function askUnlisted(cli: Cli, command: string): Promise<void> {
  if (elsewhere.has(command) || cli.agent !== undefined || cli.options.json || cli.options.quiet) return;
  if (!hasAsked(cli.client.paths.spool)) return;
  const root = workTreeOf(cli.cwd)?.mainTop;
  const { items } = await cli.client.call('project.unlisted', {});
  const found = items.find((item) => item.root === root);
  if (!found) return;
  const worked = `agents worked in ${oneLine(found.root)}, which is no project (${plural(found.events, 'event')} kept)`;
  if (!cli.stdin().isTTY) {
    cli.print.note(`${worked}: prsist init takes them in, prsist init --not-now or --never does not`);
    return;
  }
  const said = await choice(cli, `${worked}. Capture it? yes, no, never [no]`, ['yes', 'no', 'never'], 'no');
  if (said !== 'yes') {
    await cli.client.call('project.decline', { directory: found.root, answer: said === 'no' ? 'now' : 'ever' });
    return;
  }
  const only = { agents: [], git_hooks: false, mcp: false };
  const job = await follow(cli, await cli.client.call('project.init', { directory: found.root, ...only }));
  if (job !== 130) cli.print.note(`${oneLine(found.root)} is a project now`);
}
