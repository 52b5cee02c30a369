import { expect, test } from 'vitest';
import { digest } from '../../../src/store/digest.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { agent, ann, human, memory } from './two-stores.ts';

const missing = (field: string) => ({ code: 'input/invalid', field });
const notFound = expect.objectContaining({ code: 'entry/not-found' });

test('EN40: of a key that stands in every scope the nearest is answered, and each by its name', async () => {
  const m = memory();
  const wide = { tenant_id: 't1' };
  const scopes = ['global', 'tenant', 'user', 'project', 'session', 'agent'] as const;
  for (const scope of scopes) {
    await m.store({ key: 'k', value: scope, scope, ...(scope === 'tenant' ? wide : {}) }, agent);
    expect(m.retrieve({ key: 'k', ...wide }, agent)).toMatchObject({ value: scope, scope });
  }
  for (const scope of scopes) {
    expect(m.retrieve({ key: 'k', scope, ...(scope === 'tenant' ? wide : {}) }, agent).value).toBe(scope);
  }
  // scopes of the person stand in the person's database
  const held = (store: typeof m.project) => store.db.prepare('select scope from memory_context_registry').pluck().all();
  expect(held(m.project).sort()).toEqual(['agent', 'project', 'session']);
  expect(held(m.user).sort()).toEqual(['global', 'tenant', 'user']);
});

test('EN41: the ids of an entry are the published ones', async () => {
  const m = memory();
  const stored = await m.store({
    ...{ key: 'customer_preference_123', value: 1, scope: 'user', tenant_id: 'tenant_456', user_id: 'user_789' },
  });
  // the vector of the memory model
  expect(stored.entry_id).toBe('fa95e2f1-5236-8321-9433-91ee29171b6e');
  expect(m.retrieve({ key: 'customer_preference_123', tenant_id: 'tenant_456', user_id: 'user_789' })).toMatchObject({
    ...{ scope: 'user', tenant_id: 'tenant_456', user_id: 'user_789', session_id: null, agent_id: null },
  });
});

test.each([
  ['user', { user_id: 'u1' }, { user_id: 'u2' }],
  ['user', { user_id: 'u1', tenant_id: 't1' }, { user_id: 'u1', tenant_id: 't2' }],
  ['tenant', { tenant_id: 't1' }, { tenant_id: 't2' }],
  ['session', { session_id: 's1' }, { session_id: 's2' }],
  ['agent', { agent_id: 'codex' }, { agent_id: 'cursor' }],
] as const)('EN42: scope %s keeps %j from %j, who finds nothing', async (scope, owner, other) => {
  const m = memory();
  const { entry_id } = await m.store({ key: 'k', value: 'mine', scope, ...owner });
  const second = await m.store({ key: 'k', value: 'other', scope, ...other });
  expect(second.entry_id).not.toBe(entry_id);
  expect(m.retrieve({ key: 'k', scope, ...owner }).value).toBe('mine');
  expect(m.list({ scope, ...owner }).items.map((item) => item.value)).toEqual(['mine']);
  await m.retire({ key: 'k', scope, ...other });
  expect(() => m.retrieve({ key: 'k', ...other })).toThrow(notFound);
  expect(m.retrieve({ key: 'k', ...owner }).value).toBe('mine');
});

test('EN43: a scope whose id nobody names is refused with the field', async () => {
  const m = memory();
  await expect(m.store({ key: 'k', value: 1, scope: 'agent' })).rejects.toMatchObject(missing('agent_id'));
  await expect(m.store({ key: 'k', value: 1, scope: 'session' })).rejects.toMatchObject(missing('session_id'));
  await expect(m.store({ key: 'k', value: 1, scope: 'tenant' })).rejects.toMatchObject(missing('tenant_id'));
  expect(() => m.retrieve({ key: 'k', scope: 'tenant' })).toThrow(expect.objectContaining(missing('tenant_id')));
});

test('EN44: what a token is tied to hides everything else', async () => {
  const m = memory();
  await m.store({ key: 'k', value: 1, scope: 'tenant', tenant_id: 't1' });
  await m.store({ key: 'k', value: 2, scope: 'user', user_id: 'u1', tenant_id: 't1' });
  await m.store({ key: 'all', value: 3, scope: 'global' });
  const bound = { user: 'u2', origin: 'agent', bound: { tenant: 't2', user: 'u2' } } as const;
  expect(() => m.retrieve({ key: 'k', tenant_id: 't1', user_id: 'u1' }, bound)).toThrow(notFound);
  expect(() => m.retrieve({ key: 'k' }, bound)).toThrow(notFound);
  expect(m.list({ tenant_id: 't1', user_id: 'u1' }, bound).items.map(({ key }) => key)).toEqual(['all']);
});

