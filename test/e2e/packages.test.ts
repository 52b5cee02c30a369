// A memory carried from one machine to another that shares nothing with it: one file, made and taken in by commands.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createHome, execute, type Home } from '../harness/home.ts';
import { letIn, machine } from '../harness/synced.ts';

const passphrase = 'correct horse battery';
const hasAge = spawnSync('age', ['--version']).status === 0;
if (!hasAge) process.stderr.write('PG4 is skipped: there is no program age on this machine\n');

interface Place {
  readonly home: Home;
  readonly cwd: string;
  /** A command in the project, as JSON. */
  readonly ask: (argv: readonly string[], input?: string) => Promise<Record<string, unknown>>;
}

/** A home, gone with its test, with a project of its own. */
async function place(): Promise<Place> {
  return placeIn(await machine());
}

async function placeIn(home: Home): Promise<Place> {
  const cwd = join(home.home, 'shop');
  fs.mkdirSync(cwd);
  await home.json(['init', '--no-import', '--no-git-hooks'], { cwd });
  const ask: Place['ask'] = (argv, input) => home.json(argv, { cwd, ...(input === undefined ? {} : { input }) });
  return { home, cwd, ask };
}

const sessionId = '0199aa12-0000-7000-8000-000000000001';
const outputOfTool = 'output of a tool that stays at home';
const thought = 'what the agent thought by itself';
const remembered = 'We deploy on Fridays';

/** What A remembers: entries of all kinds, a session with words, thoughts and tools, a task, a document. */
async function filled(home: Home): Promise<Place> {
  const a = await placeIn(home);
  await a.ask(['config', 'set', 'capture.thinking', 'true']);
  await a.ask(['context', 'store', 'db.engine', 'Postgres']);
  await a.ask(['context', 'store', 'only.a', '{"theme":"dark"}', '--json-value']);
  const hidden = { key: 'pay.terms', value: 'hidden terms', metadata: { sensitive: true } };
  await home.client(a.cwd).call('context.store', hidden);
  await a.ask(['remember', remembered]);
  await a.ask(['task', 'add', 'Write the docs']);
  await a.ask(['document', 'put', '-', '--uri', 'notes/plan.md'], '# Plan\n\nMove the cart to the server.\n');
  const transcript = join(a.cwd, 'one.jsonl');
  fs.writeFileSync(transcript, transcriptOf(a.cwd));
  await a.ask(['import', '--path', transcript]);
  return a;
}

function transcriptOf(cwd: string): string {
  const line = (n: number, type: string, content: unknown) => ({
    ...{ type, sessionId, cwd, version: '2.0.0', uuid: `0199aa12-0000-7000-8000-00000000001${n}`, parentUuid: null },
    ...{ timestamp: `2026-03-04T09:0${n}:00.000Z`, message: { role: type, content } },
  });
  const lines = [
    line(1, 'user', 'Make the cart survive a reload'),
    line(2, 'assistant', [
      { type: 'thinking', thinking: thought },
      { type: 'text', text: `I will keep it in local storage. ${'It is a long answer. '.repeat(200)}` },
      { type: 'tool_use', id: 'call-1', name: 'Bash', input: { command: 'npm test' } },
    ]),
    line(3, 'user', [{ type: 'tool_result', tool_use_id: 'call-1', content: outputOfTool }]),
  ];
  return lines.map((each) => `${JSON.stringify(each)}\n`).join('');
}

function exported(a: Place, more: readonly string[] = [], name = 'shop.prsist'): Promise<Record<string, unknown>> {
  return a.ask(['export', '--passphrase', '--out', join(a.home.root, name), ...more], `${passphrase}\n`);
}

function take(b: Place, a: Place, more: readonly string[] = [], name = 'shop.prsist') {
  return b.ask(['import', join(a.home.root, name), ...more], `${passphrase}\n`);
}

async function entries(b: Place): Promise<Record<string, unknown>> {
  const { items } = (await b.ask(['context', 'list'])) as { items: { key: string; value: unknown }[] };
  return Object.fromEntries(items.map(({ key, value }) => [key, value]));
}

