import { expect, test } from 'vitest';
import type { Captured, CapturedPlan, CapturedUsage } from '../../../src/core/captured.ts';
import { takeInCommits } from '../../../src/features/sessions/commits.ts';
import { noSurroundings, sessionFacts } from '../../../src/features/sessions/facts.ts';
import { noteEnd, noteResumed } from '../../../src/features/sessions/lifecycle.ts';
import { begun, commitOf, conversationOf } from './conversation.ts';
import { minute, rowsOf, sessionsWorld, type World } from './world.ts';

const prompt = { what: 'prompt', n: 1 } as const;
const text = { what: 'text', n: 1 } as const;

async function shown(world: World, session_id: string) {
  return (await world.call('session.show', { session_id })).session;
}

test('SE30 a conversation that is announced and says nothing leaves no session', async () => {
  const world = sessionsWorld();
  const announced = {};
  const [start, ...items] = conversationOf('one', [prompt, text]);
  expect(await world.take(start ? [start] : [], { announced })).toMatchObject({ added: 0, sessions: [] });
  expect((await world.call('session.list', {})).items).toEqual([]);
  expect(await world.take(items, { announced })).toMatchObject({ added: 4, known: 0, sessions: ['one'] });
  expect(await shown(world, 'one')).toMatchObject({
    ...{ title: 'about one', agent: 'claude-code', branch: 'main', message_count: 2 },
    start_time: new Date(begun).toISOString(),
  });
  expect(await world.take(items)).toMatchObject({ added: 0, known: 2 });
});

test('SE31 a session started by a request is the one of the conversation of that id, and learns what it says', async () => {
  const world = sessionsWorld();
  await world.call('session.start', { session_id: 'one', agent: 'claude-code', initial_context: { goal: 'x' } });
  await world.take(conversationOf('one', [prompt]));
  expect(await shown(world, 'one')).toMatchObject({ title: 'about one', start_time: new Date(begun).toISOString() });
  const { metadata, runs } = await world.call('session.show', { session_id: 'one' });
  expect([metadata, runs.length]).toEqual([{ initial: { goal: 'x' } }, 1]);
  await world.call('session.start', { session_id: 'mine', agent: 'claude-code', native_id: 'two', title: 'Mine' });
  await world.take(conversationOf('two', [prompt]));
  expect(await shown(world, 'mine')).toMatchObject({ title: 'Mine', message_count: 1 });
  expect((await world.call('session.list', {})).items).toHaveLength(2);
});

test('SE32 a copy of a conversation under another id is its fork and counts nothing twice', async () => {
  const world = sessionsWorld();
  const all = [prompt, text, { what: 'usage', n: 2 }, { what: 'call', n: 1 }, { what: 'edit', n: 1 }] as const;
  const items = conversationOf('one', all);
  await world.take(items);
  const before = await shown(world, 'one');
  const copy = items.map((item): Captured => ({ ...item, session: 'copy' }));
  await world.take([...copy, ...conversationOf('copy', [prompt]).slice(1)]);
  expect(await shown(world, 'one')).toEqual(before);
  expect(await shown(world, 'copy')).toMatchObject({
    ...{ fork_of: 'one', message_count: 1, tool_count: 0, edit_count: 0 },
    tokens: { fresh: 0, cache_read: 0, cache_write: 0, output: 0 },
  });
  expect((await world.take(copy)).added).toBe(0);
});

test('SE33 sub-agents are sessions below the one that started them', async () => {
  const world = sessionsWorld();
  const [start, ...rest] = conversationOf('child', [text]);
  await world.take(conversationOf('one', [prompt]));
  await world.take([{ ...start, parent: 'one' } as Captured, ...rest]); // an announcement with a parent
  expect(await shown(world, 'child')).toMatchObject({ parent_session_id: 'one', message_count: 1 });
});

const step = (id: string, status: 'open' | 'in_progress' | 'done' = 'open') => ({ id, text: `step ${id}`, status });
function plan(n: number, ...steps: CapturedPlan['steps']): CapturedPlan {
  return { kind: 'plan', session: 'one', at: begun + n * 1_000, key: ['one', `plan ${n}`], steps };
}

