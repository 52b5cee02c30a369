import { expect, test } from 'vitest';
import { agent, memory } from './two-stores.ts';

async function filled() {
  const m = memory();
  const layers = ['long_term', 'permanent', 'session'] as const;
  for (let i = 0; i < 30; i += 1) {
    if (i % 4 === 0) m.clock.now += 10; // some share a time
    const scope = i % 3 === 0 ? 'user' : 'project';
    const layer = layers[i % 3] ?? 'long_term';
    await m.store(
      { key: `k${i}`, value: i, scope, layer, category: i % 2 ? 'fact' : 'note', priority: i % 5 ? 'low' : 'high' },
      agent,
    );
  }
  return m;
}

type Input = Parameters<ReturnType<typeof memory>['list']>[0];
const keysOf = (page: { readonly items: readonly { readonly key: string }[] }) => page.items.map((item) => item.key);

/** The keys of all pages, one after the other. */
function paged(m: ReturnType<typeof memory>, input: Input): readonly string[] {
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page = m.list({ ...input, ...(cursor ? { cursor } : {}) });
    expect(page.items.length).toBeGreaterThan(0);
    seen.push(...keysOf(page));
    cursor = page.next_cursor;
  }
  return seen;
}

test('EN20: pages of any size are the whole list, newest first, each entry once', async () => {
  const m = await filled();
  const whole = m.list({ limit: 500 });
  expect(whole.next_cursor).toBeNull();
  expect(new Set(whole.items.map((item) => item.key)).size).toBe(30);
  const times = whole.items.map((item) => item.updated_at);
  expect(times).toEqual([...times].sort().reverse());
  for (const limit of [1, 7, 10, 15, 29, 30]) expect(paged(m, { limit }), `limit ${limit}`).toEqual(keysOf(whole));
  const narrow = { scope: 'project', layer: 'session' } as const;
  expect(paged(m, { ...narrow, limit: 3 })).toEqual(keysOf(m.list({ ...narrow, limit: 500 })));
});

test('EN21: an entry that changes between pages does not hide another', async () => {
  const m = await filled();
  const all = m.list({ limit: 500 }).items.map((item) => item.key);
  const first = m.list({ limit: 10 });
  m.clock.now += 1_000;
  await m.store({ key: 'k1', value: 'changed', layer: 'permanent' }, agent);
  const rest = m.list({ limit: 500, cursor: first.next_cursor ?? '' });
  const seen = new Set([...first.items, ...rest.items].map((item) => item.key));
  expect(all.filter((key) => !seen.has(key)).filter((key) => key !== 'k1')).toEqual([]);
});

test('EN22: filters narrow the list', async () => {
  const m = await filled();
  const keys = (input: Parameters<typeof m.list>[0]) => m.list({ limit: 500, ...input }).items.map((item) => item.key);
  expect(keys({ category: 'fact' })).toHaveLength(15);
  expect(keys({ priority: 'high' })).toHaveLength(6);
  expect(keys({ scope: 'user' })).toHaveLength(10);
  expect(keys({ layer: 'session' })).toHaveLength(10);
  expect(keys({ key_prefix: 'k2' })).toHaveLength(11);
  expect(keys({ key_prefix: '%' })).toEqual([]);
  expect(keys({ key_prefix: '' })).toHaveLength(30);
  expect(keys({ scope: 'user', category: 'fact', priority: 'high' })).toEqual(['k15']);
});

test.each(['x', 'MTIz', Buffer.from('1 2').toString('base64url'), '🙂'])(
  'EN23: the cursor %s is refused',
  async (cursor) => {
    const m = memory();
    expect(() => m.list({ cursor })).toThrow(expect.objectContaining({ code: 'input/invalid', field: 'cursor' }));
  },
);

test('EN24: every page is read along an index, without a sort of the table', async () => {
  const m = memory();
  const { entryPage } = await import('../../../src/features/entries/queries.ts');
  const plan = m.project.db.prepare(`explain query plan ${entryPage.sql}`).all({
    ...{ state: 'live', layer: 'session', scope: 'project', category: null, priority: null },
    ...{ tenant_id: null, user_id: null, session_id: null, agent_id: null, since: 0 },
    ...{ prefix: null, least_trust: 0, before_at: 1, before_ent: '', limit: 1 },
  });
  const details = plan.map((row) => String((row as { readonly detail: string }).detail));
  expect(details[0]).toBe(
    'SEARCH memory_context_registry USING INDEX context_recent (state=? AND layer=? AND scope=? AND updated_at>? AND updated_at<?)',
  );
  expect(details.slice(1)).toEqual(['USE TEMP B-TREE FOR LAST TERM OF ORDER BY']);
});

test('EN26: what the second copy follows is read along the new records, however many there are before', async () => {
  const m = memory();
  const queries = await import('../../../src/features/entries/mirror-queries.ts');
  const plan = (sql: string, asked: object) =>
    m.project.db
      .prepare(`explain query plan ${sql}`)
      .all(asked)
      .map((row) => String((row as { readonly detail: string }).detail));
  expect(plan(queries.entriesChanged.sql, { after: 0, to: 9 })[0]).toBe(
    'SEARCH records USING INTEGER PRIMARY KEY (rowid>? AND rowid<?)',
  );
  expect(plan(queries.waitingForMirror.sql, { consumer: 'mirror' })[0]).toBe(
    'SEARCH r USING INTEGER PRIMARY KEY (rowid>?)',
  );
});

test('EN25: what a brief tells is read along an index of its own, without a sort', async () => {
  const m = memory();
  const { durableEntries } = await import('../../../src/features/entries/queries.ts');
  const asked = { scope: 'project', priority: 'high', user_id: null, now: 0, bytes: 9, limit: 1 };
  const plan = m.project.db.prepare(`explain query plan ${durableEntries.sql}`).all(asked);
  const details = plan.map((row) => String((row as { readonly detail: string }).detail));
  expect(details[0]).toBe('SEARCH memory_context_registry USING INDEX context_told (scope=? AND priority=?)');
  expect(details.join()).not.toContain('TEMP B-TREE');
});