test('EN45: a person sees the notes of all agents and sessions, an agent its own', async () => {
  const m = memory();
  await m.store({ key: 'a', value: 1, scope: 'agent' }, agent);
  await m.store({ key: 's', value: 1, scope: 'session' }, agent);
  const other = { ...agent, agent: 'cursor', session: 's2' };
  await m.store({ key: 'b', value: 1, scope: 'agent' }, other);
  const keys = (caller: typeof human) =>
    m
      .list({}, caller)
      .items.map(({ key }) => key)
      .sort();
  expect(keys(human)).toEqual(['a', 'b', 's']);
  expect(keys(agent)).toEqual(['a', 's']);
  expect(keys(other)).toEqual(['b']);
});

test('EN46: an entry of a session carries whose session it is', async () => {
  const m = memory();
  await m.store({ key: 'k', value: 1, scope: 'session', tenant_id: 't1' }, agent);
  expect(m.retrieve({ key: 'k', scope: 'session' }, agent)).toMatchObject({
    ...{ session_id: 's1', tenant_id: 't1', user_id: ann, layer: 'long_term' },
  });
  await m.store({ key: 'k', value: 1, scope: 'session', layer: 'session' }, agent);
  expect(m.retrieve({ key: 'k', scope: 'session' }, agent)).toMatchObject({ session_id: 's1', layer: 'session' });
});

test('EN47: tags, links, trust and feedback are versions of an entry, and a rebuild gives them back', async () => {
  const m = memory();
  const old = await m.store({ key: 'old', value: 'tabs', tags: ['style'] });
  const kept = await m.store({ key: 'new', value: 'spaces', tags: ['b', 'a', 'b'] });
  const tagged = await m.write('context.tag', { key: 'new', add: ['c', 'a'], remove: ['b', 'none'] });
  expect(tagged).toMatchObject({ tags: ['a', 'c'], sync_version: 3 });
  expect((await m.write('context.tag', { key: 'new', add: ['c'] })).sync_version).toBe(3);
  const link = { rel: 'supersedes', entry_id: old.entry_id } as const;
  expect((await m.write('context.link', { key: 'new', add: [link, link] })).links).toEqual([link]);
  expect(await m.write('context.trust', { key: 'new', trust: 0, reason: 'hearsay' })).toMatchObject({ trust: 0 });
  await m.write('context.feedback', { entry_id: kept.entry_id, useful: 2 });
  expect(await m.write('context.feedback', { key: 'new', wrong: 1 })).toMatchObject({ useful: 2, wrong: 1 });
  const items = m.read('context.history', { key: 'new' }).items;
  expect(items.map(({ version, op }) => [version, op])).toEqual([
    ...[
      [7, 'feedback'],
      [6, 'feedback'],
      [5, 'trust'],
      [4, 'link'],
      [3, 'tag'],
      [2, 'tag'],
      [1, 'put'],
    ],
  ]);
  const before = digest(m.project);
  rebuild(m.project);
  expect(digest(m.project)).toEqual(before);
  expect(m.retrieve({ key: 'new' })).toMatchObject({ links: [link], tags: ['a', 'c'], trust: 0, sync_version: 7 });
});

test('EN48: trust is decided by a person, about the value that stands', async () => {
  const m = memory();
  await m.store({ key: 'k', value: 1 }, agent);
  await expect(m.write('context.trust', { key: 'k', trust: 3 }, agent)).rejects.toMatchObject({ code: 'auth/refused' });
  await m.write('context.trust', { key: 'k', trust: 0 });
  expect(() => m.retrieve({ key: 'k' }, agent)).toThrow(notFound);
  await m.store({ key: 'k', value: 2 }, agent);
  expect(m.retrieve({ key: 'k' }, agent)).toMatchObject({ trust: 2 });
});

test('EN49: bounds of tags and links are told, a link to itself is none', async () => {
  const m = memory();
  const { entry_id } = await m.store({ key: 'k', value: 1 });
  const tags = Array.from({ length: 32 }, (_, i) => `t${i}`);
  await m.write('context.tag', { key: 'k', add: tags });
  await expect(m.write('context.tag', { key: 'k', add: ['one more'] })).rejects.toMatchObject({
    code: 'limit/too-large',
  });
  const itself = { rel: 'about', entry_id } as const;
  await expect(m.write('context.link', { key: 'k', add: [itself] })).rejects.toMatchObject(missing('add'));
  await expect(m.write('context.feedback', { key: 'k' })).rejects.toMatchObject(missing('useful'));
});