// what a job of ours ends with
const result = (job: Record<string, unknown>) => job.result as Record<string, Record<string, unknown>>;

async function records(b: Place): Promise<number> {
  return Number((await b.ask(['project', 'show'])).records);
}

let a: Place;
const homeOfA = createHome();
beforeAll(async () => {
  await homeOfA.serve();
  a = await filled(homeOfA);
  await exported(a);
}, 60_000);
afterAll(() => homeOfA.remove());

describe('PG1: each strategy, at home B that shares no key with A', () => {
  const ours = async () => {
    const b = await place();
    await b.ask(['context', 'store', 'db.engine', 'MySQL']);
    return b;
  };
  const note = 'note.we-deploy-on-fridays';
  const news = { 'only.a': { theme: 'dark' }, [note]: remembered };

  test.each([
    ['smart', { ...news, 'db.engine': 'MySQL' }, 1],
    ['ours', { ...news, 'db.engine': 'MySQL' }, 0],
    ['theirs', { ...news, 'db.engine': 'Postgres' }, 0],
  ])('PG1 PG2 PG12: %s', async (strategy, expected, conflicts) => {
    const b = await ours();
    const there = await records(b);
    const planned = result(await take(b, a, ['--dry-run']));
    expect(await records(b), 'a preview writes nothing').toBe(there);
    const plans = planned.strategies ?? {};
    expect(Object.keys(plans)).toEqual(['smart', 'ours', 'theirs', 'keep-both']);
    const done = result(await take(b, a, ['--strategy', strategy]));
    expect(done).toMatchObject({ is_member: false, outcomes: plans[strategy] });
    expect(await entries(b)).toEqual(expected);
    expect((await b.ask(['conflicts', 'list'])).items).toHaveLength(conflicts);
    const before = await records(b);
    expect(result(await take(b, a, ['--strategy', strategy])).records_added, 'again adds nothing').toBe(0);
    expect(await records(b)).toBe(before);
    expect(await b.ask(['store', 'verify', '--deep'])).toMatchObject({ state: 'done' });
  });

  test('PG1 PG2: keep-both, and what is no entry', async () => {
    const b = await ours();
    await take(b, a, ['--strategy', 'copy']);
    const found = await entries(b);
    const copy = Object.keys(found).find((key) => key.startsWith('db.engine~')) ?? '';
    expect(found).toEqual({ ...news, 'db.engine': 'MySQL', [copy]: 'Postgres' });
    expect(result(await take(b, a, ['--strategy', 'keep-both'])).records_added).toBe(0);
    const { items } = (await b.ask(['session', 'list'])) as { items: { session_id: string; message_count: number }[] };
    expect(items).toHaveLength(1);
    const [session] = items;
    expect(session?.session_id, 'another id than there').not.toBe(sessionId);
    const said = (await b.ask(['session', 'messages', session?.session_id ?? ''])).items as { content: string }[];
    expect(said.map(({ content }) => content.slice(0, 32))).toEqual([
      'Make the cart survive a reload',
      'I will keep it in local storage.',
    ]);
    expect((await b.ask(['task', 'list'])).items).toMatchObject([{ description: 'Write the docs' }]);
    expect(await b.ask(['document', 'get', 'notes/plan.md'])).toMatchObject({
      content: '# Plan\n\nMove the cart to the server.\n',
    });
  });
});

