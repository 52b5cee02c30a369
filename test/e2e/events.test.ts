// Whoever listens hears what happens: the command, the client, across a daemon that is killed, and five hundred at once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Endpoint, readEndpoint } from '../../src/client/endpoint.ts';
import { followEvents, type Gap, type LiveEvent } from '../../src/client/events.ts';
import { type Frame, Frames } from '../../src/client/frames.ts';
import { commandPath, createHome, ended, type Home, until } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';
import { Wire } from '../harness/wire.ts';

let home: Home;
let cwd: string;
beforeAll(async () => {
  home = createHome();
  cwd = createRepository(home).path;
  await home.json(['init', '--no-import'], { cwd });
});
afterAll(() => home.remove());

interface Heard {
  readonly events: LiveEvent[];
  readonly gaps: Gap[];
  readonly states: string[];
  readonly stop: () => Promise<void>;
}

function hear(more: Partial<Parameters<typeof followEvents>[0]> = {}): Heard {
  const heard = { events: [] as LiveEvent[], gaps: [] as Gap[], states: [] as string[] };
  const called = new AbortController();
  const done = followEvents({
    ...{ env: home.env, project: cwd, signal: called.signal },
    onEvent: (event) => heard.events.push(event),
    onGap: (gap) => heard.gaps.push(gap),
    onState: (state) => heard.states.push(state),
    ...more,
  });
  const stop = async () => {
    called.abort();
    await done;
  };
  return { ...heard, stop };
}

const isCurrent = (heard: Heard) => heard.states.at(-1) === 'current';
const names = (heard: Heard) => heard.events.map(({ event }) => event);

test('HT54: events shows the last ones in their order, of the types asked for, and ends', async () => {
  for (const text of ['one', 'two', 'three']) await home.json(['remember', text], { cwd });
  const ran = await home.prsist(['events', '--type', 'context.*', '--last', '2', '--json'], { cwd });
  expect(ran).toMatchObject({ exit: 0, stderr: '' });
  const told = ran.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as LiveEvent);
  expect(told.map(({ event }) => event)).toEqual(['context.stored', 'context.stored']);
  const [first, second] = told;
  const behind = await home.prsist(['events', '--type', 'context.*', '--after', String(first?.cursor), '--json'], {
    cwd,
  });
  expect(behind.stdout.trim()).toBe(JSON.stringify(second));
  const plain = await home.prsist(['events', '--all-projects', '--last', '3'], { cwd });
  expect(plain.stdout.trim().split('\n')).toHaveLength(3);
  expect(plain.stdout).toContain('context.stored');
});

test('HT55: a daemon that is killed is waited for, and nothing that was written is missed or told twice', async () => {
  const heard = hear({ types: ['context.*'] });
  await until('it listens', () => isCurrent(heard));
  await home.json(['remember', 'before the kill'], { cwd });
  await until('it heard', () => heard.events.length === 1);
  await home.kill();
  await until('it knows', () => heard.states.at(-1) === 'away');
  await home.json(['remember', 'while it was not connected'], { cwd });
  await until('it heard more', () => heard.events.length === 2);
  await home.json(['remember', 'after'], { cwd });
  await until('it heard all', () => heard.events.length === 3);
  await heard.stop();
  expect(new Set(heard.events.map(({ ent }) => ent)).size).toBe(3);
  expect(heard.gaps).toEqual([{ why: 'away', missed: null }]);
});

test('HT56: --follow goes on until Ctrl-C, which is exit 130', async () => {
  const child = spawn(process.execPath, [commandPath, 'events', '--follow', '--json', '--last', '1'], {
    ...{ env: home.env, cwd, stdio: ['ignore', 'pipe', 'ignore'] },
  });
  let said = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until('it shows the past', () => said.includes('\n'));
  await home.json(['remember', 'live'], { cwd });
  await until('it shows what comes', () => said.trim().split('\n').length >= 2);
  child.kill('SIGINT');
  await ended(child);
  expect(child.exitCode).toBe(130);
});

