import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exportSession } from '../../../src/features/sessions/export.ts';
import { temporaryDirectory } from '../../store/temporary-store.ts';
import { rowsOf, sessionsWorld, times } from './world.ts';

interface Page {
  readonly items: { readonly handoff_id: string }[];
  readonly next_cursor: string | null;
}

async function started() {
  const world = sessionsWorld();
  await world.call('session.start', { session_id: 's', title: 'first', initial_context: { a: 1 } });
  return world;
}
const records = (world: Awaited<ReturnType<typeof started>>) => rowsOf(world.store, 'select n from records').length;

test('HT60: title and metadata change, null takes a member away, and what is so already writes nothing', async () => {
  const world = await started();
  const changed = await world.call('session.put', { session_id: 's', title: 'second', metadata: { b: 2, c: 3 } });
  expect(changed).toMatchObject({ session: { title: 'second' }, metadata: { initial: { a: 1 }, b: 2, c: 3 } });
  const before = records(world);
  await world.call('session.put', { session_id: 's', title: 'second', metadata: { b: 2, none: null } });
  expect(records(world)).toBe(before);
  expect((await world.call('session.put', { session_id: 's', metadata: { b: null } })).metadata).not.toHaveProperty(
    'b',
  );
  await expect(world.call('session.put', { session_id: 'nobody' })).rejects.toMatchObject({
    code: 'session/not-found',
  });
});

test('HT60: a compaction is noted and answers with what is needed to go on', async () => {
  const world = await started();
  expect(await world.call('session.compact', { session_id: 's' })).toMatchObject({
    ...{ session_id: 's', brief: 'the brief', context_snapshot: { message_count: 0 } },
  });
  expect((await world.call('session.show', { session_id: 's' })).metadata.compactions).toBe(1);
});

test('HT61: usage said with a message counts once and is shown with it', async () => {
  const world = await started();
  const said = { session_id: 's', role: 'assistant', content: 'done', message_id: 'm1' } as const;
  const usage = { fresh: 3, cache_read: 5, cache_write: 7, output: 11 };
  await world.call('session.message', { ...said, usage });
  await world.call('session.message', { ...said, usage });
  await world.call('session.message', { ...said, message_id: 'm2', content: 'more' });
  const shown = await world.call('session.show', { session_id: 's' });
  expect(shown.tokens).toEqual(usage);
  expect(shown.counts).toEqual({ messages: 2, tasks: 0, tools: 0, edits: 0, commits: 0, handoffs: 0 });
  const { items } = await world.call('session.messages', { session_id: 's' });
  expect(items.map((item) => item.usage)).toEqual([usage, null]);
});

test('HT62: messages after one of them, or after a time', async () => {
  const world = await started();
  for (const content of ['a', 'b', 'c']) {
    world.clock.now += 1_000;
    await world.call('session.message', { session_id: 's', role: 'user', content });
  }
  const { items } = await world.call('session.messages', { session_id: 's' });
  const from = async (after: string) =>
    (await world.call('session.messages', { session_id: 's', after })).items.map((item) => item.content);
  expect(await from(items[0]?.id ?? '')).toEqual(['b', 'c']);
  expect(await from(items[1]?.at ?? '')).toEqual(['c']);
  await expect(from('nothing')).rejects.toMatchObject({ code: 'input/invalid', field: 'after' });
});

