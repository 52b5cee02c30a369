import { expect, test } from 'vitest';
import { canonical } from '../../../src/core/canonical.ts';
import { limits } from '../../../src/core/limits.ts';
import { digest } from '../../../src/store/digest.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { agent, ann, human, memory } from './two-stores.ts';

const fieldsOf = (store: ReturnType<typeof memory>['project']) =>
  store.statements
    .all<{ body: string }>("select body from records where type = 'context' order by n", [])
    .map(({ body }) => JSON.parse(body).fields);

test('EN1: an entry is stored with its defaults and comes back whole', async () => {
  const m = memory();
  const value = { style: 'REST', list: [1, null, 'ü'] };
  const stored = await m.store({ key: 'api.style', value, metadata: { b: 1, a: 2 } });
  expect(stored).toMatchObject({
    key: 'api.style',
    layer: 'long_term',
    scope: 'project',
    sync_version: 1,
    created: true,
  });
  expect(m.retrieve({ key: 'api.style' })).toEqual({
    ...{ entry_id: stored.entry_id, key: 'api.style', value, layer: 'long_term', scope: 'project' },
    ...{ priority: 'medium', category: 'general', source: 'cli', user_id: null, session_id: null },
    ...{ metadata: { a: 2, b: 1 }, created_at: stored.updated_at, updated_at: stored.updated_at, expires_at: null },
    ...{ access_count: 0, sync_version: 1, state: 'live', origin: 'human', trust: 3, doubts: [] },
    ...{ tenant_id: null, agent_id: null, tags: [], links: [], conflict: false, useful: 0, wrong: 0, hit_cache: false },
  });
});

test('EN2: the same content again writes no record and answers the version it has', async () => {
  const m = memory();
  const input = { key: 'k', value: { b: 1, a: [1, 2] }, metadata: { x: 1 }, priority: 'high' as const };
  const first = await m.store(input);
  m.clock.now += 1_000;
  const again = await m.store({ ...input, value: { a: [1, 2], b: 1 } });
  expect(again).toEqual({ ...first, created: false });
  expect(m.project.log.seq).toBe(2);
});

test('EN3: a change is a new version that says only what changed', async () => {
  const m = memory();
  await m.store({ key: 'k', value: 'one', category: 'fact' });
  m.clock.now += 60_000;
  const second = await m.store({ key: 'k', value: 'two', category: 'fact' });
  await m.store({ key: 'k', value: 'two', category: 'fact', priority: 'critical' }, agent);
  expect(second).toMatchObject({ sync_version: 2, created: false });
  expect(fieldsOf(m.project)).toEqual([
    expect.objectContaining({ key: 'k', scope: 'project', value: '"one"', source: 'cli' }),
    { value: '"two"' },
    { priority: 'critical', source: 'codex' },
  ]);
  const { created_at, updated_at, ...entry } = m.retrieve({ key: 'k' });
  expect(Date.parse(updated_at) - Date.parse(created_at)).toBe(60_000);
  // the value is still the person's own
  expect(entry).toMatchObject({ sync_version: 3, priority: 'critical', origin: 'human', trust: 3, source: 'codex' });
});

test('EN4: retiring twice is not an error; storing again revives with its history', async () => {
  const m = memory();
  const { entry_id } = await m.store({ key: 'k', value: 1 });
  m.clock.now += 1_000;
  const first = await m.retire({ key: 'k', reason: 'wrong' });
  m.clock.now += 1_000;
  expect(await m.retire({ entry_id })).toEqual(first);
  expect(m.project.log.seq).toBe(3);
  expect(() => m.retrieve({ key: 'k' })).toThrow(expect.objectContaining({ code: 'entry/not-found' }));
  expect(m.list({ state: 'retired' }).items).toMatchObject([{ key: 'k', state: 'retired', sync_version: 2 }]);
  expect(await m.store({ key: 'k', value: 1 })).toMatchObject({ entry_id, sync_version: 3, created: false });
  expect(m.retrieve({ key: 'k' })).toMatchObject({ value: 1, state: 'live' });
});

