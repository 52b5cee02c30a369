import { expect, test } from 'vitest';
import { EphemeralEntries } from '../../../src/features/entries/ephemeral.ts';
import { sweepEntries } from '../../../src/features/entries/sweep.ts';
import { digest } from '../../../src/store/digest.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import type { Write } from '../../../src/store/record-type.ts';
import type { Store } from '../../../src/store/store.ts';
import { plainNeeds } from './entry-needs.ts';
import { agent, ann, human, memory } from './two-stores.ts';

const notFound = expect.objectContaining({ code: 'entry/not-found' });
const day = 86_400_000;
const minute = 60_000;

/** Sessions that end when a test says so. */
function withSessions() {
  const ended = new Map<string, number | 'open'>();
  const plain = plainNeeds();
  const m = memory({ ...plain, sessions: () => ({ ...plain.sessions(undefined), end: (_, id) => ended.get(id) }) });
  return { m, ended };
}

function written(store: Store, work: (tx: Write) => void) {
  store.maintain(work);
  return 'done' as const;
}

function sweep(m: ReturnType<typeof memory>) {
  return m.project.write((tx) => sweepEntries(tx, m.needs.settings(undefined), ann));
}

test('EN60: an ephemeral entry is nowhere but in memory, hides the stored one of a wider scope, and goes by itself', async () => {
  const m = memory();
  const { log } = m.project;
  const seq = log.seq;
  const stored = await m.store({ key: 'k', value: 'now', layer: 'ephemeral', tags: ['b', 'a'] }, agent);
  expect(stored).toMatchObject({ layer: 'ephemeral', sync_version: 1, created: true });
  expect(log.seq).toBe(seq);
  expect(m.retrieve({ key: 'k' })).toMatchObject({ value: 'now', hit_cache: true, tags: ['a', 'b'], source: 'codex' });
  await m.store({ key: 'k', value: 'mine', scope: 'user' });
  expect(m.retrieve({ key: 'k' }).value).toBe('now');
  m.clock.now += 5 * minute - 1;
  expect(m.retrieve({ key: 'k' }).value).toBe('now'); // read again: five minutes from here
  m.clock.now += 5 * minute - 1;
  expect(m.list({ layer: 'ephemeral' }).items).toHaveLength(1); // looking at a list is no use
  m.clock.now += 1;
  expect(m.retrieve({ key: 'k' }).value).toBe('mine');
  expect(m.list({ layer: 'ephemeral' }).items).toEqual([]);
});

test('EN61: what lasts is not made ephemeral; what is ephemeral may be made to last', async () => {
  const m = memory();
  await m.store({ key: 'k', value: 1 });
  const again = { key: 'k', value: 2, layer: 'ephemeral' } as const;
  await expect(m.store(again)).rejects.toMatchObject({ code: 'entry/would-demote' });
  await m.retire({ key: 'k' });
  expect(await m.store(again)).toMatchObject({ layer: 'ephemeral' });
  expect(await m.store({ key: 'k', value: 3, layer: 'permanent' })).toMatchObject({
    layer: 'permanent',
    created: false,
  });
  expect(m.needs.ephemeral.count).toBe(0);
  expect(m.retrieve({ key: 'k' })).toMatchObject({ value: 3, hit_cache: false });
});

test('EN62: ephemeral entries have versions, an own time to live, and are taken away', async () => {
  const m = memory();
  const input = { key: 'k', value: 1, layer: 'ephemeral', ttl_seconds: 2 } as const;
  await m.store({ ...input, if_version: 0 });
  await m.store({ ...input, if_version: 1 });
  await expect(m.store({ ...input, if_version: 1 })).rejects.toMatchObject({ details: { sync_version: 2 } });
  m.clock.now += 1_999;
  expect(m.retrieve({ key: 'k' }).sync_version).toBe(2);
  expect(await m.retire({ key: 'k' })).toMatchObject({ key: 'k' });
  expect(() => m.retrieve({ key: 'k' })).toThrow(notFound);
  await expect(m.retire({ key: 'k' })).rejects.toMatchObject({ code: 'entry/not-found' });
});

