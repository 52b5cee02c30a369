import { join } from 'node:path';
import { PrsistError } from '../core/errors.ts';
import { errorCode } from '../platform/files.ts';
import { claimMoment } from '../platform/mark.ts';
import type { Paths } from '../platform/paths.ts';
import { processExists, signal } from '../platform/process.ts';
import { jitter } from '../platform/random.ts';
import { monotonic, wait, wallClock } from '../platform/time.ts';
import { requireWritable } from '../platform/writable.ts';
import { type Endpoint, readEndpoint } from './endpoint.ts';
import { type Answer, exchange, type Question } from './exchange.ts';
import { isAlive } from './leave.ts';
import { startDaemon, startFailure } from './start-daemon.ts';

export interface Connection {
  readonly paths: Paths;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Path of bin/prsist-daemon. */
  readonly daemon: string;
  readonly whenAbsent: 'start' | 'fail';
  /** How long a started daemon may take until it answers. */
  readonly startMs: number;
}

export interface Reached {
  readonly answer: Answer;
  readonly endpoint: Endpoint;
}

/** A start of ours that has not answered yet. */
interface Start {
  readonly sinceMs: number;
  readonly wallMs: number;
  launches: number;
  /** Process numbers of those daemons we started ourselves. */
  readonly pids: number[];
}

/** A daemon that is just leaving still holds the lock and turns a first start away; so it is tried again, this far apart. */
const relaunchMs = 1_500;
/** Of many clients that find no daemon at the same moment one starts it; the others wait for that one. */
const aloneMs = 300;
const crowdedTries = 40;
const lostTries = 3;

/**
 * Asks the daemon, starting it when there is none. `ask` makes the question for an endpoint (its token goes in).
 * Throws the daemon's own start error, disk/read-only when it could keep nothing, daemon/unavailable when it does not come
 * up, daemon/wedged when it is silent.
 */
export async function reach(connection: Connection, ask: (endpoint: Endpoint) => Question): Promise<Reached> {
  const tries = { crowded: 0, lost: 0 };
  let start: Start | undefined;
  for (let round = 0; ; round += 1) {
    const endpoint = readEndpoint(connection.paths.endpoint);
    const got = endpoint ? await attempt(endpoint, ask(endpoint)) : 'absent';
    if (typeof got === 'object') return got;
    if (got === 'crowded' || got === 'lost') tries[got] += 1;
    if (tries.crowded > crowdedTries)
      throw new PrsistError('daemon/busy', 'the daemon has no room for one more client');
    if (tries.lost > lostTries) throw unavailable(connection, 'the daemon keeps closing the connection');
    if (got === 'absent' && !start && endpoint) wake(endpoint);
    if (got === 'absent') start = startedOrFailed(connection, start);
    await wait(backOff(round));
  }
}

async function attempt(endpoint: Endpoint, question: Question): Promise<Reached | 'absent' | 'crowded' | 'lost'> {
  try {
    return { answer: await exchange(endpoint.socket, question), endpoint };
  } catch (error) {
    if (error instanceof PrsistError) throw error;
    const code = errorCode(error);
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return 'absent';
    if (code === 'EAGAIN') return 'crowded';
    if (code === 'ECONNRESET' || code === 'EPIPE') return 'lost';
    if (code === 'EACCES' || code === 'EPERM') {
      throw new PrsistError('auth/refused', `${endpoint.socket} belongs to somebody else`, { cause: error });
    }
    throw new PrsistError('daemon/unavailable', `cannot reach the daemon: ${code}`, { cause: error });
  }
}

/**
 * A daemon whose socket was cleaned away looks for it every half minute; told to look it makes way at once. Only the very
 * process that wrote the endpoint is told; anything else that has its number now is left alone.
 */
function wake(endpoint: Endpoint): void {
  const isOther = endpoint.start !== '' && endpoint.pid !== process.pid;
  if (isOther && isAlive(endpoint)) signal(endpoint.pid, 'SIGHUP');
}

function startedOrFailed(connection: Connection, start: Start | undefined): Start {
  if (connection.whenAbsent === 'fail') throw unavailable(connection, 'the daemon is not running');
  if (!start) return firstStart(connection);
  const failure = startFailure(connection.paths.startError, start.wallMs);
  if (failure) throw failure;
  const waitedMs = monotonic() - start.sinceMs;
  if (waitedMs > connection.startMs) throw late(connection, start);
  if (waitedMs > relaunchMs * start.launches) {
    launch(connection, start);
    start.launches += 1;
  }
  return start;
}

function firstStart(connection: Connection): Start {
  const { paths } = connection;
  // a daemon that can write nowhere could not even say so
  for (const directory of [paths.state, paths.data, paths.config]) requireWritable(directory);
  const start = { sinceMs: monotonic(), wallMs: wallClock(), launches: 1, pids: [] };
  if (claimMoment(join(paths.state, 'starting'), wallClock(), aloneMs)) launch(connection, start);
  return start;
}

function launch(connection: Connection, { pids }: Start): void {
  const pid = startDaemon(connection.daemon, connection.env);
  if (pid !== undefined) pids.push(pid);
}

function late(connection: Connection, { pids }: Start): PrsistError {
  if (pids.length === 0 || pids.some(processExists)) return unavailable(connection, 'the daemon did not start in time');
  return new PrsistError('daemon/unavailable', 'the daemon ended at once', { hint: 'prsist daemon run shows why' });
}

function unavailable(connection: Connection, message: string): PrsistError {
  const hint =
    connection.whenAbsent === 'fail' ? 'prsist daemon start' : `prsist daemon logs (${connection.paths.log})`;
  return new PrsistError('daemon/unavailable', message, { hint });
}

/** 15 ms at first, up to 250 ms, each with up to a half on top so that many clients do not come back at once. */
function backOff(round: number): number {
  return Math.min(250, 15 * 1.4 ** round) * (1 + jitter() / 2);
}