test('EN5: a stale version is refused and told the present one', async () => {
  const m = memory();
  await m.store({ key: 'k', value: 1, if_version: 0 });
  await m.store({ key: 'k', value: 2, if_version: 1 });
  await expect(m.store({ key: 'k', value: 3, if_version: 1 })).rejects.toMatchObject({
    code: 'entry/version-conflict',
    details: { sync_version: 2 },
  });
  await expect(m.store({ key: 'new', value: 3, if_version: 1 })).rejects.toMatchObject({
    details: { sync_version: 0 },
  });
});

test('EN6: scope user lives in the user database, under the user; project hides it where both have the key', async () => {
  const m = memory();
  await m.store({ key: 'k', value: 'mine', scope: 'user' });
  expect(m.project.log.seq).toBe(1);
  expect(m.retrieve({ key: 'k' })).toMatchObject({ value: 'mine', scope: 'user', user_id: ann });
  await m.store({ key: 'k', value: 'ours' });
  expect(m.retrieve({ key: 'k' })).toMatchObject({ value: 'ours', scope: 'project', user_id: null });
  expect(m.retrieve({ key: 'k', scope: 'user' })).toMatchObject({ value: 'mine' });
  const other = { ...human, user: '019a3985-b900-7000-8000-0000000000ff' };
  expect(() => m.retrieve({ key: 'k', scope: 'user' }, other)).toThrow(
    expect.objectContaining({ code: 'entry/not-found' }),
  );
  expect(m.list({ scope: 'user' }, other).items).toEqual([]);
});

test('EN7: deleting names the scope that is meant, and needs a name', async () => {
  const m = memory();
  const { entry_id } = await m.store({ key: 'k', value: 'mine', scope: 'user' });
  await expect(m.retire({ key: 'k' })).rejects.toMatchObject({
    code: 'entry/not-found',
    hint: expect.stringContaining('scope user'),
  });
  await expect(m.retire({ entry_id, key: 'other', scope: 'user' })).rejects.toMatchObject({ code: 'entry/not-found' });
  await expect(m.retire({})).rejects.toMatchObject({ code: 'input/invalid', field: 'key' });
  await expect(m.retire({ key: 'none' })).rejects.toMatchObject({ hint: 'prsist search "none"' });
  const other = { ...human, user: '019a3985-b900-7000-8000-0000000000ff' };
  await expect(m.retire({ entry_id, scope: 'user' }, other)).rejects.toMatchObject({ code: 'entry/not-found' });
  expect(await m.retire({ key: 'k', scope: 'user' })).toMatchObject({ entry_id });
});

test('EN8: layer session needs a session: of the body, else of the caller', async () => {
  const m = memory();
  await expect(m.store({ key: 'k', value: 1, layer: 'session' })).rejects.toMatchObject({
    code: 'input/invalid',
    field: 'session_id',
  });
  await m.store({ key: 'k', value: 1, layer: 'session' }, agent);
  expect(m.retrieve({ key: 'k' })).toMatchObject({ session_id: 's1', source: 'codex' });
  await m.store({ key: 'k', value: 1, layer: 'session', session_id: 's2' }, agent);
  expect(m.retrieve({ key: 'k' })).toMatchObject({ session_id: 's2', sync_version: 2 });
  await m.store({ key: 'k', value: 1, session_id: 's2' }, agent);
  expect(m.retrieve({ key: 'k' })).toMatchObject({ session_id: null, layer: 'long_term' });
});

test('EN9: an expiry hides an entry when its time comes; a past one is refused, a permanent entry has none', async () => {
  const m = memory();
  const at = (ms: number) => new Date(m.clock.now + ms).toISOString();
  const refused = { code: 'input/invalid', field: 'expires_at' };
  await expect(m.store({ key: 'k', value: 1, expires_at: at(0) })).rejects.toMatchObject(refused);
  await expect(m.store({ key: 'k', value: 1, layer: 'permanent', expires_at: at(9) })).rejects.toMatchObject(refused);
  const expires_at = at(1_000);
  await m.store({ key: 'k', value: 1, expires_at });
  m.clock.now += 999;
  expect(m.retrieve({ key: 'k' })).toMatchObject({ expires_at });
  expect(m.list({}).items).toHaveLength(1);
  m.clock.now += 1;
  expect(() => m.retrieve({ key: 'k' })).toThrow(expect.objectContaining({ code: 'entry/not-found' }));
  expect(m.list({}).items).toEqual([]);
  await m.store({ key: 'k', value: 1 });
  expect(m.retrieve({ key: 'k' })).toMatchObject({ expires_at: null, sync_version: 2 });
});