test('EN63: memory is bounded by number and by bytes: what was used longest ago goes', async () => {
  const m = memory(); // at most 5 entries and 1 MiB
  for (let i = 0; i < 5; i += 1) await m.store({ key: `k${i}`, value: i, layer: 'ephemeral' });
  m.retrieve({ key: 'k0' });
  await m.store({ key: 'k5', value: 5, layer: 'ephemeral' });
  const keys = () =>
    m
      .list({ layer: 'ephemeral' })
      .items.map(({ key }) => key)
      .sort();
  expect(keys()).toEqual(['k0', 'k2', 'k3', 'k4', 'k5']);
  await m.store({ key: 'large', value: 'x'.repeat(500_000), layer: 'ephemeral' });
  expect(keys()).toEqual(['k0', 'k3', 'k4', 'k5', 'large'].filter((key) => keys().includes(key)));
  expect(m.needs.ephemeral.bytes).toBeLessThanOrEqual(1024 * 1024);
  const larger = m.store({ key: 'larger', value: 'x'.repeat(600_000), layer: 'ephemeral' });
  await expect(larger).rejects.toMatchObject({ code: 'limit/too-large' });
  expect(keys()).toContain('large');
});

test('EN64: bytes and number stay true whatever is put, read, dropped and swept', () => {
  const held = new EphemeralEntries({ entries: 50, bytes: 100_000 });
  const owner = { scope: 'project', tenant_id: null, user_id: null, session_id: null, agent_id: null } as const;
  const row = (key: string, value: string) => ({
    ...{
      ent: key,
      key,
      ...owner,
      layer: 'ephemeral' as const,
      value,
      priority: 'low' as const,
      category: 'c',
      source: 's',
    },
    ...{
      metadata: '{}',
      tags: '[]',
      in_session: null,
      created_at: 0,
      updated_at: 0,
      expires_at: null,
      access_count: 0,
    },
    ...{
      sync_version: 1,
      state: 'live' as const,
      origin: 'human',
      trust: 3,
      actor: '{}',
      useful: 0,
      wrong: 0,
      flags: 0,
      doubts: '[]',
      decided: 0,
    },
  });
  for (let i = 0; i < 2_000; i += 1) {
    const key = `k${(i * 7) % 90}`;
    if (i % 5 === 0) held.drop('p', key, owner);
    else if (i % 5 === 1) held.get('p', key, owner, i);
    else held.put('p', row(key, 'x'.repeat((i * 13) % 3_000)), 100, i);
    if (i % 97 === 0) held.sweep(i);
    expect(held.count).toBeLessThanOrEqual(50);
    expect(held.bytes).toBeLessThanOrEqual(100_000);
  }
  held.sweep(10_000);
  expect([held.count, held.bytes]).toEqual([0, 0]);
});

test('EN65: a short-term entry lasts 30 days from its last writing, said again it lasts anew', async () => {
  const m = memory();
  await m.store({ key: 'k', value: 1, layer: 'short_term' });
  const until = new Date(m.clock.now + 30 * day).toISOString();
  expect(m.retrieve({ key: 'k' })).toMatchObject({ layer: 'short_term', expires_at: until });
  const seq = m.project.log.seq;
  m.clock.now += day - 1;
  await m.store({ key: 'k', value: 1, layer: 'short_term' });
  expect(m.project.log.seq).toBe(seq);
  m.clock.now += 1;
  await m.store({ key: 'k', value: 1, layer: 'short_term' });
  expect(m.project.log.seq).toBe(seq + 1);
  m.clock.now += 30 * day - 1;
  expect(m.retrieve({ key: 'k' }).value).toBe(1);
  m.clock.now += 1;
  expect(() => m.retrieve({ key: 'k' })).toThrow(notFound);
  expect(m.list({}).items).toEqual([]);
});

