// A throw-away home with the built product in it: commands and daemons as real processes, and nothing left afterwards.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Client, type ClientOptions, createClient } from '../../src/client/call.ts';
import { type Endpoint, readEndpoint } from '../../src/client/endpoint.ts';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';
import { signal } from '../../src/platform/process.ts';

const root = resolve(import.meta.dirname, '../..');
export const commandPath = join(root, 'bin/prsist');
export const daemonPath = join(root, 'bin/prsist-daemon');
/** The single executable, when it is what is tried (npm run test:executable); else what the build made, by this Node. */
const tried = process.env['PRSIST_TEST_PROGRAM'];
const [program, before] = tried ? [resolve(tried), []] : [process.execPath, [commandPath]];
/** What V8 compiled of a build is kept for the processes to come: thousands begin with nothing else. */
const compiled = tried ? {} : { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/prsist-compiled') };
const systemPath = '/usr/local/bin:/usr/bin:/bin';

export interface Ran {
  readonly exit: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

type Variables = Readonly<Record<string, string>>;

export interface Home {
  /** Everything of this home lies below. */
  readonly root: string;
  readonly home: string;
  readonly paths: Paths;
  /** What prsist is called with. */
  readonly env: Variables;
  /** What an agent has: nothing of prsist in it. */
  readonly agentEnv: Variables;
  /** Runs bin/prsist to its end. */
  readonly prsist: (argv: readonly string[], options?: Running) => Promise<Ran>;
  /** The same with --json, parsed; fails when the command does. */
  readonly json: (argv: readonly string[], options?: Running) => Promise<Record<string, unknown>>;
  readonly client: (project: string, more?: Partial<ClientOptions>) => Client;
  /** Starts bin/prsist-daemon as a child of this process. */
  readonly daemon: (env?: Variables) => ChildProcess;
  /** Starts one and waits until it answers. */
  readonly serve: (env?: Variables) => Promise<ChildProcess>;
  /** Kills the daemon that serves, as kill -9 does, and waits until it is gone. */
  readonly kill: () => Promise<void>;
  /** Process numbers of everything that runs for this home. */
  readonly processes: () => number[];
  /** Waits until the spool is taken in. */
  readonly settled: () => Promise<void>;
  /** Ends what runs and removes what lies here. */
  readonly remove: () => Promise<void>;
}

/** Makes a home under the system's temporary directory. Short names: a socket path has 104 bytes. */
export function createHome(): Home {
  const place = fs.mkdtempSync(join(fs.realpathSync(tmpdir()), 'prsist-e2e-'));
  const home = join(place, 'home');
  fs.mkdirSync(home, { mode: 0o700 });
  const agentEnv = { PATH: systemPath, HOME: home, GIT_CONFIG_NOSYSTEM: '1', LANG: 'C.UTF-8' };
  const env = { ...agentEnv, ...compiled, PRSIST_HOME: join(place, 'p') };
  const paths = resolvePaths(env);
  const seen = new Set<number>();
  const processes = () => {
    for (const pid of processesWith(`HOME=${home}`)) seen.add(pid);
    // one that is being killed has lost its environment already and holds its lock and its socket still
    for (const pid of seen) if (!isRunning(pid)) seen.delete(pid);
    return [...seen];
  };
  const daemon = (more: Variables = {}) => {
    const child = spawn(process.execPath, [daemonPath], { env: { ...env, ...more }, stdio: 'ignore' });
    child.on('error', () => undefined); // seen by whoever waits for it
    return child;
  };
  const serving = () => until('a daemon answers', () => answers(paths));
  return {
    ...{ root: place, home, paths, env, agentEnv, processes, daemon },
    prsist: (argv, options = {}) =>
      execute(program, [...before, ...argv], { cwd: home, ...options, env: { ...env, ...options.env } }),
    async json(argv, options = {}) {
      const args = [...before, ...argv, '--json'];
      const ran = await execute(program, args, { cwd: home, ...options, env: { ...env, ...options.env } });
      if (ran.exit !== 0) throw new Error(`prsist ${argv.join(' ')}: exit ${ran.exit}\n${ran.stdout}${ran.stderr}`);
      return JSON.parse(ran.stdout);
    },
    client: (project, more = {}) => createClient({ env, daemon: daemonPath, project, startMs: 30_000, ...more }),
    async serve(more) {
      for (let tries = 0; ; tries += 1) {
        const child = daemon(more);
        await serving();
        const serves = readEndpoint(paths.endpoint)?.pid;
        // one that a client had begun to start when everything was killed may have come first
        if (serves === child.pid || tries === 3) return child;
        if (serves !== undefined) signal(serves, 'SIGKILL');
        child.kill('SIGKILL');
        await ended(child);
      }
    },
    kill: () => killServing(paths),
    async settled() {
      await until('the spool is empty', () => spooled(paths.spool) === 0);
    },
    async remove() {
      await until('everything has ended', () => {
        for (const pid of processes()) signal(pid, 'SIGKILL');
        return processes().length === 0;
      });
      fs.rmSync(place, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Waits for something to become true, looking again and again. The limit only catches hangs. */
export async function until<T>(
  what: string,
  look: () => T | Promise<T>,
  limitMs = 30_000,
): Promise<Exclude<T, false | undefined | null>> {
  const end = performance.now() + limitMs;
  for (;;) {
    const seen = await look();
    // the three that mean "not yet" are excluded here
    if (seen !== false && seen !== undefined && seen !== null) return seen as Exclude<T, false | undefined | null>;
    if (performance.now() > end) throw new Error(`waited ${limitMs / 1000} s in vain until ${what}`);
    await pause(15);
  }
}

/** Runs a program to its end, with its whole output. */
export function execute(program: string, args: readonly string[], options: Running = {}): Promise<Ran> {
  const { cwd, env, input } = options;
  const child = spawn(program, [...args], { cwd, env: { ...env } });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined); // it may end without having read
  child.stdin.end(input ?? '');
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (exit) => {
      done({ exit, stdout: Buffer.concat(out).toString('utf8'), stderr: Buffer.concat(err).toString('utf8') });
    });
  });
}

/** Resolves when a child of this process has ended. */
export function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((done) => child.once('exit', () => done()));
}

/** Complete event files that wait in a spool. */
export function spooled(spool: string): number {
  return fs.existsSync(spool) ? fs.readdirSync(spool).filter((name) => name.endsWith('.evt')).length : 0;
}

/** Sockets that lie in the state directory. */
export function sockets(paths: Paths): string[] {
  return fs.readdirSync(paths.state).filter((name) => name.endsWith('.sock'));
}

async function answers(paths: Paths): Promise<Endpoint | undefined> {
  const endpoint = readEndpoint(paths.endpoint);
  if (!endpoint) return undefined;
  const { promise, resolve: tell } = Promise.withResolvers<boolean>();
  const { connect } = await import('node:net');
  const socket = connect(endpoint.socket, () => tell(true)).on('error', () => tell(false));
  const listens = await promise;
  socket.destroy();
  return listens ? endpoint : undefined;
}

async function killServing(paths: Paths): Promise<void> {
  const endpoint = readEndpoint(paths.endpoint);
  if (!endpoint) return;
  signal(endpoint.pid, 'SIGKILL');
  await until('the killed daemon is gone', () => !isRunning(endpoint.pid));
}

/** False also for a zombie, once all its threads have ended: what is left of it is its parent's to collect. */
function isRunning(pid: number): boolean {
  return state(pid) !== undefined && (state(pid) !== 'Z' || threads(pid) > 1);
}

function threads(pid: number): number {
  try {
    return fs.readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0; // gone
  }
}

/** Letter of a process state; undefined when there is no such process. */
export function state(pid: number): string | undefined {
  const stat = readProc(`${pid}/stat`);
  return stat === '' ? undefined : stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
}

/** Processes whose environment at their start held this variable. */
function processesWith(variable: string): number[] {
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => Number(pid) !== process.pid && readProc(`${pid}/environ`).split('\0').includes(variable))
    .map(Number);
}

function readProc(name: string): string {
  try {
    return fs.readFileSync(`/proc/${name}`, 'utf8');
  } catch {
    return ''; // gone, or not ours
  }
}
