import { resolve } from 'node:path';
import { PrsistError } from '../../core/errors.ts';
import { atExit, endAsked } from '../../platform/end-signals.ts';
import { monotonic, pause } from '../../platform/time.ts';
import { fileKind } from '../../platform/walk.ts';
import type { Cli, Register } from '../cli.ts';
import { createHome, type DemoHome, dropHome, type Left, leaveHome } from '../demo/home.ts';
import { play, type StepReport, secondsSince, steps } from '../demo/play.ts';
import { createShow, type Show } from '../demo/show.ts';
import { withExamples } from '../examples.ts';

interface DemoOptions {
  readonly transcripts?: string;
  readonly keep?: boolean;
}

export const register: Register = (parent, bind) => {
  const command = parent
    .command('demo')
    .description(
      'See the whole loop in a throw-away home, in seconds: import, search, a session, a handoff, a crash. Nothing of yours is touched. With --project DIR on a clone of that repository.',
    )
    .option('--transcripts <dir>', 'these transcripts instead of the bundled ones')
    .option('--keep', 'leave the home for a look around, and say where it is')
    .action(bind(demo));
  withExamples(command, [
    'prsist demo',
    'prsist demo --project . --transcripts ~/.claude/projects',
    'prsist demo --json',
  ]);
};

/** How long a step may take to notice that the user wants out. */
const stopMs = 5_000;

async function demo(cli: Cli, options: DemoOptions): Promise<number> {
  const begun = monotonic();
  const show = createShow(cli.print, cli.options.json ? 'silent' : 'text');
  const given = { source: directory(cli, cli.options.project), transcripts: directory(cli, options.transcripts) };
  const { signalled, release } = endAsked();
  let isStopped = false;
  const home = createHome(cli.env);
  const what = options.keep ? 'keep' : 'remove';
  const callOff = atExit(() => dropHome(home, what));
  try {
    show.heading('prsist demo: the whole loop, in a home of its own; nothing of yours is touched');
    const playing = play({ cli, show, home, ...given, isStopped: () => isStopped });
    const reports = await Promise.race([playing, signalled.then(() => undefined)]);
    isStopped = true;
    if (reports === undefined) await Promise.race([playing, pause(stopMs)]);
    const left = await leaveHome(home, what);
    callOff();
    if (reports !== undefined) return conclude(cli, show, { home, left, reports, seconds: secondsSince(begun) });
    cli.print.warn(left.removed ? 'interrupted; the home is removed' : `interrupted; left: ${home.root}`);
    return 130;
  } finally {
    release();
  }
}

function directory(cli: Cli, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  const path = resolve(cli.cwd, given);
  if (fileKind(path) !== 'directory') {
    throw new PrsistError('file/unreadable', `${path} is no directory`, { field: 'directory' });
  }
  return path;
}

interface Conclusion {
  readonly home: DemoHome;
  readonly left: Left;
  readonly reports: readonly StepReport[];
  readonly seconds: number;
}

function conclude(cli: Cli, show: Show, { home, left, reports, seconds }: Conclusion): number {
  const success = reports.length === steps.length && reports.every(({ held }) => held) && left.processes === 0;
  const exit = success ? 0 : 1;
  if (cli.options.json) {
    cli.print.json({ success, seconds, steps: reports, left, home: left.removed ? null : home.root });
    return exit;
  }
  show.heading(success ? `Everything held, in ${seconds} s` : `Not everything held, after ${seconds} s`);
  show.rows(
    reports.map(({ name, held, summary, failed }) => [name, held ? summary : `DID NOT HOLD: ${failed.join('; ')}`]),
  );
  show.say(
    left.removed
      ? `The home is removed, ${left.processes === 0 ? 'no process' : `${left.processes} processes`} left.`
      : `Kept, for a look around: export HOME=${home.home} PRSIST_HOME=${home.env.PRSIST_HOME}`,
  );
  show.say('Next, in a repository of yours:');
  for (const line of ['prsist init --dry-run', 'prsist init', 'prsist search "why did we …"']) show.command(line);
  for (const { name, failed } of reports.filter(({ held }) => !held)) {
    cli.print.warn(`error: ${name} did not hold: ${failed.join('; ')}`);
  }
  return exit;
}