test('PG3: what is wrong with a package is told, and nothing is taken in', async () => {
  const b = await place();
  const before = await records(b);
  const file = join(a.home.root, 'shop.prsist');
  const bytes = fs.readFileSync(file);
  const altered = Buffer.from(bytes);
  altered[bytes.length - 2_000] = (altered[bytes.length - 2_000] ?? 0) ^ 1;
  const wrong = { cut: bytes.subarray(0, bytes.length - 3_000), altered, none: Buffer.from('{"type":"user"}\n') };
  for (const [name, content] of Object.entries(wrong)) fs.writeFileSync(join(b.home.root, name), content);
  const refused = async (path: string, input = `${passphrase}\n`) => {
    const { exit, stdout } = await b.home.prsist(['import', path, '--json'], { cwd: b.cwd, input });
    return { exit, ...JSON.parse(stdout).error };
  };
  expect(await refused(file, 'another one\n')).toMatchObject({ exit: 77, code: 'package/locked', hint: 'try again' });
  expect(await refused(join(b.home.root, 'cut'))).toMatchObject({ exit: 1, code: 'package/unreadable' });
  expect(await refused(join(b.home.root, 'altered'))).toMatchObject({ exit: 1, code: 'package/unreadable' });
  expect(await refused(join(b.home.root, 'none'))).toMatchObject({ code: 'package/unreadable' });
  expect(await refused(join(b.home.root, 'nowhere'))).toMatchObject({ code: 'file/unreadable' });
  // to A's own key, which nobody else has
  const { recipient } = await a.ask(['import', '--list']);
  const sealed = await a.ask(['export', '--to', String(recipient), '--out', join(a.home.root, 'own.prsist')]);
  expect(result(sealed).sealed_to).toEqual([recipient]);
  expect(await refused(join(a.home.root, 'own.prsist'))).toMatchObject({ exit: 77, code: 'package/locked' });
  expect(await records(b)).toBe(before);
  const { items } = await b.ask(['import', '--list']);
  expect(items).toEqual([]);
  expect(result(await a.ask(['import', join(a.home.root, 'own.prsist')])), 'PG13').toMatchObject({
    is_member: true,
    records_added: 0,
  });
  const taken = await a.home.prsist(['export', '--to', String(recipient), '--out', join(a.home.root, 'own.prsist')], {
    cwd: a.cwd,
  });
  expect(taken.exit, 'no file is written over').toBe(2);
  const ssh = await a.home.prsist(['export', '--to', 'ssh-ed25519 AAAA', '--out', 'x'], { cwd: a.cwd });
  expect(ssh.stderr).toContain('keys of ssh are not taken');
});

test.skipIf(!hasAge)('PG4: the program age opens a package, and what it sealed is taken in', async () => {
  const b = await place();
  const [key, sealed, plain] = ['key.txt', 'for-key.prsist', 'plain'].map((name) => join(b.home.root, name)) as [
    string,
    string,
    string,
  ];
  spawnSync('age-keygen', ['-o', key]);
  const recipient = spawnSync('age-keygen', ['-y', key]).stdout.toString().trim();
  await a.ask(['export', '--to', recipient, '--out', sealed]);
  expect(fs.statSync(sealed).mode & 0o777).toBe(0o600);
  const opened = await execute('age', ['-d', '-i', key, '-o', plain, sealed], { env: b.home.env });
  expect(opened).toMatchObject({ exit: 0, stderr: '' });
  const inside = fs.readFileSync(plain);
  expect(inside.subarray(0, 8).toString('latin1')).toBe('PRSPKG1\0');
  const again = join(b.home.root, 'again.prsist');
  await execute('age', ['-r', recipient, '-o', again, plain], { env: b.home.env });
  const { exit } = await b.home.prsist(['import', again, '--json'], { cwd: b.cwd });
  expect(exit, 'without the key').toBe(77);
  expect(result(await b.ask(['import', again, '--identity', key])).outcomes).toMatchObject({ entries: { new: 3 } });
});

