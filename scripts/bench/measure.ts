// What the measurements share: a daemon of its own in a throw-away home, transcripts to take in, quantiles.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { type Paths, resolvePaths } from '../../src/platform/paths.ts';
import { Wire } from '../../test/harness/wire.ts';

const root = join(import.meta.dirname, '..', '..');
const launcher = join(root, 'bin', 'prsist-daemon');
const prsist = join(root, 'bin', 'prsist');

export interface World {
  readonly home: string;
  readonly project: string;
  readonly paths: Paths;
  /** The process that serves now. */
  readonly daemon: () => ChildProcess;
  /** Ends it by a signal and starts another; gives the milliseconds from that start to its first answer in the project. */
  readonly again: (signal: 'SIGTERM' | 'SIGKILL') => Promise<number>;
  /** Runs `prsist … --json` in the project; gives its answer. Throws what it says when it fails. */
  readonly prsist: (...args: string[]) => Promise<Record<string, unknown>>;
  readonly stop: () => Promise<void>;
}

/** Starts the built daemon in a home of its own and makes a project there. Needs `npm run build`. */
export async function world(): Promise<World> {
  const home = fs.mkdtempSync(join(tmpdir(), 'prsist-bench-'));
  const project = join(home, 'project');
  fs.mkdirSync(project);
  const env = { PATH: process.env['PATH'], HOME: home, PRSIST_HOME: home };
  const paths = resolvePaths(env);
  const launch = () => spawn(process.execPath, [launcher], { env, stdio: 'ignore' });
  let daemon = launch();
  const end = async (signal: 'SIGTERM' | 'SIGKILL') => {
    const ended = new Promise((resolve) => daemon.once('exit', resolve));
    daemon.kill(signal);
    await ended;
  };
  const run = async (...args: string[]) => {
    const text = await output(process.execPath, [prsist, ...args, '--json'], { env, cwd: project });
    // what --json prints is one JSON object
    return JSON.parse(text) as Record<string, unknown>;
  };
  while (readEndpoint(paths.endpoint) === undefined) await new Promise((resolve) => setTimeout(resolve, 10));
  await run('init', '--no-import', '--no-git-hooks');
  const stop = async () => {
    await end('SIGTERM');
    fs.rmSync(home, { recursive: true, force: true });
  };
  const again = async (signal: 'SIGTERM' | 'SIGKILL') => {
    await end(signal);
    const begun = performance.now();
    daemon = launch();
    while (!(await answers(paths, project))) await rest(5);
    return performance.now() - begun;
  };
  return { home, project, paths, daemon: () => daemon, again, prsist: run, stop };
}

/** True when a daemon answers a question about the project. */
async function answers(paths: Paths, project: string): Promise<boolean> {
  const endpoint = readEndpoint(paths.endpoint);
  if (!endpoint) return false;
  const wire = new Wire(endpoint, { project });
  try {
    return (await wire.ask('context.list', { limit: 1 })).status === 200;
  } catch {
    return false; // not yet
  } finally {
    wire.close();
  }
}

function output(
  command: string,
  args: readonly string[],
  options: { readonly env: Record<string, string | undefined>; readonly cwd: string },
): Promise<string> {
  const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const [said, failed]: string[][] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => said?.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => failed?.push(chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve(said?.join('') ?? '');
      else reject(new Error(`${args.slice(1).join(' ')}: ${code} ${said?.join('')} ${failed?.join('')}`));
    });
  });
}

/** Asks the daemon for its health, one question after the other, until stopped; gives how long each answer took (ms). */
export function pinging({ paths }: World): { readonly stop: () => Promise<readonly number[]> } {
  const endpoint = readEndpoint(paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { authorization: `Bearer ${endpoint.token}` };
  const times: number[] = [];
  let going = true;
  const one = () =>
    new Promise<void>((resolve, reject) => {
      const begun = performance.now();
      const asked = http.request({ socketPath: endpoint.socket, path: '/memory/health', headers, agent }, (reply) => {
        reply.resume();
        reply.on('end', () => {
          times.push(performance.now() - begun);
          resolve();
        });
      });
      asked.on('error', reject);
      asked.end();
    });
  const all = (async () => {
    while (going) {
      await one();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    agent.destroy();
  })();
  return {
    stop: async () => {
      going = false;
      await all;
      return times;
    },
  };
}

/** Resident memory of a process in MiB. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return rounded(Number(kib) / 1024, 1);
}

/** The value that a share (0 to 1) of the values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** A number with so many digits behind the point. */
export function rounded(value: number, digits = 0): number {
  return Number(value.toFixed(digits));
}

/** Resolves after a time. */
export function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export interface Transcripts {
  readonly directory: string;
  readonly bytes: number;
  readonly source: 'dev' | 'generated';
}

const data = process.env['PRSIST_EVAL_DATA'] ?? join(root, '..', 'shared', 'data');

/** Lays plain transcripts of Claude Code and Codex into a directory: real ones where they are here, else made up. */
export function layTranscripts(directory: string): Transcripts {
  fs.mkdirSync(directory, { recursive: true });
  const folders = ['claude-code', 'codex'].map((agent) => join(data, 'transcripts', agent));
  const files = folders
    .filter((folder) => fs.existsSync(folder))
    .flatMap((folder) => fs.globSync(`${folder}/*.jsonl*`));
  for (const file of files) {
    const bytes = fs.readFileSync(file);
    const name = file.split('/').at(-1)?.replace(/\.gz$/, '') ?? '';
    fs.writeFileSync(join(directory, name), file.endsWith('.gz') ? gunzipSync(bytes) : bytes);
  }
  if (files.length === 0) for (let n = 0; n < 8; n += 1) generate(directory, n);
  const bytes = fs.globSync(`${directory}/*`).reduce((sum, file) => sum + fs.statSync(file).size, 0);
  return { directory, bytes, source: files.length > 0 ? 'dev' : 'generated' };
}

/** All lines of some transcripts. */
export function linesOf({ directory }: Transcripts): string[] {
  const texts = fs.globSync(`${directory}/*`).map((file) => fs.readFileSync(file, 'utf8'));
  return texts.flatMap((text) => text.split('\n').filter((line) => line !== ''));
}

const talk = 'The parser reads each line once, keeps what it cannot read, and says how many there were. ';

/** A conversation of 1,000 questions and answers as Claude Code writes them, with another text in each. */
function generate(directory: string, file: number): void {
  const session = `00000000-0000-4000-8000-${String(file).padStart(12, '0')}`;
  const line = (n: number) => {
    const uuid = `${session.slice(0, 9)}${String(n).padStart(4, '0')}${session.slice(13)}`;
    const role = n % 2 === 0 ? 'user' : 'assistant';
    const text = `${n * 7919} ${talk.repeat(1 + (n % 17))}`;
    const content = role === 'user' ? text : [{ type: 'text', text }];
    return JSON.stringify({
      ...{ type: role, sessionId: session, uuid, parentUuid: null, cwd: '/w/shop', version: '2.0.0' },
      ...{ timestamp: new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString(), message: { role, content } },
    });
  };
  const lines = Array.from({ length: 2_000 }, (_, n) => line(n));
  fs.writeFileSync(join(directory, `${session}.jsonl`), `${lines.join('\n')}\n`);
}
