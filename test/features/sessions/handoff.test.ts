import { expect, test } from 'vitest';
import { noteEnd, noteShown } from '../../../src/features/sessions/lifecycle.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { conversationOf } from './conversation.ts';
import { day, minute, sessionsWorld, type World } from './world.ts';

const git = {
  ...{ branch: 'main', head: 'abc', upstream: null, ahead: 0, behind: 0, staged: 0, unstaged: 1, untracked: 0 },
  ...{ paths: ['src/a.ts'], stash: 0 },
};

async function working(world: World, messages = 3): Promise<void> {
  await world.call('session.start', { session_id: 's', agent: 'codex' }, { agent: 'codex' });
  await say(world, messages, 'before');
}

async function say(world: World, count: number, what: string): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < count; i += 1) {
    world.clock.now += 1_000;
    const role = i % 2 === 0 ? ('user' as const) : ('assistant' as const);
    ids.push((await world.call('session.message', { session_id: 's', role, content: `${what} ${i}` })).message_id);
  }
  return ids;
}

const given = { to_agent: 'claude-code', handoff_reason: 'Out of tokens', critical_info: { port: 8080 } } as const;

async function handedOver(world: World): Promise<string> {
  return (await world.call('session.handoff', { ...given, session_id: 's' }, { agent: 'codex', git })).handoff_id;
}

async function pageAll(
  world: World,
  first: { items: { id: string }[]; next_cursor: string | null },
): Promise<string[]> {
  const ids = first.items.map((each) => each.id);
  for (let cursor = first.next_cursor; cursor !== null; ) {
    const page = await world.call('session.messages', { session_id: 's', cursor });
    ids.push(...page.items.map((each) => each.id));
    cursor = page.next_cursor;
  }
  return ids;
}

test('SE20 a handoff is complete: everything of the sender is reached from the one answer', async () => {
  const world = sessionsWorld();
  await working(world, 60);
  const asked = await world.call('session.message', {
    ...{ session_id: 's', role: 'assistant', content: 'Shall the port stay open?' },
  });
  await world.call('task.add', { session_id: 's', task_id: 't1', description: 'Close the port' });
  await world.call('task.add', { session_id: 's', task_id: 't2', description: 'Test it', status: 'in_progress' });
  await world.call('task.add', { session_id: 's', task_id: 't3', description: 'Over', status: 'done' });
  world.around = { ...world.around, facts: { style: 'tabs' } };
  const sent = await world.call('session.handoff', { ...given, session_id: 's' }, { agent: 'codex', git });
  expect(sent).toMatchObject({ from_agent: 'codex', to_agent: 'claude-code', status: 'pending' });
  expect(sent.expires_at).toBe(new Date(world.clock.now + 7 * day).toISOString());
  const answer = await world.call('session.accept', { handoff_id: sent.handoff_id, agent: 'claude-code' }, { git });
  expect(answer).toMatchObject({ reason: 'Out of tokens', critical_info: { port: 8080 }, from_agent: 'codex' });
  expect(answer.context_snapshot).toMatchObject({
    pending_tasks: [{ id: 't1' }, { id: 't2' }],
    critical_facts: { style: 'tabs' },
    open_questions: ['Shall the port stay open?'],
    message_count: 61,
  });
  expect(answer.context_snapshot).toEqual(sent.context_snapshot);
  expect(answer.delta).toMatchObject({ messages: [], next_cursor: null });
  expect(answer.delta.tasks.map((each) => each.task_id)).toEqual(['t1', 't2', 't3']);
  const all = await pageAll(world, await world.call('session.messages', { session_id: answer.session_id }));
  expect([all.length, all.at(-1)]).toEqual([61, asked.message_id]);
});

test('SE21 the delta has every message since, whatever its time, and goes on by its cursor', async () => {
  const world = sessionsWorld();
  await working(world, 5);
  const ahead = { session_id: 's', role: 'user', content: 'ahead', at: '2026-01-02T03:06:05.500Z' } as const;
  await world.call('session.message', ahead);
  const handoff_id = await handedOver(world);
  const since = await say(world, 120, 'after');
  const early = { session_id: 's', role: 'user', content: 'late', at: '2026-01-02T03:04:06.500Z' } as const;
  since.unshift((await world.call('session.message', early)).message_id);
  const { delta } = await world.call('session.accept', { handoff_id, agent: 'claude-code' });
  expect(delta.messages).toHaveLength(50);
  expect(await pageAll(world, { items: delta.messages, next_cursor: delta.next_cursor })).toEqual(since);
});