test('EN50: the history of an entry comes in pages, with its values, whatever they are', async () => {
  const m = memory();
  const long = 'x'.repeat(20_000);
  for (const value of ['one', long, { a: [1] }]) await m.store({ key: 'k', value });
  await m.retire({ key: 'k', reason: 'old' });
  const first = m.read('context.history', { key: 'k', limit: 3 });
  expect(first.items.map(({ op, fields }) => [op, fields])).toEqual([
    ['retire', { reason: 'old' }],
    ['put', { value: { a: [1] } }],
    ['put', { value: long }],
  ]);
  const rest = m.read('context.history', { key: 'k', cursor: first.next_cursor ?? '' });
  expect(rest).toMatchObject({ items: [{ version: 1, fields: { key: 'k', value: 'one' } }], next_cursor: null });
  expect(() => m.read('context.history', { key: 'k', cursor: 'x' })).toThrow(
    expect.objectContaining(missing('cursor')),
  );
});

test('EN51: what was retired or has expired comes back as it was', async () => {
  const m = memory();
  await m.store({ key: 'k', value: 'v', priority: 'high', tags: ['a'] });
  await m.retire({ key: 'k' });
  expect(await m.write('context.restore', { key: 'k' })).toMatchObject({
    state: 'live',
    priority: 'high',
    tags: ['a'],
  });
  const { log } = m.project;
  const seq = log.seq;
  await m.write('context.restore', { key: 'k' });
  expect(log.seq).toBe(seq);
  await m.store({ key: 'over', value: 1, ttl_seconds: 1 });
  m.clock.now += 1_000;
  expect(() => m.retrieve({ key: 'over' })).toThrow(notFound);
  expect(await m.write('context.restore', { key: 'over' })).toMatchObject({ value: 1, expires_at: null });
});

test('EN52: what a session is started with is kept as its own entries', async () => {
  const { storeInitial } = await import('../../../src/features/entries/initial.ts');
  const m = memory();
  const values = { goal: 'ship', files: ['a.ts'], session_state_x: 1, '': 2 };
  await m.project.write((tx) => storeInitial(m.needs)(tx, 's9', values, m.context(human)));
  expect(
    m
      .list({ scope: 'session', session_id: 's9' })
      .items.map(({ key, layer }) => [key, layer])
      .sort(),
  ).toEqual([
    ['files', 'session'],
    ['goal', 'session'],
  ]);
});

test('EN53: stored again, an entry keeps layer, priority and category that are not named', async () => {
  const m = memory();
  const named = { layer: 'permanent', priority: 'critical', category: 'fact' } as const;
  await m.store({ key: 'k', value: 1, ...named });
  expect(await m.store({ key: 'k', value: 2 })).toMatchObject({ layer: 'permanent', sync_version: 2 });
  expect(m.retrieve({ key: 'k' })).toMatchObject({ value: 2, ...named });
  await m.store({ key: 'k', value: 2, priority: 'low', layer: 'long_term' });
  expect(m.retrieve({ key: 'k' })).toMatchObject({ layer: 'long_term', priority: 'low', category: 'fact' });
});

test('EN54: a token tied to a project has nothing to do with what is the person’s; one tied to a user with others', async () => {
  const m = memory();
  await m.store({ key: 'mine', value: 1, scope: 'user' });
  await m.store({ key: 'ours', value: 1 });
  await m.store({ key: 'note', value: 1, scope: 'session', session_id: 's1' });
  const ofProject = { ...human, origin: 'agent', bound: { project: 'p' } } as const;
  expect(() => m.retrieve({ key: 'mine' }, ofProject)).toThrow(notFound);
  expect(m.retrieve({ key: 'ours' }, ofProject).value).toBe(1);
  await expect(m.store({ key: 'x', value: 1, scope: 'user' }, ofProject)).rejects.toMatchObject({
    code: 'auth/refused',
  });
  const unbound = { ...human, origin: 'agent', bound: {} } as const;
  await m.store({ key: 'x', value: 1, scope: 'tenant', tenant_id: 't' }, unbound);
  expect(m.retrieve({ key: 'mine' }, unbound).value).toBe(1);
  const bob = { user: 'bob', origin: 'agent', bound: { user: 'bob' } } as const;
  expect(() => m.retrieve({ key: 'note', session_id: 's1' }, bob)).toThrow(notFound);
  await m.store({ key: 'own', value: 2, scope: 'user' }, bob);
  expect(m.retrieve({ key: 'own' }, bob).value).toBe(2);
  expect(
    m
      .list({}, bob)
      .items.map(({ key }) => key)
      .sort(),
  ).toEqual(['ours', 'own']);
});