test('PG5: what is left out is counted by why; with everything in, it is there', async () => {
  const { content, left_out } = result(await exported(a, ['--dry-run']));
  expect({ content, left_out }).toEqual({
    content: { entries: 3, sessions: 1, messages: 2, tasks: 1, documents: 1 },
    left_out: { entries: { sensitive: 1 }, messages: { thinking: 1 }, tools: { 'tool output': 1 } },
  });
  const asked = await a.home.prsist(['export', '--include-sensitive', '--passphrase'], { cwd: a.cwd, input: 'x' });
  expect(asked).toMatchObject({ exit: 2, stderr: expect.stringContaining('--yes') });
  const whole = result(await exported(a, ['--include-sensitive', '--yes'], 'whole.prsist'));
  expect(whole.content).toMatchObject({ entries: 4, messages: 3, tools: 1 });
  const [little, all] = [await place(), await place()];
  await take(little, a);
  await take(all, a, [], 'whole.prsist');
  const found = async (b: Place, text: string) => (await b.ask(['search', text])).results as unknown[];
  for (const text of [outputOfTool, 'hidden terms']) {
    expect(JSON.stringify(await found(little, text)), text).not.toContain(text);
    expect(JSON.stringify(await found(all, text)), text).toContain(text);
  }
  expect(await entries(little)).not.toHaveProperty(['pay.terms']);
  const counted = result(await exported(a, ['--insights', '--kinds', 'tasks'], 'numbers.prsist'));
  expect(counted.content).toEqual({ tasks: 1 });
  const { insights } = result(await take(little, a, ['--dry-run'], 'numbers.prsist'));
  expect(insights).toContainEqual({ day: '2026-03-04', numbers: { sessions: 1, prompts: 1, answers: 1 } });
  const only = result(await exported(a, ['--kinds', 'tasks', '--dry-run']));
  expect(only.content).toEqual({ tasks: 1 });
  const ofSession = result(await exported(a, ['--session', sessionId.slice(0, 8), '--dry-run']));
  expect(ofSession.content).toEqual({ sessions: 1, messages: 2 });
  expect(result(await exported(a, ['--since', '2099-01-01', '--dry-run'])).content).toEqual({});
});

test('PG6: agents are told nothing of what a stranger says; people see it labelled', async () => {
  const b = await place();
  await take(b, a);
  const agent = b.home.client(b.cwd, { agent: 'codex' });
  const told = JSON.stringify([
    await agent.call('context.list', {}),
    await agent.call('session.list', {}),
    await agent.call('task.list', {}),
    await agent.call('document.list', {}),
    await agent.call('search.query', { query: 'cart reload fridays postgres docs' }),
    await agent.call('brief.get', { agent: 'codex' }),
  ]);
  for (const word of [remembered, 'Postgres', 'survive a reload', 'Write the docs', 'plan.md']) {
    expect(told, word).not.toContain(word);
  }
  const { items } = (await b.ask(['trust', 'list'])) as { items: { name: string; trust: number; origin: string }[] };
  expect(items.map(({ name }) => name).sort()).toEqual(
    ['db.engine', 'note.we-deploy-on-fridays', 'notes/plan.md', 'only.a'].sort(),
  );
  expect(new Set(items.map(({ origin, trust }) => `${origin} ${trust}`))).toEqual(new Set(['package 0']));
});

test('PG7: an import is undone as a whole, and can be taken in again', async () => {
  const b = await place();
  await b.ask(['context', 'store', 'db.engine', 'MySQL']);
  const { package_id, records_added } = result(await take(b, a, ['--strategy', 'theirs']));
  expect(Number(records_added)).toBeGreaterThan(5);
  expect((await entries(b))['db.engine']).toBe('Postgres');
  const looked = await b.ask(['import', '--undo', String(package_id), '--dry-run']);
  expect(looked).toMatchObject({ dry_run: true });
  expect((await entries(b))['db.engine']).toBe('Postgres');
  await b.ask(['import', '--undo', String(package_id).slice(0, 18), '--yes']);
  expect(await entries(b)).toEqual({ 'db.engine': 'MySQL' });
  expect((await b.ask(['session', 'list'])).items).toEqual([]);
  expect((await b.ask(['task', 'list'])).items).toEqual([]);
  expect(await b.ask(['store', 'verify', '--deep'])).toMatchObject({ state: 'done' });
  expect((await b.ask(['import', '--list'])).items).toMatchObject([{ package_id, undone_at: expect.any(String) }]);
  await take(b, a);
  expect(await entries(b)).toMatchObject({ 'only.a': { theme: 'dark' }, 'db.engine': 'MySQL' });
  const unknown = await b.home.prsist(['import', '--undo', 'ffffffff', '--yes'], { cwd: b.cwd });
  expect(unknown.stderr).toContain('no package');
});

