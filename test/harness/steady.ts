// An ordinary day in a hurry: events of hooks, sessions that begin and end, entries, searches; and what the daemon takes.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { formatSpoolEvent } from '../../src/core/spool-event.ts';
import { databases, findings } from './audit.ts';
import { ended, type Home, spooled, until } from './home.ts';
import { counted } from './together.ts';
import { watched } from './watched.ts';
import { Wire } from './wire.ts';

export interface Steady {
  readonly home: Home;
  readonly cwd: string;
  readonly seconds: number;
  readonly eventsPerSecond: number;
}

export interface SteadyResult {
  readonly events: number;
  readonly asked: number;
  readonly errors: readonly string[];
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  readonly problems: readonly string[];
  /** Greatest resident memory in the third and in the last quarter of the time, in MiB. */
  readonly rssThirdMiB: number;
  readonly rssLastMiB: number;
  /** The same of open descriptors. */
  readonly handlesThird: number;
  readonly handlesLast: number;
  readonly walMiB: number;
  /** Processes left after the daemon was told to leave. */
  readonly orphans: number;
}

interface Day extends Steady {
  readonly words: string[];
  readonly errors: string[];
  asked: number;
}

/** Runs it to its end, and looks through what is stored. */
export async function steady(given: Steady): Promise<SteadyResult> {
  const { home, seconds } = given;
  const day: Day = { ...given, words: [], errors: [], asked: 0 };
  const child = await home.serve();
  const memory = watched(child.pid ?? 0, () => databases(home).map((file) => `${file}-wal`));
  const end = performance.now() + seconds * 1e3;
  await Promise.all([hooks(day, end), talk(day, end), look(day, end)]);
  await until('the spool is empty', () => spooled(home.paths.spool) === 0, 60_000);
  const { rssBytes, handles, fileBytes } = memory.stop();
  child.kill('SIGTERM');
  await ended(child);
  const [file = ''] = databases(home).filter((each) => each.endsWith('memory.db'));
  return {
    ...{ events: day.words.length, asked: day.asked, errors: day.errors, ...counted(file, day.words) },
    ...{ problems: findings(home), orphans: home.processes().length },
    ...{ rssThirdMiB: mib(quarter(rssBytes, 2)), rssLastMiB: mib(quarter(rssBytes, 3)) },
    ...{ handlesThird: quarter(handles, 2), handlesLast: quarter(handles, 3), walMiB: mib(Math.max(...fileBytes)) },
  };
}

/** The greatest value in one of four quarters. */
function quarter(values: readonly number[], which: number): number {
  const size = Math.ceil(values.length / 4);
  return Math.max(...values.slice(which * size, (which + 1) * size));
}

function mib(bytes: number): number {
  return Math.round((bytes / 1024 / 1024) * 10) / 10;
}

async function hooks(day: Day, end: number): Promise<void> {
  const { home, cwd, words, eventsPerSecond } = day;
  const begun = performance.now();
  for (let n = 0; performance.now() < end; n += 1) {
    const word = `day${n}z`;
    const body = { session_id: `hooked-${n % 40}`, cwd, prompt: `said ${word}` };
    const header = { agent: 'codex', event: 'UserPromptSubmit', pwd: cwd, args: [] };
    const path = join(home.paths.spool, randomUUID());
    fs.writeFileSync(`${path}.tmp`, formatSpoolEvent(header, Buffer.from(JSON.stringify(body))), { mode: 0o600 });
    fs.renameSync(`${path}.tmp`, `${path}-0.evt`);
    words.push(word);
    await pause(Math.max(0, begun + ((n + 1) * 1_000) / eventsPerSecond - performance.now()));
  }
}

/** Sessions one after the other, as short as a question and its answer. */
async function talk(day: Day, end: number): Promise<void> {
  await speaking(day, end, 100, async (ask, n) => {
    const session_id = `talked-${Math.floor(n / 10)}`;
    if (n % 10 === 0) await ask('session.start', { session_id, agent: 'claude-code' });
    else if (n % 10 === 9) await ask('session.end', { session_id });
    else
      await ask('session.message', {
        session_id,
        role: 'assistant',
        content: `answered ${n} ${'and so on '.repeat(30)}`,
      });
    await ask('context.store', { key: `key-${n % 200}`, value: `a value that changes: ${n}` });
  });
}

async function look(day: Day, end: number): Promise<void> {
  await speaking(day, end, 200, async (ask, n) => {
    await ask('search.query', { query: `answered ${n}` });
    await ask('context.list', { limit: 50 });
    await ask('session.list', {});
    await ask('system.health', {});
  });
}

/** A new connection each time, as commands make one. */
async function speaking(
  day: Day,
  end: number,
  everyMs: number,
  work: (ask: (operation: string, input: unknown) => Promise<void>, n: number) => Promise<void>,
): Promise<void> {
  for (let n = 0; performance.now() < end; n += 1) {
    const endpoint = readEndpoint(day.home.paths.endpoint);
    if (!endpoint) throw new Error('no daemon');
    const wire = new Wire(endpoint, { project: day.cwd });
    const ask = async (operation: string, input: unknown) => {
      const { status, body } = await wire.ask(operation, input, randomUUID());
      day.asked += 1;
      if (status !== 200) day.errors.push(`${operation}: ${status} ${body.slice(0, 200)}`);
    };
    await work(ask, n);
    wire.close();
    await pause(everyMs);
  }
}
