// The daemon: takes the lock, opens its socket, serves until it is idle or told to leave, gives the lock back last.
import { join } from 'node:path';
import { errorTable, PrsistError } from '../core/errors.ts';
import { environment } from '../platform/environment.ts';
import { createFailpoint } from '../platform/failpoint.ts';
import { ownDirectory, readText, removeFile, requireLocalDisk } from '../platform/files.ts';
import { keepToOurselves } from '../platform/host.ts';
import { type Paths, resolvePaths } from '../platform/paths.ts';
import { jitter } from '../platform/random.ts';
import { socketStands } from '../platform/sockets.ts';
import { monotonic, wait, wallClock } from '../platform/time.ts';
import { requireWritable } from '../platform/writable.ts';
import { type ProcessLock, takeProcessLock } from '../store/process-lock.ts';
import { Daemon } from './daemon.ts';
import {
  type Endpoint,
  endpointLost,
  newEndpoint,
  publishEndpoint,
  withdrawEndpoint,
  writeStartError,
} from './endpoint.ts';

const packageRoot = join(import.meta.dirname, '..', '..');
const lookMs = 30_000;
const leaveWithinMs = 5_000;

async function main(): Promise<void> {
  keepToOurselves();
  const paths = resolvePaths();
  try {
    for (const directory of [paths.config, paths.data, paths.state, paths.projects]) ownDirectory(directory);
    requireLocalDisk(paths.data);
    requireWritable(paths.data);
    const lock = await takeLock(paths);
    if (!lock) return; // another daemon serves: that is what was wanted
    await serve(paths, lock);
  } catch (error) {
    noteStartError(paths, error);
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
    // at once: an open socket would keep the process, with the lock and without a purpose
    process.exit(error instanceof PrsistError ? errorTable[error.code].exit : 70);
  }
}

/**
 * Takes the lock; undefined when another daemon serves. One that holds it and is not published is about to serve or about
 * to leave: what it leaves behind in the spool would then be nobody's, so it is waited for.
 */
async function takeLock(paths: Paths): Promise<ProcessLock | undefined> {
  const end = monotonic() + leaveWithinMs * 2;
  for (;;) {
    const lock = takeProcessLock(paths.lock);
    if (lock || readText(paths.endpoint) !== undefined || monotonic() > end) return lock;
    await wait(50 + 100 * jitter());
  }
}

/** Where even that cannot be written, what stands on stderr has to do. */
function noteStartError(paths: Paths, error: unknown): void {
  try {
    writeStartError(paths, error, wallClock());
  } catch (cause) {
    process.stderr.write(`${paths.startError}: ${cause instanceof Error ? cause.message : String(cause)}\n`);
  }
}

async function serve(paths: Paths, lock: ProcessLock): Promise<void> {
  const failpoint = createFailpoint();
  failpoint('lock.taken');
  const env = environment();
  const crashed = readText(paths.endpoint) === undefined ? null : wallClock();
  const endpoint = newEndpoint(paths, process.pid);
  const ended = leaving();
  const daemon = new Daemon({
    ...{ paths, env, packageRoot, nodePath: process.execPath, token: endpoint.token, pid: process.pid },
    ...{ crashedAt: crashed, onDrain: () => ended.leave('drain') },
  });
  await daemon.server.listen({ path: endpoint.socket, backlog: 4096 });
  removeFile(paths.startError);
  publishEndpoint(paths, endpoint, process.pid);
  failpoint('endpoint.renamed');
  daemon.log.info({ pid: process.pid, crashed: crashed !== null }, 'serving');
  for (const note of daemon.settings.notes) daemon.log.info({ note }, 'configuration');
  await daemon.begin();
  const look = () => lookAfter({ paths, endpoint, daemon }, ended.leave);
  const watch = setInterval(look, lookMs);
  process.on('SIGHUP', look); // a client finds no socket: no need to wait for the next look
  // tests cannot wait a minute; like failpoints only where PRSIST_HOME is set
  const hurried = Number((env.PRSIST_HOME && env.PRSIST_IDLE_EXIT_MS) || 0);
  const idleCheck = setInterval(
    () => {
      const idle = hurried || daemon.settings.config.daemon.idle_exit_minutes * 60_000;
      if (idle > 0 && daemon.idleMs() >= idle) ended.leave('idle');
    },
    Math.min(lookMs, hurried || lookMs),
  );
  daemon.log.info({ why: await ended.reason }, 'leaving');
  clearInterval(watch);
  clearInterval(idleCheck);
  withdrawEndpoint(paths, endpoint);
  const late = setTimeout(() => process.exit(1), leaveWithinMs * 2);
  await daemon.leave();
  clearTimeout(late);
  lock.release();
}

interface Leaving {
  readonly leave: (why: string) => void;
  readonly reason: Promise<string>;
}

function leaving(): Leaving {
  let leave: (why: string) => void = () => undefined;
  const reason = new Promise<string>((resolve) => {
    leave = resolve;
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => leave(signal));
  return { leave: (why) => leave(why), reason };
}

interface Serving {
  readonly paths: Paths;
  readonly endpoint: Endpoint;
  readonly daemon: Daemon;
}

/** Somebody may clean the state directory: the endpoint is written again; without its socket the daemon makes way for a new one. */
function lookAfter({ paths, endpoint, daemon }: Serving, leave: (why: string) => void): void {
  if (!socketStands(endpoint.socket)) {
    daemon.log.warn('the socket is gone');
    leave('socket gone');
  } else if (endpointLost(paths, endpoint)) publishEndpoint(paths, endpoint, process.pid);
}

await main();
