import { pathToFileURL } from 'node:url';
import { type Endpoint, readEndpoint } from '../../client/endpoint.ts';
import { isAlive, leave, waitUntilGone } from '../../client/leave.ts';
import { PrsistError } from '../../core/errors.ts';
import { processStart, signal } from '../../platform/process.ts';
import { requireWritable } from '../../platform/writable.ts';
import type { Cli, Register } from '../cli.ts';
import { withExamples } from '../examples.ts';
import { count } from '../input.ts';
import { followLog, printLog } from '../log.ts';
import { size } from '../print.ts';
import { relativeTime } from '../when.ts';

const leaveMs = 10_000;

export const register: Register = (parent, bind) => {
  const command = parent
    .command('daemon')
    .description('The process that holds the memory. It starts by itself and leaves when idle.');
  const runs = command.command('run').description('Run it here, in the foreground.').action(bind(runHere));
  withExamples(runs, ['prsist daemon run']);
  const starts = command
    .command('start')
    .description('Start it in the background, where it is not running.')
    .action(bind(start));
  withExamples(starts, ['prsist daemon start']);
  const stops = command
    .command('stop')
    .description('Let it finish and leave.')
    .option('--force', 'kill it when it does not answer')
    .action(bind(stop));
  withExamples(stops, ['prsist daemon stop', 'prsist daemon stop --force']);
  const tells = command
    .command('status')
    .description('Is it running, since when, how large. Exit 69 when it is not.')
    .action(bind(status));
  withExamples(tells, ['prsist daemon status --json']);
  const logs = command
    .command('logs')
    .description('The last lines of its log.')
    .option('--lines <n>', 'so many (50)', count('--lines'))
    .option('--follow', 'and those to come')
    .action(bind(showLogs));
  withExamples(logs, ['prsist daemon logs --follow', 'prsist daemon logs --lines 500 --json']);
  withExamples(command, ['prsist daemon status', 'prsist daemon logs --follow']);
};

/** In this very process, so that Ctrl-C and the supervisor's signals reach the daemon itself. */
async function runHere(cli: Cli): Promise<void> {
  const { state, data, config } = cli.client.paths;
  for (const directory of [state, data, config]) requireWritable(directory);
  process.argv.splice(1, process.argv.length, cli.places.daemon, '--foreground');
  await import(pathToFileURL(cli.places.daemon).href);
}

async function start(cli: Cli): Promise<void> {
  const health = await cli.client.call('system.health', {});
  cli.answer(health, () => cli.print.line(`running, pid ${health.pid}, version ${health.version}`));
}

async function status(cli: Cli): Promise<void> {
  const health = await cli.callAs({ whenAbsent: 'fail' }).call('system.health', {});
  cli.answer(health, () => {
    const since = new Date(cli.now() - health.uptime_seconds * 1000).toISOString();
    cli.print.table([
      ['status', health.status],
      ['up since', relativeTime(since, cli.now())],
      ['version', `${health.version}, protocol ${health.proto}`],
      ['pid', String(health.pid)],
      ['memory', size(health.rss_bytes)],
      ['queue', String(health.queue)],
      ['log', cli.client.paths.log],
    ]);
  });
}

async function stop(cli: Cli, options: { readonly force?: boolean }): Promise<void> {
  const endpoint = readEndpoint(cli.client.paths.endpoint);
  const left = !endpoint || (options.force ? await kill(endpoint) : await leave(endpoint, leaveMs));
  const reply = { success: true, stopped: true };
  if (endpoint && !left) throw new PrsistError('daemon/wedged', `pid ${endpoint.pid} is still there`);
  cli.answer(reply, () => cli.print.note(endpoint ? 'the daemon has left' : 'the daemon is not running'));
}

/** Only the very process that wrote the endpoint: a number alone may belong to another program by now. */
async function kill(endpoint: Endpoint): Promise<boolean> {
  if (!isAlive(endpoint)) return true;
  if (endpoint.start === '' || processStart(endpoint.pid) !== endpoint.start) {
    throw new PrsistError(
      'daemon/wedged',
      `cannot tell whether pid ${endpoint.pid} is the daemon, so it was not killed`,
      {
        hint: `look at it (ps -p ${endpoint.pid}), then kill -9 ${endpoint.pid}`,
      },
    );
  }
  signal(endpoint.pid, 'SIGKILL');
  return waitUntilGone(endpoint, leaveMs);
}

async function showLogs(cli: Cli, options: { readonly lines?: number; readonly follow?: boolean }): Promise<number> {
  const shown = printLog(cli, options.lines ?? 50);
  return options.follow ? followLog(cli, shown) : 0;
}