test('HT57: loading a context and a run of synchronisation are heard beside what is written', async () => {
  const heard = hear({ project: '*' });
  await until('it listens', () => isCurrent(heard));
  await home.json(['cache', 'load'], { cwd });
  const place = `${home.root}/remote`;
  await home.json(['remote', 'add', 'shelf', `folder:${place}`], { cwd });
  await home.prsist(['sync'], { cwd });
  await until('all are heard', () => {
    const told = new Set(names(heard));
    return (
      told.has('cache.loaded') && told.has('sync.started') && (told.has('sync.finished') || told.has('sync.failed'))
    );
  });
  await heard.stop();
});

test('HT58: of 500 listeners each hears every change, in one order', async () => {
  const crowd = Array.from({ length: 500 }, () => hear({ types: ['context.*'] }));
  await until('all listen', () => crowd.every(isCurrent), 60_000);
  await Promise.all([1, 2, 3].map((n) => home.json(['remember', `for all ${n}`], { cwd })));
  await until('all heard', () => crowd.every(({ events }) => events.length === 3), 60_000);
  for (const { events } of crowd) expect(events.map(({ ent }) => ent)).toEqual(crowd[0]?.events.map(({ ent }) => ent));
  await Promise.all(crowd.map(({ stop }) => stop()));
});

test('HT60: who never reads is closed with 4008 when it is 1,000 behind, holds up nobody, and goes on with its cursor', async () => {
  const { socket: path, token } = readEndpoint(home.paths.endpoint) as Endpoint;
  const head = [
    'connection: Upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    `authorization: Bearer ${token}`,
  ];
  const key = `sec-websocket-key: ${Buffer.alloc(16).toString('base64')}`;
  const stuck = net.connect(path);
  const where = `x-prsist-project: ${encodeURIComponent(cwd)}`;
  stuck.write(`GET /memory/events HTTP/1.1\r\nhost: x\r\n${[...head, key, where].join('\r\n')}\r\n\r\n`);
  const [first] = (await once(stuck, 'data')) as [Buffer];
  expect(first.toString('latin1')).toContain('101');
  stuck.pause();
  const other = hear({ types: ['context.*'] });
  await until('the other listens', () => isCurrent(other));
  const wire = new Wire(readEndpoint(home.paths.endpoint) as Endpoint, { project: cwd });
  const many = 4_000;
  for (let n = 0; n < many; n += 100) {
    const asked = Array.from({ length: 100 }, (_, i) => wire.ask('context.store', { key: `k${n + i}`, value: 'v' }));
    expect(new Set((await Promise.all(asked)).map(({ status }) => status))).toEqual(new Set([200]));
  }
  wire.close();
  await until('the other heard all', () => other.events.length === many, 60_000);
  await other.stop();
  const frames = new Frames();
  const told: Frame[] = [];
  stuck.on('data', (bytes: Buffer) => told.push(...frames.add(bytes)));
  stuck.resume();
  await until('it is closed', () => told.at(-1)?.opcode === 8);
  stuck.destroy();
  expect(told.at(-1)?.payload.readUInt16BE(0)).toBe(4008);
  const last = JSON.parse(told.at(-2)?.payload.toString() ?? '') as LiveEvent;
  const rest = hear({ after: last.cursor, types: ['context.*'] });
  await until('it has caught up', () => rest.events.at(-1)?.ent === other.events.at(-1)?.ent);
  await rest.stop();
  const whole = [...told.slice(0, -1).map(({ payload }) => JSON.parse(payload.toString())), ...rest.events];
  expect(whole.filter(({ event }) => event.startsWith('context.'))).toHaveLength(many);
});

test('HT59: a cursor of another database says that something is missed; what is no cursor is refused', async () => {
  const { project_id } = await home.json(['project', 'show'], { cwd });
  const ahead = Buffer.from(JSON.stringify([[project_id, 999_999]])).toString('base64url');
  const heard = hear({ after: ahead });
  await until('it is told', () => heard.gaps.length > 0);
  await heard.stop();
  expect(heard.gaps).toEqual([{ why: 'gone', missed: null }]);
  const ran = await home.prsist(['events', '--after', 'x'], { cwd });
  expect(ran.exit).not.toBe(0);
  expect(ran.stderr).toContain('cursor');
});
