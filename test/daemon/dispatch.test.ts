import { describe, expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { type Asked, createDispatch } from '../../src/daemon/dispatch.ts';
import { operations } from '../../src/features/operations.ts';
import { projectId, type WiredWorld, wiredWorld } from './wired-world.ts';

function world() {
  const made = wiredWorld();
  const root = made.project();
  const ask = async (operation: string, body: unknown, more: Partial<Asked> = {}) =>
    made.dispatch({
      ...{ operation, body, caller: { user: 'ana', origin: 'human' }, project: projectId, idempotencyKey: undefined },
      ...more,
    });
  const failure = (operation: string, body: unknown, more: Partial<Asked> = {}) =>
    ask(operation, body, more).then(
      () => 'no failure',
      (error: { code: string; field?: string }) => [error.code, error.field].filter(Boolean).join(' '),
    );
  return { ...made, root, ask, failure };
}

const records = ({ projects }: WiredWorld) => projects.store(projectId).log.seq;
const nested = (depth: number): unknown => (depth === 0 ? 1 : { x: nested(depth - 1) });

describe('what is asked', () => {
  test('DA10: only operations there are, under their own names', async () => {
    const { failure } = world();
    for (const name of ['context.nothing', 'constructor', '__proto__', 'context', '']) {
      expect(await failure(name, {})).toBe('route/unknown');
    }
  });

  test('DA11: a request is taken as it stands or refused with the path of what is wrong', async () => {
    const { failure } = world();
    const store = (body: unknown) => failure('context.store', body);
    expect(await store({ key: 'a', vlaue: 1 })).toBe('input/invalid vlaue'); // told before the member that is missing
    expect(await store({ key: 'a' })).toBe('input/invalid value');
    expect(await store({})).toBe('input/invalid value');
    expect(await store({ value: 1 })).toBe('input/invalid key'); // only a text can do without
    expect(await store({ value: '' })).toBe('input/invalid value');
    expect(await store([])).toBe('input/invalid body');
    expect(await store('text')).toBe('input/invalid body');
    expect(await store({ key: 'a', value: 1, layer: 'deep' })).toBe('input/invalid layer');
    expect(await failure('capture.import', { paths: ['/a', ''] })).toBe('input/invalid paths.1');
    expect(await failure('session.list', null)).toBe('no failure');
  });

  test('DA12: every bound is told as too large, and what is just as large is taken', async () => {
    const { failure } = world();
    const store = (body: object) => failure('context.store', { key: 'a', value: 1, ...body });
    expect(await store({ key: 'ü'.repeat(limits.keyBytes / 2) })).toBe('no failure');
    expect(await store({ key: `${'ü'.repeat(limits.keyBytes / 2)}x` })).toBe('limit/too-large key');
    expect(await store({ value: 'x'.repeat(limits.valueBytes) })).toMatch(/^limit\/too-large/);
    expect(await store({ value: nested(limits.jsonDepth - 1) })).toBe('no failure');
    expect(await store({ value: nested(limits.jsonDepth) })).toBe('limit/too-large');
    expect(await store({ value: Array(limits.jsonMembers).fill(0) })).toBe('no failure');
    expect(await store({ value: Array(limits.jsonMembers + 1).fill(0) })).toBe('limit/too-large');
  });

  test('DA13: NUL, half surrogate pairs and __proto__ are refused, in members and in their names', async () => {
    const { failure } = world();
    const value = (text: string) => failure('context.store', { key: 'a', value: JSON.parse(text) });
    for (const bad of ['"a\\u0000"', '{"a\\u0000":1}', '[["\\ud800"]]', '{"\\udc00x":1}']) {
      expect(await value(bad)).toBe('input/encoding');
    }
    for (const query of ['\ud800', 'a\0']) expect(await failure('search.query', { query })).toBe('input/encoding');
    expect(await value('{"__proto__":{"polluted":1}}')).toBe('input/invalid');
    expect(await value('"\\ud83d\\ude42 constructor"')).toBe('no failure');
  });
});

describe('what happens to it', () => {
  test('DA14: secrets leave every text before a verb sees it', async () => {
    const { ask, projects } = world();
    const secret = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
    await ask('context.store', { key: 'note', value: { deep: [`token ${secret}`] }, metadata: { why: secret } });
    const all = projects.store(projectId).statements.all('select body from records', []);
    expect(JSON.stringify(all)).not.toContain(secret);
    expect(JSON.stringify(all)).toContain('⟨secret:');
    expect((await ask('context.retrieve', { key: 'note' })).reply).toMatchObject({
      value: { deep: [expect.stringMatching(/^token ⟨secret:/)] },
    });
  });

  test('DA14: a key made from a text has no secret in it either', async () => {
    const { ask } = world();
    const stored = await ask('context.store', {
      value: `deploy token ghp_${'a1B2c3D4e5F6'.repeat(3)}`,
      category: 'note',
    });
    expect(stored.reply).toMatchObject({ key: 'note.deploy-token', created: true });
    const long = await ask('context.store', { value: `${'many words '.repeat(20)}one`, category: 'fact' });
    expect(String(long.reply.key)).toMatch(/^fact\.many-words[-a-z]*-[0-9a-f]{8}$/);
    expect((await ask('context.store', { value: '…', category: 'note' })).reply.key).toMatch(/^note\.[0-9a-f]{8}$/);
  });

  test('DA16: what is wrong is said in words', async () => {
    const { ask } = world();
    const message = (operation: string, body: object) =>
      ask(operation, body).then(
        () => 'no failure',
        (error: unknown) => (error instanceof Error ? error.message : ''),
      );
    expect(await message('session.show', { session_id: '' })).toBe('session_id: must not be empty');
    expect(await message('session.list', { limit: 99_999 })).toBe('limit: at most 500');
    expect(await message('brief.get', { budget_tokens: 10 })).toBe('budget_tokens: at least 200');
    expect(await message('session.list', { since: 'yesterday' })).toBe('since: a time like 2026-03-04T09:15:00Z');
    expect(await message('capture.import', { agents: ['claude'] })).toMatch(/^agents\.0: one of claude-code, codex, /);
    expect(await message('session.list', { limit: 'x' })).toMatch(/^limit: must be/);
  });

  test('DA15: under one key a write happens once; another request under it is refused, in both databases', async () => {
    const made = world();
    const { ask, failure } = made;
    for (const scope of ['project', 'user']) {
      const body = { key: 'a', value: scope, scope };
      const once = { idempotencyKey: `key-${scope}` };
      const first = await ask('context.store', body, once);
      expect(first.replayed).toBe(false);
      const before = records(made);
      expect(await ask('context.store', body, once)).toEqual({ ...first, replayed: true });
      expect(records(made)).toBe(before);
      expect(await failure('context.store', { ...body, value: 'other' }, once)).toBe('request/key-reused');
      expect(await failure('context.delete', { key: 'a', scope }, once)).toBe('request/key-reused');
    }
    expect(await failure('context.store', { key: '' }, { idempotencyKey: 'key-bad' })).toBe('input/invalid key');
    expect(await failure('context.store', { key: 'b', value: 1 }, { idempotencyKey: 'key-bad' })).toBe('no failure');
  });

  test('DA16: a write goes to the database its scope names, and to no other', async () => {
    const { ask, projects } = world();
    await ask('context.store', { key: 'mine', value: 1, scope: 'user' });
    await ask('context.store', { key: 'ours', value: 1 });
    const keys = (read: typeof projects.user) =>
      read.statements.all<{ key: string }>('select key from memory_context_registry', []).map(({ key }) => key);
    expect(keys(projects.user)).toEqual(['mine']);
    expect(keys(projects.store(projectId))).toEqual(['ours']);
  });

  test('EN78: what belongs to the person needs no project; what belongs to one is refused with the way out', async () => {
    const { ask, failure, top, projects } = world();
    const there = { project: top };
    for (const scope of ['user', 'global'] as const) {
      await ask('context.store', { key: 'k', value: scope, scope }, there);
      const { reply } = await ask('context.retrieve', { key: 'k', scope }, there);
      expect(reply).toMatchObject({ value: scope, scope });
    }
    await ask('context.store', { key: 'soon', value: 1, scope: 'user', layer: 'ephemeral' }, there);
    expect((await ask('context.retrieve', { key: 'soon', scope: 'user' }, there)).reply).toMatchObject({ value: 1 });
    expect((await ask('context.tag', { key: 'k', scope: 'user', add: ['t'] }, there)).reply).toMatchObject({
      tags: ['t'],
    });
    expect(await failure('context.retrieve', { key: 'session_state_s1', scope: 'user' }, there)).toBe(
      'entry/not-found',
    );
    expect(await failure('context.store', { key: 'k', value: 1 }, there)).toBe('project/required');
    await expect(ask('context.retrieve', { key: 'k' }, there)).rejects.toMatchObject({
      hint: expect.stringContaining('--scope user'),
    });
    const bound = { user: 'ana', origin: 'agent', rights: 'write', bound: { project: projectId } } as const;
    expect(await failure('context.list', { scope: 'user' }, { ...there, caller: bound })).toBe('auth/refused');
    expect(projects.openProjects).toEqual([]);
  });

  test('DA17: where it is asked for, everything already said is taken in before the verb reads', async () => {
    const made = world();
    const order: string[] = [];
    const dispatch = createDispatch({
      tell: async () => undefined,
      erased: async () => undefined,
      ...{ features: made.wired.features, projects: made.projects, jobs: made.jobs, redactor: made.redactor },
      ...{ clock: () => made.clock.now, onBug: () => undefined },
      async settle(id) {
        order.push(`settle ${id}`);
        await made.ask('session.start', { session_id: 'said-before' });
      },
    });
    const caller = { user: 'ana', origin: 'human' } as const;
    const asked = { caller, project: made.root, idempotencyKey: undefined };
    const { reply } = await dispatch({ ...asked, operation: 'session.context', body: { session_id: 'said-before' } });
    expect(reply).toMatchObject({ context: { session_id: 'said-before' } });
    await dispatch({ ...asked, operation: 'session.list', body: {} });
    expect(order).toEqual([`settle ${projectId}`]);
  });

  test('DA18: a project is found by id, name or directory; without one there is a personal one; some need none', async () => {
    const { ask, failure, root, projects } = world();
    for (const project of [projectId, 'shop', `${root}/src`]) {
      expect((await ask('project.show', {}, { project })).reply).toMatchObject({ project_id: projectId });
    }
    expect((await ask('project.show', {}, { project: undefined })).reply).toMatchObject({ name: 'default', roots: [] });
    expect(await failure('project.show', {}, { project: 'none' })).toBe('project/not-found');
    expect(await failure('project.show', {}, { project: '/nobodys' })).toBe('project/required');
    expect(await failure('system.health', {}, { project: '/nobodys' })).toBe('no failure');
    expect(projects.resolve(undefined).id).toBe(projects.resolve('default').id);
  });

  test('DA19: a job answers at once with its id; its end is told by job.show', async () => {
    const { ask, jobs } = world();
    const { reply, status } = await ask('store.verify', { deep: true });
    expect(status).toBe(202);
    const job_id = String(reply.job_id);
    await jobs.show(job_id, 5_000);
    expect((await ask('job.show', { job_id })).reply).toMatchObject({
      ...{ state: 'done', name: 'store.verify', result: { records: 1, blobs: 0, problems: [] } },
    });
  });

  test('DA20: every operation has its verb', () => {
    const { wired } = world();
    const verbs = wired.features.flatMap((feature) => Object.keys(feature.verbs)).sort();
    expect(verbs).toEqual(Object.keys(operations).sort());
  });
});
