// T22: bytes that nobody should send. The daemon answers or hangs up, stays small and quick, and keeps nothing refused.
import fs from 'node:fs';
import net from 'node:net';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type Endpoint, readEndpoint } from '../../src/client/endpoint.ts';
import { loadConfig } from '../../src/config/load.ts';
import { PrsistError } from '../../src/core/errors.ts';
import { createRedactor } from '../../src/core/redact.ts';
import { parseRules } from '../../src/core/redact-rules.ts';
import { formatSpoolEvent } from '../../src/core/spool-event.ts';
import { findings } from '../harness/audit.ts';
import { createHome, type Home, spooled, until } from '../harness/home.ts';
import { mutated } from '../harness/mutate.ts';
import { createRepository } from '../harness/repository.ts';
import { seeded } from '../harness/seed.ts';
import { type Watched, watched } from '../harness/watched.ts';
import { Wire } from '../harness/wire.ts';

const forMs = Number(process.env.PRSIST_FUZZ_MS ?? 4_000);
const mib = 1024 * 1024;
const fixtures = resolve(import.meta.dirname, '../fixtures/transcripts');

let home: Home;
let cwd: string;
let served: Endpoint;
let memory: { readonly stop: () => Watched };
beforeAll(async () => {
  home = createHome();
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
  const endpoint = readEndpoint(home.paths.endpoint);
  if (!endpoint) throw new Error('no daemon');
  served = endpoint;
  memory = watched(endpoint.pid);
});
afterAll(async () => {
  try {
    expect(Math.max(...memory.stop().rssBytes)).toBeLessThan(500 * mib);
    expect((await home.prsist(['daemon', 'stop'])).exit).toBe(0);
    expect(findings(home)).toEqual([]);
  } finally {
    await home.remove();
  }
});

/** Does it again and again for the time; gives how often. */
async function again(work: (n: number) => unknown): Promise<number> {
  const end = performance.now() + forMs;
  let times = 0;
  for (; performance.now() < end; times += 1) await work(times);
  return times;
}

/** The very daemon of the beginning still answers; it hangs when it does not within ten seconds. */
async function isWell(): Promise<void> {
  expect(readEndpoint(home.paths.endpoint)?.pid).toBe(served.pid);
  const wire = new Wire(served, { project: cwd });
  const told = await Promise.race([
    wire.ask('system.health', {}),
    new Promise<never>((_, fail) => setTimeout(() => fail(new Error('the daemon hangs')), 10_000).unref()),
  ]);
  wire.close();
  expect(told.status).toBe(200);
}

async function records(): Promise<number> {
  return (await home.client(cwd).call('project.show', {})).records;
}

