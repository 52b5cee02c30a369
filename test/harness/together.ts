// Writers, readers and maintenance at once on one project, with a look at the locks after every kind of operation.
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type Endpoint, readEndpoint } from '../../src/client/endpoint.ts';
import { withStore } from './audit.ts';
import type { Home } from './home.ts';
import { lostLocks } from './locks.ts';
import { Wire } from './wire.ts';

export interface Together {
  readonly home: Home;
  readonly cwd: string;
  readonly writers: number;
  /** Writes of each. */
  readonly each: number;
  readonly readers: number;
}

export interface TogetherResult {
  /** Of all writes but those that were erased afterwards. */
  readonly acknowledged: readonly string[];
  readonly erased: readonly string[];
  readonly reads: number;
  /** Rounds of maintenance that ended while others wrote. */
  readonly rounds: number;
  /** Answers that were neither 200 nor 202 nor busy. */
  readonly refused: readonly string[];
  readonly lostLocks: readonly string[];
  /** Kinds of operations after which the locks were looked at. */
  readonly kinds: readonly string[];
}

interface Work extends Together {
  readonly endpoint: Endpoint;
  readonly words: string[];
  readonly erased: Set<string>;
  readonly refused: string[];
  readonly lost: Map<string, readonly string[]>;
  reads: number;
  rounds: number;
  over: boolean;
}

/** Runs it to its end. */
export async function together(given: Together): Promise<TogetherResult> {
  const endpoint = readEndpoint(given.home.paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  const state = {
    words: [],
    erased: new Set<string>(),
    refused: [],
    lost: new Map(),
    reads: 0,
    rounds: 0,
    over: false,
  };
  const work: Work = { ...given, endpoint, ...state };
  const others = [...Array(given.readers).keys()].map(() => read(work));
  others.push(maintain(work));
  await Promise.all([...Array(given.writers).keys()].map((n) => write(work, n)));
  work.over = true;
  await Promise.all(others);
  const { words, erased, refused, reads, rounds, lost } = work;
  const gone = [...lost].flatMap(([kind, files]) => files.map((file) => `${kind}: ${file}`));
  const acknowledged = words.filter((word) => !erased.has(word));
  return { acknowledged, erased: [...erased], reads, rounds, refused, lostLocks: gone, kinds: [...lost.keys()] };
}

async function asking<T>(work: Work, speak: (wire: Wire) => Promise<T>): Promise<T> {
  const wire = new Wire(work.endpoint, { project: work.cwd });
  try {
    return await speak(wire);
  } finally {
    wire.close();
  }
}

/** One question until it is not told to come later; notes what else is refused, and what became of the locks. */
async function ask(work: Work, wire: Wire, operation: string, input: unknown): Promise<string> {
  const key = randomUUID();
  for (;;) {
    const { status, body } = await wire.ask(operation, input, key);
    if (status === 503) {
      await pause(50);
      continue;
    }
    if (status > 202) work.refused.push(`${operation}: ${status} ${body.slice(0, 200)}`);
    if (!work.lost.has(operation) || work.lost.get(operation)?.length === 0) {
      // the first times of each kind, so that looking does not become the load itself
      if (!work.lost.has(operation) || work.words.length % 97 === 0) work.lost.set(operation, lostLocks(work.home));
    }
    return body;
  }
}

function write(work: Work, writer: number): Promise<void> {
  return asking(work, async (wire) => {
    const session = `writer-${writer}`;
    await ask(work, wire, 'session.start', { session_id: session, agent: 'codex' });
    for (let n = 0; n < work.each; n += 1) {
      const word = `w${writer}x${n}y`;
      const message = { session_id: session, role: 'user', content: `said ${word}` };
      const entry = { key: word, value: `stored ${word}`, session_id: session };
      if (n % 2 === 0) await ask(work, wire, 'session.message', message);
      else await ask(work, wire, 'context.store', entry);
      if (n % 10 === 1) await ask(work, wire, 'context.delete', { key: word });
      work.words.push(word);
    }
    await ask(work, wire, 'session.end', { session_id: session });
  });
}

function read(work: Work): Promise<void> {
  return asking(work, async (wire) => {
    const session = { session_id: 'writer-0' };
    await ask(work, wire, 'session.start', session);
    while (!work.over) {
      await ask(work, wire, 'search.query', { query: 'said stored w1x2y' });
      await ask(work, wire, 'context.list', { limit: 100 });
      await ask(work, wire, 'session.messages', session);
      await ask(work, wire, 'session.context', session);
      await ask(work, wire, 'project.show', {});
      work.reads += 5;
    }
  });
}

function maintain(work: Work): Promise<void> {
  return asking(work, async (wire) => {
    while (!work.over) {
      for (const [operation, input] of [
        ['store.verify', { deep: true }],
        ['store.backup', {}],
        ['store.rebuild', {}],
        ['store.verify', {}],
      ] as const) {
        const { job_id } = JSON.parse(await ask(work, wire, operation, input));
        await until(work, wire, job_id);
        await erase(work, wire);
      }
      work.rounds += 1;
      await pause(100);
    }
  });
}

/** An entry that was acknowledged and is not deleted. */
async function erase(work: Work, wire: Wire): Promise<void> {
  const word = work.words.find((each) => each.endsWith('3y') && !work.erased.has(each));
  if (word === undefined) return;
  work.erased.add(word);
  await ask(work, wire, 'store.erase', { entry: word, reason: 'a test' });
}

async function until(work: Work, wire: Wire, job_id: string): Promise<void> {
  for (;;) {
    const told = JSON.parse(await ask(work, wire, 'job.show', { job_id, wait_ms: 5_000 }));
    if (told.state === 'running') continue;
    if (told.state !== 'done') work.refused.push(`job: ${JSON.stringify(told)}`);
    else if (told.result?.problems?.length > 0) work.refused.push(`found: ${JSON.stringify(told.result)}`);
    return;
  }
}

/** How often each word stands in the log of a closed database: those missing, those more than once. */
export function counted(
  file: string,
  words: readonly string[],
): { readonly lost: string[]; readonly doubled: string[] } {
  const found = new Map<string, number>();
  withStore(file, ({ db }) => {
    const rows = db.prepare("select body from records where type in ('message', 'context')").pluck().all();
    for (const body of rows) {
      const word = /(?:said|stored) ([\w-]+)/.exec(String(body))?.[1];
      if (word !== undefined) found.set(word, (found.get(word) ?? 0) + 1);
    }
  });
  return {
    lost: words.filter((word) => !found.has(word)),
    doubled: [...found].filter(([, times]) => times > 1).map(([word]) => word),
  };
}
