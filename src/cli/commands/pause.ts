import { PrsistError } from '../../core/errors.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { type Paused, pauseLine } from '../paused.ts';
import { durationMs } from '../when.ts';

interface PauseOptions {
  readonly off?: boolean;
  readonly allProjects?: boolean;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('pause')
    .description(
      'Take nothing in for a time: what is said to agents, done or committed in it is not remembered, not later either.\n' +
        'Without a duration until --off. Agents are still told what was remembered before; remember and handoff still work.',
    )
    .argument('[duration]', 'how long: 30m, 2h, 1d')
    .option('--off', 'end it')
    .option('--all-projects', 'in every project, also in those to come')
    .action(bind(pause));
  withExamples(command, ['prsist pause 2h', 'prsist pause --all-projects', 'prsist pause --off']);
};

async function pause(cli: Cli, duration: string | undefined, options: PauseOptions): Promise<void> {
  const everywhere = options.allProjects ?? false;
  const reach = everywhere ? { all_projects: true } : { project: cli.options.project ?? cli.cwd };
  if (!options.off) {
    const for_ms = duration === undefined ? undefined : lengthOf(duration);
    const { paused } = await cli.client.call('capture.pause', { ...reach, for_ms });
    cli.answer({ paused }, () => cli.print.line(pauseLine(paused, cli.now())));
    return;
  }
  if (duration !== undefined) throw new PrsistError('input/invalid', '--off ends a pause now: it takes no duration');
  const reply = await cli.client.call('capture.unpause', reach);
  cli.answer(reply, () => tellEnd(cli, reply.ended, reply.paused));
}

function tellEnd(cli: Cli, ended: number, paused: Paused | null): void {
  cli.print.line(ended > 0 ? 'the pause is over: capture goes on' : 'there was no pause to end here');
  if (paused !== null) cli.print.note(`${pauseLine(paused, cli.now())}\ntry: prsist pause --off --all-projects`);
}

function lengthOf(text: string): number {
  const ms = durationMs(text);
  if (ms !== undefined && ms > 0) return ms;
  throw new PrsistError('input/invalid', `"${text}" is no duration`, {
    field: 'duration',
    hint: 'say 30m, 2h, 1d or 1w',
  });
}