test('T22: HTTP: mangled frames crash nothing, and what is refused is not kept', async () => {
  const random = seeded('T22 http');
  const ask = (path: string, body: string) =>
    `POST ${path} HTTP/1.1\r\nhost: p\r\nauthorization: Bearer ${served.token}\r\nx-prsist-project: ${encodeURIComponent(cwd)}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const seeds = [
    ask('/memory/context/store', '{"key":"fuzz","value":{"a":[1,2,{"b":null}]},"metadata":{"x":1}}'),
    ask('/memory/session/start', '{"session_id":"fuzz","agent":"codex","metadata":{}}'),
    ask('/memory/search/query', '{"query":"\\"fuzz\\" -not key:x OR (y)","limit":5}'),
    ask('/memory/session/messages', '{"session_id":"fuzz","cursor":"eyJhIjoxfQ"}'),
    `GET /memory/health HTTP/1.1\r\nhost: p\r\nauthorization: Bearer ${served.token}\r\n\r\n`,
  ].map((text) => Buffer.from(text));
  const before = await records();
  let accepted = 0;
  const times = await again(async () => {
    const answer = await raw(mutated(random, random.pick(seeds)));
    accepted += answer.split('HTTP/1.1 200').length - 1;
  });
  await isWell();
  // an accepted write leaves at most two records, a session and its run
  expect((await records()) - before).toBeLessThanOrEqual(2 * accepted);
  expect(times).toBeGreaterThan(20);
});

/** Sends bytes and reads until the daemon has said something, or has nothing to say. */
function raw(bytes: Buffer): Promise<string> {
  return new Promise((done) => {
    let text = '';
    const socket = net.connect(served.socket, () => socket.end(bytes));
    const end = () => {
      clearTimeout(late);
      socket.destroy();
      done(text);
    };
    const late = setTimeout(end, 1_000); // it waits for more of what was promised: its own time-out is longer
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('end', end).on('error', end).on('close', end);
  });
}

test('T22: hook events: mangled files are taken in, or put aside and counted; none is left', async () => {
  const random = seeded('T22 events');
  const body = { session_id: 'fuzzed', cwd, prompt: 'typed', tool_input: { a: ['b', { c: 1 }] } };
  const seeds = ['UserPromptSubmit', 'Stop', 'SessionStart', 'PreCompact', 'SessionEnd', 'PostToolUse'].map((event) =>
    formatSpoolEvent({ agent: 'codex', event, pwd: cwd, args: ['a'] }, Buffer.from(JSON.stringify(body))),
  );
  await again(async (n) => {
    const path = join(home.paths.spool, `fuzz${n}`);
    fs.writeFileSync(`${path}.tmp`, mutated(random, random.pick(seeds)), { mode: 0o600 });
    fs.renameSync(`${path}.tmp`, `${path}-0.evt`);
    if (n % 100 === 99) await until('there is room', () => spooled(home.paths.spool) < 500);
  });
  await until('all have been looked at', async () => {
    const { checks } = await home.client(cwd).call('system.health', {});
    return checks.spool.waiting === 0;
  });
  await isWell();
});

test('T22: transcripts: mangled files are read as far as they go, or said to be none', async () => {
  const random = seeded('T22 transcripts');
  const seeds = fs.globSync(`${fixtures}/*.jsonl`).map((file) => fs.readFileSync(file));
  await again(async (n) => {
    const directory = join(home.home, `fuzz-${n}`);
    fs.mkdirSync(directory);
    for (let file = 0; file < 20; file += 1) {
      fs.writeFileSync(join(directory, `${file}.jsonl`), mutated(random, random.pick(seeds)));
    }
    const { exit, stderr } = await home.prsist(['import', '--path', directory], { cwd });
    expect([exit, stderr]).toEqual([expect.any(Number), expect.not.stringContaining('internal')]);
    await isWell();
  });
});

test('T22: redaction rules: a mangled file is refused with its reason, or its rules stay quick', async () => {
  const random = seeded('T22 rules');
  const seed = fs.readFileSync(resolve(import.meta.dirname, '../../config/redaction.yaml'));
  const small = Buffer.from(seed.toString('utf8').split('\n').slice(0, 90).join('\n'));
  const text = `password = "hunter2hunter2" ${'aA1-'.repeat(2_000)} key: ${'x'.repeat(4_000)}`;
  const times = await again(() => {
    const data = yaml(mutated(random, small).toString('utf8'));
    const rules = data === undefined ? undefined : refusedOr(() => parseRules(data));
    if (rules === undefined) return;
    const begun = performance.now();
    createRedactor(rules, Buffer.alloc(32)).text(text);
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
  expect(times).toBeGreaterThan(20);
});

test('T22: configuration: a mangled file is refused with its reason, or read', async () => {
  const random = seeded('T22 config');
  const seed = Buffer.from(
    'version: 1\ndaemon:\n  log_level: info\n  idle_exit_minutes: 30\nbrief:\n  enabled: true\n  max_tokens: 1500\nprivacy:\n  rules: []\nsessions:\n  idle_minutes: 30\n',
  );
  const times = await again(() => {
    const text = mutated(random, seed).toString('utf8');
    const read = refusedOr(() => loadConfig({ files: [{ path: 'config.yaml', text }], env: {} }));
    if (read !== undefined) expect(Object.keys(read.config)).toContain('daemon');
  });
  expect(times).toBeGreaterThan(20);
});

/** What a YAML text says; undefined where it is none. */
function yaml(text: string): unknown {
  try {
    return parse(text, { logLevel: 'silent' });
  } catch {
    return undefined;
  }
}

/** What work gives; undefined when it refuses in our words. Anything else is a crash. */
function refusedOr<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof PrsistError && error.code !== 'internal') return undefined;
    throw error;
  }
}