test('EN66: at its end a short-term entry that matters, or was read on three days, stays; the others go', async () => {
  const m = memory();
  const keys = { high: 'high', critical: 'critical', read: 'medium', gone: 'medium', low: 'low' } as const;
  for (const [key, priority] of Object.entries(keys)) {
    await m.store({ key, value: 1, layer: 'short_term', priority });
  }
  await m.store({ key: 'timed', value: 1, layer: 'short_term', priority: 'high', ttl_seconds: 60 });
  for (let i = 0; i < 3; i += 1) {
    m.clock.now += day;
    m.retrieve({ key: 'read' });
    if (i < 2) m.retrieve({ key: 'gone' });
    m.needs.accesses.flush((_, work) => written(m.project, work));
  }
  m.clock.now += 27 * day - 1;
  expect(await sweep(m)).toEqual({ retired: 1, promoted: 3 });
  m.clock.now += 1;
  expect(await sweep(m)).toEqual({ retired: 2, promoted: 0 });
  expect(await sweep(m)).toEqual({ retired: 0, promoted: 0 });
  expect(
    m
      .list({})
      .items.map(({ key, layer }) => [key, layer])
      .sort(),
  ).toEqual([
    ['critical', 'long_term'],
    ['high', 'long_term'],
    ['read', 'long_term'],
  ]);
  expect(
    m
      .list({ state: 'retired' })
      .items.map(({ key }) => key)
      .sort(),
  ).toEqual(['gone', 'low', 'timed']);
  const before = digest(m.project);
  rebuild(m.project);
  expect(digest(m.project)).toEqual(before);
});

test('EN67: when its session ends an entry reads by its priority, and a resume brings it back', async () => {
  const { m, ended } = withSessions();
  ended.set('s1', 'open');
  for (const priority of ['low', 'medium', 'high', 'critical'] as const) {
    await m.store({ key: priority, value: 1, layer: 'session', priority }, agent);
  }
  const layers = () =>
    m
      .list({}, agent)
      .items.map(({ key, layer }) => [key, layer])
      .sort();
  const open = [
    ['critical', 'session'],
    ['high', 'session'],
    ['low', 'session'],
    ['medium', 'session'],
  ];
  expect(layers()).toEqual(open);
  ended.set('s1', m.clock.now);
  expect(layers()).toEqual([
    ['critical', 'long_term'],
    ['high', 'long_term'],
    ['medium', 'short_term'],
  ]);
  expect(
    m
      .list({ layer: 'long_term' }, agent)
      .items.map(({ key }) => key)
      .sort(),
  ).toEqual(['critical', 'high']);
  expect(m.list({ layer: 'session' }, agent).items).toEqual([]);
  expect(() => m.retrieve({ key: 'low' }, agent)).toThrow(notFound);
  expect(m.retrieve({ key: 'high', layer: 'long_term' }, agent).layer).toBe('long_term');
  m.clock.now += 30 * day;
  expect(() => m.retrieve({ key: 'medium' }, agent)).toThrow(notFound);
  ended.set('s1', 'open');
  expect(layers()).toEqual(open);
});

test('EN68: an entry whose session is not here is taken for ended a day after it was written', async () => {
  const m = memory();
  await m.store({ key: 'k', value: 1, layer: 'session' }, agent);
  m.clock.now += day - 1;
  expect(m.retrieve({ key: 'k' }).layer).toBe('session');
  m.clock.now += 1;
  expect(m.retrieve({ key: 'k' }).layer).toBe('short_term');
});

test('EN69: pages are whole even where many entries have gone in between', async () => {
  const { m, ended } = withSessions();
  ended.set('s1', m.clock.now);
  for (let i = 0; i < 60; i += 1) {
    m.clock.now += 1;
    await m.store({ key: `k${i}`, value: i, layer: 'session', priority: i % 10 ? 'low' : 'high' }, agent);
  }
  const seen: string[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = m.list({ limit: 2, ...(cursor ? { cursor } : {}) });
    seen.push(...page.items.map(({ key }) => key));
    cursor = page.next_cursor;
  }
  expect(seen).toEqual(['k50', 'k40', 'k30', 'k20', 'k10', 'k0']);
});

test('EN70: a time to live is one of the two, in the future, and never of a permanent entry', async () => {
  const m = memory();
  const both = { ttl_seconds: 5, expires_at: new Date(m.clock.now + 5_000).toISOString() };
  await expect(m.store({ key: 'k', value: 1, ...both })).rejects.toMatchObject({ code: 'input/invalid' });
  const lasting = m.store({ key: 'k', value: 1, layer: 'permanent', ttl_seconds: 5 });
  await expect(lasting).rejects.toMatchObject({ code: 'input/invalid', field: 'ttl_seconds' });
});