test('SE22 the receiver learns how its work tree differs', async () => {
  const world = sessionsWorld();
  await working(world);
  const handoff_id = await handedOver(world);
  const elsewhere = { agent: 'claude-code', git: { ...git, branch: 'dev', head: 'def', paths: ['x'] } };
  const { git_check } = await world.call('session.accept', { handoff_id, agent: 'claude-code' }, elsewhere);
  expect(git_check).toEqual({
    ...{ head_here: false, branch_matches: false, sender_head: 'abc', sender_branch: 'main', dirty_paths: ['x'] },
  });
});

test('SE23 the same run accepts again with the same answer, another one comes too late', async () => {
  const world = sessionsWorld();
  await working(world);
  const handoff_id = await handedOver(world);
  expect((await world.call('session.show', { session_id: 's' })).session.agent).toBe('claude-code');
  const mine = { handoff_id, agent: 'claude-code', native_id: 'c-1' };
  const first = await world.call('session.accept', mine);
  const { seq } = world.store.log;
  expect(await world.call('session.accept', mine)).toEqual(first);
  expect(world.store.log.seq).toBe(seq);
  await expect(world.call('session.accept', { ...mine, agent: 'gemini', native_id: 'g' })).rejects.toMatchObject({
    code: 'handoff/taken',
  });
  expect(world.store.log.seq).toBe(seq);
  const [shown] = (await world.call('session.handoffs', { session_id: 's' })).items;
  expect(shown).toMatchObject({ status: 'accepted', accepted_by: 'claude-code' });
});

test('SE24 a newer handoff takes the place of a waiting one; a declined one waits again', async () => {
  const world = sessionsWorld();
  await working(world);
  const first = await handedOver(world);
  world.clock.now += minute;
  const second = await handedOver(world);
  const status = async () =>
    (await world.call('session.handoffs', {})).items.map((each) => [each.handoff_id, each.status]);
  expect(await status()).toEqual([
    [second, 'pending'],
    [first, 'superseded'],
  ]);
  await expect(world.call('session.accept', { handoff_id: first, agent: 'claude-code' })).rejects.toMatchObject({
    code: 'handoff/taken',
  });
  await world.call('session.accept', { session_id: 's', agent: 'claude-code' });
  await expect(world.call('session.accept', { agent: 'claude-code' })).rejects.toMatchObject({
    code: 'handoff/not-found',
  });
  expect(await world.call('session.decline', { handoff_id: second, reason: 'Busy' })).toMatchObject({
    status: 'pending',
  });
  expect(
    (await world.call('session.accept', { agent: 'gemini', session_id: 's', handoff_id: second })).handoff_id,
  ).toBe(second);
});

test('SE25 a handoff waits seven days, for its agent, in its work tree and on its branch', async () => {
  const world = sessionsWorld();
  await working(world);
  const handoff_id = await handedOver(world);
  const waiting = async (from: { worktree?: string; branch?: string }, agent = 'claude-code') =>
    (await world.call('session.start', { agent, session_id: `look-${agent}` }, from)).pending_handoff?.handoff_id;
  expect(await waiting({})).toBe(handoff_id);
  expect(await waiting({}, 'gemini')).toBeUndefined();
  expect(await waiting({ worktree: 'other' })).toBeUndefined();
  expect(await waiting({ branch: 'dev' })).toBeUndefined();
  world.clock.now += 7 * day;
  expect(await waiting({})).toBeUndefined();
  const items = async (status: string) => (await world.call('session.handoffs', { status })).items.length;
  expect([await items('pending'), await items('expired')]).toEqual([0, 1]);
  const { context } = await world.call('session.context', { session_id: 's' });
  expect(context['pending_handoff']).toBeNull();
});

const first = conversationOf('c-1', [{ what: 'prompt', n: 1 }], Date.UTC(2026, 0, 2, 4));

test('SE26 a handoff that was printed to a run is taken with the first thing the run says', async () => {
  const world = sessionsWorld();
  await working(world);
  const handoff_id = await handedOver(world);
  const at = world.clock.now + minute;
  await world.store.write((tx) => noteShown(tx, { native: 'c-1', at, handoff_id }));
  rebuild(world.store);
  const [shown] = (await world.call('session.handoffs', {})).items;
  expect(shown).toMatchObject({ status: 'pending', shown_at: new Date(at).toISOString() });
  await world.take(first.slice(0, 1));
  expect((await world.call('session.handoffs', { status: 'accepted' })).items).toEqual([]);
  await world.take(first);
  expect((await world.call('session.handoffs', {})).items[0]).toMatchObject({
    ...{ handoff_id, status: 'accepted', accepted_by: 'claude-code' },
  });
  const { session, runs } = await world.call('session.show', { session_id: 's' });
  expect(runs.map((run) => run.native_id)).toEqual(['s', 'c-1']);
  expect(session).toMatchObject({ agent: 'claude-code', message_count: 4 });
  expect((await world.call('session.list', {})).items).toHaveLength(1);
});