test('HT63: lists of tasks and handoffs go on after the last one seen, whatever arrives meanwhile', async () => {
  const world = await started();
  for (let n = 0; n < 9; n += 1) {
    world.clock.now += n % 3; // several of the same moment
    const status = (['open', 'in_progress', 'done'] as const)[n % 3];
    await world.call('task.add', { task_id: `t${n}`, description: 'x', ...(status ? { status } : {}) });
    await world.call('session.start', { session_id: `h${n}` });
    await world.call('session.handoff', { session_id: `h${n}`, to_agent: 'codex', handoff_reason: 'r' });
  }
  const whole = (await world.call('task.list', {})).items.map((item) => item.task_id);
  const all = (await world.call('session.handoffs', {})).items.map((item) => item.handoff_id);
  const tasks: string[] = [];
  const handoffs: string[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await world.call('task.list', { limit: 2, ...(cursor ? { cursor } : {}) });
    tasks.push(...page.items.map((item) => item.task_id));
    cursor = page.next_cursor;
    world.clock.now += 1;
    await world.call('task.add', { description: 'newer', status: 'in_progress' });
  } while (cursor);
  expect(tasks).toEqual(whole);
  do {
    const page: Page = await world.call('session.handoffs', { limit: 2, ...(cursor ? { cursor } : {}) });
    handoffs.push(...page.items.map((item) => item.handoff_id));
    cursor = page.next_cursor;
    world.clock.now += 1;
    await world.call('session.handoff', { session_id: 's', to_agent: 'any', handoff_reason: 'newer' });
  } while (cursor);
  expect(handoffs).toEqual(all);
  world.clock.now += times.handoffMs;
  expect((await world.call('session.handoffs', { status: 'expired', limit: 100 })).items.length).toBeGreaterThan(8);
  expect((await world.call('session.handoffs', { status: 'pending' })).items).toEqual([]);
  await expect(world.call('task.list', { cursor: 'x' })).rejects.toMatchObject({ field: 'cursor' });
});

test('HT64: a handoff for one person or device is offered to no other', async () => {
  const world = await started();
  const handed = { session_id: 's', to_agent: 'codex', handoff_reason: 'r' };
  const offered = async (user: string) =>
    (await world.call('session.start', { session_id: `of-${user}`, agent: 'codex' }, { user })).pending_handoff
      ?.to_user;
  await world.call('session.handoff', { ...handed, to_user: 'bob' });
  expect([await offered('ana'), await offered('bob')]).toEqual([undefined, 'bob']);
  await expect(world.call('session.accept', { agent: 'codex' })).rejects.toMatchObject({ code: 'handoff/not-found' });
  expect(await world.call('session.accept', { agent: 'codex' }, { user: 'bob' })).toMatchObject({ session_id: 's' });
  const { handoff_id } = await world.call('session.handoff', { ...handed, to_device: 'elsewhere' });
  await expect(world.call('session.accept', { handoff_id, agent: 'codex' })).rejects.toMatchObject({
    code: 'handoff/not-found',
  });
});

test('HT65: an export writes the kept lines into a new file, and leaves none behind when it fails', async () => {
  const world = await started();
  await world.call('session.resume', { session_id: 's', agent: 'codex', native_id: 'n' });
  const parts = [['{"a":1}', '{"b":2}'], ['{"c":3}']];
  const prices = { as_of: '', models: new Map() };
  const needs = {
    ...{ times: () => times, prices, device: 'd', surroundings: () => world.around },
    ...{ brief: () => '', keepInitial: () => undefined },
  };
  const job = { ...world.context(), report: () => undefined, cancelled: () => false };
  const path = join(temporaryDirectory(), 'out.jsonl');
  const asked = { session_id: 's', format: 'original', path } as const;
  expect(await exportSession({ ...needs, transcript: () => parts })(job, asked)).toMatchObject({ lines: 3 });
  expect(fs.readFileSync(path, 'utf8')).toBe('{"a":1}\n{"b":2}\n{"c":3}\n');
  expect(fs.statSync(path).mode & 0o777).toBe(0o600);
  const failing = exportSession({ ...needs, transcript: () => [] });
  await expect(failing(job, asked)).rejects.toMatchObject({ code: 'file/unreadable' }); // it is there already
  expect(fs.readFileSync(path, 'utf8')).toContain('"c"');
  const other = `${path}.2`;
  await expect(failing(job, { ...asked, path: other })).rejects.toMatchObject({ code: 'file/unreadable' });
  expect(fs.existsSync(other)).toBe(false);
  await expect(failing(job, { ...asked, path: 'here' })).rejects.toMatchObject({
    code: 'input/invalid',
    field: 'path',
  });
});
