// Many clients and hooks at once, and a daemon that is killed again and again: what was acknowledged must be there, once.
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { exchange } from '../../src/client/exchange.ts';
import { PrsistError } from '../../src/core/errors.ts';
import { formatSpoolEvent } from '../../src/core/spool-event.ts';
import { findings, withStore } from './audit.ts';
import { ended, execute, type Home, sockets } from './home.ts';
import type { seeded } from './seed.ts';

export interface Storm {
  readonly home: Home;
  /** A directory that is a project. */
  readonly cwd: string;
  readonly random: ReturnType<typeof seeded>;
  readonly kills: number;
  readonly writers: number;
}

export interface StormResult {
  readonly kills: number;
  readonly acknowledged: number;
  readonly events: number;
  /** Of the acknowledged, missing. */
  readonly lost: readonly string[];
  /** Stored more than once. */
  readonly doubled: readonly string[];
  readonly problems: readonly string[];
  readonly sockets: number;
  readonly processes: number;
  readonly maxRetries: number;
}

interface Running extends Storm {
  readonly words: Set<string>;
  readonly events: Set<string>;
  over: boolean;
  maxRetries: number;
}

/** Lets `writers` clients write and hooks fire while the daemon is killed `kills` times, then counts. */
export async function storm(given: Storm): Promise<StormResult> {
  const running: Running = { ...given, words: new Set(), events: new Set(), over: false, maxRetries: 0 };
  const { home, writers } = running;
  const work = [...Array(writers).keys()].map((n) => write(running, n));
  const hooks = [hookStorm(running), realHooks(running)];
  await killAgain(running);
  running.over = true;
  const last = await home.serve();
  await Promise.all([...work, ...hooks]);
  await home.settled();
  const left = sockets(home.paths).length;
  last.kill('SIGTERM');
  await ended(last);
  const processes = home.processes().length;
  const { kills, maxRetries } = running;
  return { ...count(running), kills, maxRetries, sockets: left, processes, problems: findings(home) };
}

/** Each daemon lives 150 to 400 ms after it has begun to answer. */
async function killAgain({ home, random, kills }: Running): Promise<void> {
  for (let n = 0; n < kills; n += 1) {
    const child = await home.serve();
    await pause(150 + random.below(250));
    await die(child);
  }
}

async function die(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await ended(child);
}

async function write(running: Running, writer: number): Promise<void> {
  const session = `storm-${writer}`;
  await ask(running, 'session.start', { session_id: session });
  for (let n = 0; !running.over; n += 1) {
    const word = `w${writer}x${n}y`;
    const message = { session_id: session, role: 'user', content: `said ${word}` };
    const entry = { key: word, value: `stored ${word}`, session_id: session };
    await (n % 2 === 0 ? ask(running, 'session.message', message) : ask(running, 'context.store', entry));
    running.words.add(word);
  }
}

/** One request until it is answered, under one key: what a client does whose daemon goes away. */
async function ask(running: Running, operation: string, input: unknown): Promise<void> {
  const key = randomUUID();
  for (let retries = 0; ; retries += 1) {
    running.maxRetries = Math.max(running.maxRetries, retries);
    const endpoint = readEndpoint(running.home.paths.endpoint);
    try {
      if (!endpoint) throw new PrsistError('daemon/unavailable', 'none');
      const { status, body } = await exchange(endpoint.socket, {
        path: `/memory/${operation.replace('.', '/')}`,
        headers: {
          authorization: `Bearer ${endpoint.token}`,
          'x-prsist-project': encodeURIComponent(running.cwd),
          'idempotency-key': key,
        },
        ...{ body: JSON.stringify(input), slowMs: 20_000, timeoutMs: 20_000, slow: () => undefined },
      });
      if (status === 200) return;
      if (status !== 503) throw new Error(`${operation}: ${status} ${body}`);
    } catch (error) {
      if (error instanceof Error && !('code' in error)) throw error; // an answer that must not be
    }
    await pause(5 + running.random.below(20));
  }
}

/** Events laid into the spool exactly as the hook does it, faster than any agent. */
async function hookStorm(running: Running): Promise<void> {
  const { home, cwd, events } = running;
  for (let n = 0; !running.over; n += 1) {
    const word = `e${n}z`;
    const body = { session_id: 'hooked', cwd, hook_event_name: 'UserPromptSubmit', prompt: `typed ${word}` };
    const bytes = formatSpoolEvent(
      { agent: 'claude-code', event: 'UserPromptSubmit', pwd: cwd, args: [] },
      Buffer.from(JSON.stringify(body)),
    );
    const name = randomUUID();
    const temporary = join(home.paths.spool, `.${name}-0.tmp`);
    fs.writeFileSync(temporary, bytes, { mode: 0o600, flag: 'wx' });
    fs.renameSync(temporary, join(home.paths.spool, `${name}-0.evt`));
    events.add(word);
    await pause(25);
  }
}

/** The installed script itself, as an agent runs it. */
async function realHooks(running: Running): Promise<void> {
  const { home, cwd, events } = running;
  const script = join(home.paths.bin, 'prsist-hook');
  for (let n = 0; !running.over; n += 1) {
    const word = `h${n}z`;
    const input = `${JSON.stringify({ session_id: 'scripted', cwd, prompt: `typed ${word}` })}\n`;
    const ran = await execute('/bin/sh', [script, 'codex', 'UserPromptSubmit'], { cwd, env: home.agentEnv, input });
    if (ran.exit !== 0 || ran.stdout !== '') throw new Error(`the hook said ${ran.exit} ${ran.stdout}`);
    events.add(word);
    await pause(20);
  }
}

function count({ home, words, events }: Running) {
  const wanted = new Set([...words, ...events]);
  const found = new Map<string, number>();
  const [id = ''] = fs.readdirSync(home.paths.projects);
  withStore(join(home.paths.projects, id, 'memory.db'), ({ db }) => {
    const rows = db.prepare("select body from records where type in ('message', 'context')").pluck().all();
    for (const body of rows) {
      const word = /(?:said|stored|typed) (\w+)/.exec(String(body))?.[1];
      if (word !== undefined) found.set(word, (found.get(word) ?? 0) + 1);
    }
  });
  const lost = [...wanted].filter((word) => !found.has(word));
  const doubled = [...found].filter(([, times]) => times > 1).map(([word]) => word);
  return { acknowledged: words.size, events: events.size, lost, doubled };
}