test('SE27 a run that ends in silence gives a printed handoff back; a lost one does after a day', async () => {
  const world = sessionsWorld();
  await working(world);
  const handoff_id = await handedOver(world);
  const show = (native: string) =>
    world.store.write((tx) => noteShown(tx, { native, at: world.clock.now, handoff_id }));
  const shownAt = async () => (await world.call('session.handoffs', {})).items[0]?.shown_at;
  await show('c-1');
  const printed = await shownAt();
  world.clock.now += minute;
  await show('c-2');
  expect(await shownAt()).toBe(printed);
  const ended = { agent: 'claude-code', native: 'c-1', reason: 'exit', at: world.clock.now };
  await world.store.write((tx) => noteEnd(tx, ended, { user: 'ana' }));
  expect(await shownAt()).toBeNull();
  await show('c-3');
  world.clock.now += day;
  await show('c-4');
  await world.take(first); // c-1, that gave it back, begins a session of its own
  expect((await world.call('session.list', {})).items.map((each) => each.session_id).sort()).toEqual(['c-1', 's']);
  expect(await shownAt()).toBe(new Date(world.clock.now).toISOString());
});

test('SE27 a run that starts once more is shown no second handoff', async () => {
  const world = sessionsWorld();
  await working(world);
  const ids = [await handedOver(world)];
  await world.call('session.start', { session_id: 'other', agent: 'codex' });
  ids.push((await world.call('session.handoff', { ...given, session_id: 'other' })).handoff_id);
  for (const handoff_id of ids) {
    await world.store.write((tx) => noteShown(tx, { native: 'c-1', at: world.clock.now, handoff_id }));
  }
  const { items } = await world.call('session.handoffs', {});
  expect(items.filter((each) => each.shown_at !== null).map((each) => each.handoff_id)).toEqual(ids.slice(0, 1));
});

test('SE26 the handoff that was printed is the one that is taken, not the newest', async () => {
  const world = sessionsWorld();
  await working(world);
  const handoff_id = await handedOver(world);
  await world.call('session.start', { session_id: 'other', agent: 'codex' });
  world.clock.now += minute;
  await world.call('session.handoff', { ...given, session_id: 'other' });
  await world.store.write((tx) => noteShown(tx, { native: 'c-1', at: world.clock.now, handoff_id }));
  await world.take(first);
  const { items } = await world.call('session.handoffs', { status: 'accepted' });
  expect(items.map((each) => each.handoff_id)).toEqual([handoff_id]);
  expect((await world.call('session.show', { session_id: 's' })).runs.map((run) => run.native_id)).toContain('c-1');
});

const end = (world: World, agent: string, native: string) =>
  world.store.write((tx) => noteEnd(tx, { agent, native, reason: 'exit', at: world.clock.now }, { user: 'ana' }));

test('SE60 a session ends with the conversation that carries it, not with one that handed it over', async () => {
  const world = sessionsWorld();
  await working(world);
  const handoff_id = await handedOver(world);
  world.clock.now += minute;
  await world.call('session.accept', { handoff_id, agent: 'claude-code', native_id: 'c-1' });
  const status = async () => (await world.call('session.show', { session_id: 's' })).session.status;
  await end(world, 'codex', 's');
  expect(await status()).toBe('active');
  await end(world, 'claude-code', 'c-1');
  expect(await status()).toBe('ended');
});

test('SE60 a session whose sender left before the receiver spoke goes on with its first words', async () => {
  const world = sessionsWorld();
  await working(world);
  const handoff_id = await handedOver(world);
  await world.store.write((tx) => noteShown(tx, { native: 'c-1', at: world.clock.now, handoff_id }));
  await end(world, 'codex', 's');
  world.clock.now = Date.UTC(2026, 0, 2, 4, 1);
  await world.take(first);
  expect((await world.call('session.show', { session_id: 's' })).session).toMatchObject({
    ...{ status: 'active', agent: 'claude-code' },
  });
});

test('SE64 the beginning of an id that fits several is refused with all of them', async () => {
  const world = sessionsWorld();
  await working(world);
  const ids = [await handedOver(world), await handedOver(world)];
  const prefix = ids[0]?.slice(0, 8) ?? '';
  expect(ids[1]?.startsWith(prefix)).toBe(true);
  const refused = world.call('session.decline', { handoff_id: prefix });
  await expect(refused).rejects.toMatchObject({ code: 'session/ambiguous' });
  for (const id of ids) await expect(refused).rejects.toMatchObject({ hint: expect.stringContaining(id) });
});