test('SE34 a plan becomes tasks; an older one that is read again changes nothing', async () => {
  const world = sessionsWorld();
  const plans = [
    plan(1, step('a'), step('b')),
    plan(2, step('a', 'done'), step('c', 'in_progress')),
    plan(3),
    plan(4, step('c', 'done')),
    plan(5, step('a', 'done'), step('d')),
    plan(6, step('a', 'done'), step('d', 'done')),
  ];
  const tasks = async () =>
    (await world.call('task.list', { session_id: 'one' })).items.map((each) => `${each.task_id} ${each.status}`).sort();
  const known: string[][] = [];
  for (const each of plans) {
    await world.take([each]);
    known.push(await tasks());
  }
  expect(known).toEqual([
    ['plan-a open', 'plan-b open'],
    ['plan-a done', 'plan-b superseded', 'plan-c in_progress'],
    ['plan-a done', 'plan-b superseded', 'plan-c superseded'],
    ['plan-a done', 'plan-b superseded', 'plan-c done'],
    ['plan-a done', 'plan-b superseded', 'plan-c done', 'plan-d open'],
    ['plan-a done', 'plan-b superseded', 'plan-c done', 'plan-d done'],
  ]);
  const before = world.digest();
  for (const each of plans) expect((await world.take([each])).added).toBe(0);
  expect(world.digest()).toEqual(before);
  const done = (await world.call('task.list', { session_id: 'one' })).items.find((each) => each.task_id === 'plan-a');
  expect(done?.completed_at).toBe(new Date(begun + 2_000).toISOString());
});

test('SE34 a plan without steps is known as well', async () => {
  const world = sessionsWorld();
  await world.take([plan(1)]);
  await world.take([plan(2, step('a'))]);
  expect((await world.take([plan(1)])).added).toBe(0);
  expect((await world.call('task.list', {})).items.map((each) => each.status)).toEqual(['open']);
});

test('SE35 a rewound prompt goes with its answers, those that come later too', async () => {
  const world = sessionsWorld();
  const items = conversationOf('one', [prompt, prompt, text, { what: 'rewind', n: 1 }]);
  const late = { ...items[3], key: ['one', 'late'] } as Captured; // another answer to the second prompt
  await world.take([...items, late]);
  const contents = async (include_dead: boolean) =>
    (await world.call('session.messages', { session_id: 'one', include_dead })).items.length;
  expect([await contents(false), await contents(true)]).toEqual([1, 4]);
  expect(await shown(world, 'one')).toMatchObject({ message_count: 1 });
});

test('SE35 what a fork rewinds in its copy stays where it was said', async () => {
  const world = sessionsWorld();
  const items = conversationOf('one', [prompt, text]);
  await world.take(items);
  const rewind = { kind: 'rewind', session: 'copy', at: begun + 9_000, key: ['one', '0'] } as const;
  await world.take([...items.map((item): Captured => ({ ...item, session: 'copy' })), rewind]);
  expect(await shown(world, 'one')).toMatchObject({ message_count: 2 });
  await world.take([{ ...rewind, session: 'one' }]);
  expect(await shown(world, 'one')).toMatchObject({ message_count: 0 });
  await world.take([{ ...rewind, session: 'another copy' }, { ...items[2], key: ['one', 'late'] } as Captured]);
  expect(await shown(world, 'one')).toMatchObject({ message_count: 0 });
});

function usage(key: string, output: number, fresh = 1): CapturedUsage {
  const counters = { fresh, cacheRead: 5, cacheWrite: 7, cacheWrite1h: 0, output, reasoning: 0 };
  return { kind: 'usage', session: 'one', at: begun, key: ['one', key], requestId: 'r-1', ...counters };
}

test('SE36 of one request the greatest output counts, whenever it comes', async () => {
  const told = [usage('a', 3), usage('b', 90, 2), usage('c', 90, 4), usage('d', 1)];
  const tokens = [];
  for (const order of [told, told.toReversed()]) {
    const world = sessionsWorld();
    for (const each of order) await world.take([each]);
    tokens.push((await shown(world, 'one')).tokens);
    expect(rowsOf(world.store, 'select count(*) as n from messages where tok_out is not null')).toEqual([{ n: 1 }]);
  }
  expect(tokens[0]).toEqual(tokens[1]);
  expect(tokens[0]).toMatchObject({ cache_read: 5, cache_write: 7, output: 90 });
});

test('SE37 a result may come before its call', async () => {
  const digests = [];
  for (const order of [
    [0, 1],
    [1, 0],
  ] as const) {
    const world = sessionsWorld();
    const [start, ...items] = conversationOf('one', [
      { what: 'call', n: 1 },
      { what: 'result', n: 1 },
    ]);
    const announced = {};
    if (start) await world.take([start], { announced });
    for (const i of order) if (items[i]) await world.take([items[i]], { announced });
    expect(await shown(world, 'one')).toMatchObject({ tool_count: 1 });
    expect(rowsOf(world.store, 'select tool, is_error, exit_code from tool_calls')).toEqual([
      { tool: 'Run', is_error: 1, exit_code: 1 },
    ]);
    digests.push(world.digest());
  }
  expect(digests[0]).toEqual(digests[1]);
});