test('EN71: session_state_<id> is computed when it is read, and nothing is stored under it', async () => {
  const plain = plainNeeds();
  const state = (_: unknown, id: string) => (id === 's1' ? { status: 'active', message_count: 3 } : undefined);
  const m = memory({ ...plain, sessions: () => ({ ...plain.sessions(undefined), state }) });
  expect(m.retrieve({ key: 'session_state_s1' })).toMatchObject({
    ...{ value: { status: 'active', message_count: 3 }, scope: 'session', session_id: 's1' },
  });
  expect(() => m.retrieve({ key: 'session_state_none' })).toThrow(notFound);
  const refused = m.store({ key: 'session_state_s1', value: 1 });
  await expect(refused).rejects.toMatchObject({ code: 'input/invalid', field: 'key' });
});

test('EN72: every read is counted once it is written down: hits, misses and what was refused', async () => {
  const m = memory();
  await m.store({ key: 'k', value: 1 });
  await m.store({ key: 'mine', value: 1, scope: 'user' });
  await m.store({ key: 'secret', value: 1 }, { ...agent, origin: 'tool-output' });
  for (let i = 0; i < 3; i += 1) m.retrieve({ key: 'k' });
  m.retrieve({ key: 'mine' });
  for (const key of ['none', 'secret']) expect(() => m.retrieve({ key }, agent)).toThrow(notFound);
  m.needs.accesses.flush((project, work) => written(project === '' ? m.user : m.project, work));
  const rows = m.project.db
    .prepare('select context_key, outcome, count(*) as n from memory_context_access_log group by 1, 2 order by 1')
    .all();
  expect(rows).toEqual([
    { context_key: 'k', outcome: 'hit', n: 3 },
    { context_key: 'none', outcome: 'miss', n: 1 },
    { context_key: 'secret', outcome: 'denied', n: 1 },
  ]);
  expect(m.retrieve({ key: 'k' }).access_count).toBe(3);
  expect(m.retrieve({ key: 'mine' }).access_count).toBe(1);
  const stats = m.read('stats.get', {}, human);
  expect(stats).toMatchObject({ total_entries: 3, long_term_count: 3, total_accesses: 6, conflict_count: 0 });
  expect(stats.cache_hit_rate).toBeCloseTo(4 / 6);
  expect(stats.top_keys[0]).toEqual({ key: 'k', accesses: 3, hit_rate: 1 });
});

test('EN74: what is restored is found again: a note of a session that is over, and a short-term entry whose time was', async () => {
  const { m, ended } = withSessions();
  const note = { layer: 'session', session_id: 's1', priority: 'low' } as const;
  await m.store({ key: 'low', value: 'v', ...note });
  await m.store({ key: 'medium', value: 'v', ...note, priority: 'medium' });
  await m.store({ key: 'fading', value: 'v', layer: 'short_term' });
  await m.store({ key: 'own', value: 'v', ...note, scope: 'session' });
  await m.store({ key: 'retired', value: 'v', ...note });
  await m.retire({ key: 'retired' });
  ended.set('s1', m.clock.now);
  m.clock.now += 31 * day;
  const named = ['low', 'medium', 'fading', 'retired'].map((key) => ({ key }));
  for (const one of [...named, { key: 'own', scope: 'session' as const, session_id: 's1' }]) {
    expect(() => m.retrieve(one)).toThrow(notFound);
    const back = await m.write('context.restore', one);
    expect(back).toMatchObject({ ...one, value: 'v', layer: 'short_term', state: 'live' });
    expect(m.retrieve(one)).toMatchObject(back);
  }
  const { seq } = m.project.log;
  await m.write('context.restore', { key: 'low' });
  expect(m.project.log.seq).toBe(seq);
  expect(m.list({}).items).toHaveLength(5);
});

test('EN74: a note of a session that goes on comes back as one of it', async () => {
  const { m, ended } = withSessions();
  ended.set('s1', 'open');
  await m.store({ key: 'k', value: 'v', layer: 'session', session_id: 's1', priority: 'low' });
  await m.retire({ key: 'k' });
  expect(await m.write('context.restore', { key: 'k' })).toMatchObject({ layer: 'session', session_id: 's1' });
});