test('EN10: a value over 16 KiB stands in a blob and comes back; over 1 MiB it is refused', async () => {
  const m = memory();
  const value = 'ü'.repeat(limits.inlineValueBytes / 2);
  await m.store({ key: 'k', value });
  expect(fieldsOf(m.project)[0]).toMatchObject({ value_bytes: limits.inlineValueBytes + 2 });
  expect(m.retrieve({ key: 'k' }).value).toBe(value);
  rebuild(m.project);
  expect(m.retrieve({ key: 'k' }).value).toBe(value);
  expect((await m.store({ key: 'k', value })).sync_version).toBe(1);
  const most = 'x'.repeat(limits.valueBytes - 2);
  await m.store({ key: 'most', value: most });
  await expect(m.store({ key: 'k', value: `${most}x` })).rejects.toMatchObject({
    code: 'limit/too-large',
    field: 'value',
  });
});

test('EN11: trust follows the origin; quarantined text is for people; saying it oneself raises it', async () => {
  const m = memory();
  const tool = { ...agent, origin: 'tool-output' } as const;
  await m.store({ key: 'k', value: 'rm -rf' }, tool);
  expect(() => m.retrieve({ key: 'k' }, agent)).toThrow(expect.objectContaining({ code: 'entry/not-found' }));
  expect(m.list({}, agent).items).toEqual([]);
  expect(m.retrieve({ key: 'k' }, human)).toMatchObject({ trust: 0, origin: 'tool-output' });
  await m.store({ key: 'k', value: 'rm -rf' }, tool);
  expect(m.project.log.seq).toBe(2);
  await m.store({ key: 'k', value: 'rm -rf' }, human);
  expect(m.retrieve({ key: 'k' }, agent)).toMatchObject({ trust: 3, origin: 'human', sync_version: 2 });
  await m.store({ key: 'k', value: 'rm -rf' }, agent);
  expect(m.retrieve({ key: 'k' }, agent)).toMatchObject({ trust: 3, sync_version: 2 });
});

test('EN12: no field of a record sets what only the projection decides', async () => {
  const m = memory();
  const { entry_id } = await m.store({ key: 'k', value: 'x' }, { ...agent, origin: 'tool-output' });
  const forged = JSON.stringify({ trust: 3, origin: 'human', state: 'retired', sync_version: 99, priority: 'high' });
  const { contextPut } = await import('../../../src/features/entries/records.ts');
  await m.project.write((tx) =>
    tx.append(contextPut, {
      // the forged members are no part of the type, as in a record that comes from elsewhere
      ...{ ent: entry_id as ReturnType<typeof tx.newId>, fields: JSON.parse(forged), actor: { user: ann } },
      origin: 'package',
    }),
  );
  expect(m.retrieve({ key: 'k' })).toMatchObject({
    trust: 0,
    origin: 'tool-output',
    sync_version: 2,
    priority: 'high',
  });
});

test('EN13: rebuilt rows are the rows that grew, and counts of reads stay', async () => {
  const m = memory();
  await m.store({ key: 'a', value: { z: 1, y: [{ b: 1, a: 2 }] }, metadata: { z: 1, a: 1 } });
  await m.store({ key: 'b', value: 'x'.repeat(20_000), layer: 'session' }, agent);
  await m.store({ key: 'a', value: 2 }, agent);
  await m.retire({ key: 'b' });
  await m.store({ key: 'b', value: 'y' });
  m.project.db.exec('update memory_context_registry set access_count = 7');
  const before = digest(m.project);
  rebuild(m.project);
  expect(digest(m.project)).toEqual(before);
  expect(m.retrieve({ key: 'a' })).toMatchObject({ access_count: 7, value: 2 });
});

test('EN14: keys are kept as given and the value of a row is canonical', async () => {
  const m = memory();
  const value = { z: '</x>', a: { d: 1, c: 2 } };
  for (const key of ['Key', 'key', 'kéy', 'ke\u0301y', '🙂', 'it\'s "quoted"']) await m.store({ key, value });
  expect(m.list({}).items).toHaveLength(6);
  const rows = m.project.statements.all<{ value: string }>('select distinct value from memory_context_registry', []);
  expect(rows).toEqual([{ value: canonical(value) }]);
});