test('SE38 an edit belongs to the first commit of its path in the two weeks after it', async () => {
  const edit = (n: number, at: number): Captured => ({
    ...{ kind: 'edit', session: 'one', at: begun + at, key: ['one', `e${at}`], change: 'modify' },
    path: `src/${'abc'[n]}.ts`,
  });
  const edits = [edit(0, 400), edit(0, 5_000), edit(0, -14 * 86_400_000), edit(1, 100), edit(2, 0)];
  // times of commits are cut to seconds: the first was made after 400 ms of it
  const commits = [commitOf(0, 0), commitOf(3, 4), commitOf(6, 9), commitOf(1, -1)];
  for (const commitsFirst of [true, false]) {
    const world = sessionsWorld();
    const take = [() => world.take(edits), () => world.store.write((tx) => takeInCommits(tx, 'ana', commits))];
    for (const each of commitsFirst ? take.toReversed() : take) await each();
    const rows = rowsOf(world.store, 'select at, commit_sha from edits where commit_sha is not null order by at');
    expect(rows.map((row) => [Number(row['at']) - begun, String(row['commit_sha']).at(-1)])).toEqual([
      [400, '0'],
      [5_000, '6'],
    ]);
    expect(await shown(world, 'one')).toMatchObject({ edit_count: 5, commit_count: 2 });
    expect(await world.store.write((tx) => takeInCommits(tx, 'ana', commits))).toBe(0);
  }
});

test('SE39 a conversation that ends closes its session; its late lines do not open it, going on does', async () => {
  const world = sessionsWorld();
  const items = conversationOf('one', [prompt, text]);
  await world.take(items.slice(0, 2));
  const news = { agent: 'claude-code', native: 'one' };
  const actor = { user: 'ana' };
  world.clock.now = begun + minute;
  await world.store.write((tx) => noteEnd(tx, { ...news, reason: 'exit', at: world.clock.now }, actor));
  await world.store.write((tx) => noteEnd(tx, { ...news, reason: 'again', at: world.clock.now }, actor));
  await world.take(items);
  expect(await shown(world, 'one')).toMatchObject({ status: 'ended', message_count: 2 });
  await world.store.write((tx) => noteResumed(tx, { ...news, at: begun }, actor));
  expect((await shown(world, 'one')).status).toBe('ended');
  await world.store.write((tx) => noteResumed(tx, { ...news, at: begun + 2 * minute }, actor));
  expect((await shown(world, 'one')).status).toBe('active');
});

test('SE39 thinking is dropped unless it is to be kept', async () => {
  const world = sessionsWorld();
  const items = conversationOf('one', [{ what: 'thinking', n: 1 }]);
  expect((await world.take(items)).added).toBe(0);
  expect((await world.take(items, { source: { keepThinking: 'keep' } })).added).toBe(3);
  expect(await shown(world, 'one')).toMatchObject({ message_count: 0 });
});

test('SE43 the first prompt is told even where there are hundreds after it', async () => {
  const world = sessionsWorld();
  const many = Array.from({ length: 205 }, (_, n) => ({ what: 'prompt', n }) as const);
  await world.take(conversationOf('one', many));
  const { prompts } = sessionFacts(world.store.read, 'one', noSurroundings);
  expect([prompts.length, prompts[0]?.text, prompts[1]?.text]).toEqual([201, 'prompt 0 of one', 'prompt 5 of one']);
  await world.take(conversationOf('other', many.slice(0, 200)));
  expect(sessionFacts(world.store.read, 'other', noSurroundings).prompts).toHaveLength(200);
});

test('SE44 a foreign transcript is believed less: import throughout, output of tools in quarantine', async () => {
  const world = sessionsWorld();
  const items = conversationOf('one', [prompt, text, { what: 'call', n: 1 }, { what: 'result', n: 1 }]);
  await world.take(items, { source: { trusted: 'foreign' } });
  expect(rowsOf(world.store, 'select distinct trust from messages')).toEqual([{ trust: 1 }]);
  const origins = rowsOf(world.store, "select distinct body ->> '$.origin' as origin from records where type = 'tool'");
  expect(origins.map((row) => row['origin']).sort()).toEqual(['import', 'tool-output']);
});