test('PG10: a secret that today’s rules know neither leaves nor comes in', async () => {
  const rules = '[{id: badge, kind: own, pattern: "badge-[0-9]{6}"}]';
  const [from, to] = [await place(), await place()];
  await from.ask(['context', 'store', 'door', 'It opens with badge-123456']);
  await exported(from, [], 'before.prsist');
  await from.ask(['config', 'set', 'privacy.rules', rules]);
  expect(result(await exported(from, [], 'after.prsist')).redacted).toEqual({ own: 1 });
  await take(to, from, [], 'after.prsist');
  expect(JSON.stringify(await entries(to))).toMatch(/⟨secret:own#[0-9a-f]{4}⟩/);
  const strict = await place();
  await strict.ask(['config', 'set', 'privacy.rules', rules]);
  expect(result(await take(strict, from, [], 'before.prsist')).redacted).toMatchObject({ own: 1 });
  const found = JSON.stringify(await entries(strict));
  expect(found).not.toContain('123456');
});

test('PG13: a copy of this very memory brings what it has more, and nothing twice', async () => {
  const b = await place();
  await b.ask(['context', 'store', 'db.engine', 'MySQL']);
  await b.ask(['export', '--passphrase', '--out', join(b.home.root, 'own.prsist')], `${passphrase}\n`);
  await b.ask(['context', 'store', 'db.engine', 'Postgres']);
  const own = join(b.home.root, 'own.prsist');
  const taken = async (more: readonly string[]) => result(await b.ask(['import', own, ...more], `${passphrase}\n`));
  expect(await taken(['--strategy', 'ours'])).toMatchObject({ is_member: true, records_added: 0 });
  expect(await taken(['--strategy', 'theirs'])).toMatchObject({ outcomes: { entries: { replaced: 1 } } });
  const { items } = await b.ask(['context', 'list']);
  // from a device of ours it is trusted as an import
  expect(items).toMatchObject([{ key: 'db.engine', value: 'MySQL', origin: 'import', trust: 1 }]);
});

test('PG6: from another device of one’s own it is trusted as an import, and told to agents', async () => {
  const [laptop, desk] = [await place(), await place()];
  await laptop.ask(['remote', 'add', 'nas', `folder:${join(laptop.home.root, 'nas')}`]);
  await letIn(laptop.home, desk.home);
  await laptop.ask(['context', 'store', 'db.engine', 'Postgres']);
  await laptop.ask(['context', 'store', 'db.version', '17']);
  await exported(laptop);
  expect(result(await take(desk, laptop))).toMatchObject({ is_member: true, outcomes: { entries: { new: 2 } } });
  const { items } = await desk.ask(['context', 'list']);
  expect(items).toMatchObject([
    { origin: 'import', trust: 1 },
    { origin: 'import', trust: 1 },
  ]);
  const agent = desk.home.client(desk.cwd, { agent: 'codex' });
  expect((await agent.call('context.list', {})).items).toHaveLength(2);
});

test('PG14: killed in the middle of taking a package in, again goes on from there and adds nothing twice', async () => {
  const b = await place();
  let kills = 0;
  for (const nth of [1, 2, 3, 4]) {
    await b.home.kill();
    const daemon = await b.home.serve({ PRSIST_FAILPOINT: `record.inserted:kill:${nth * 4}` });
    await b.home.prsist(['import', join(a.home.root, 'shop.prsist'), '--json'], {
      cwd: b.cwd,
      input: `${passphrase}\n`,
    });
    kills += daemon.signalCode === 'SIGKILL' ? 1 : 0;
  }
  expect(kills).toBeGreaterThan(0);
  await take(b, a);
  expect(result(await take(b, a))).toMatchObject({ records_added: 0 });
  expect(Object.keys(await entries(b))).toHaveLength(3);
  const { items } = (await b.ask(['session', 'list'])) as { items: { message_count: number }[] };
  expect(items).toMatchObject([{ message_count: 2 }]);
  expect((await b.ask(['task', 'list'])).items).toHaveLength(1);
  expect(await b.ask(['store', 'verify', '--deep'])).toMatchObject({ state: 'done' });
});
