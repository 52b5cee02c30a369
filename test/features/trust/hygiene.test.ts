// What hygiene reports, and what search tells once only, over all features.
import fs from 'node:fs';
import { expect, test } from 'vitest';
import { projectId } from '../../daemon/wired-world.ts';
import { documentsWorld } from '../documents/documents.ts';

const fact = 'the cart lives in local storage and is written after every change of it';

test('HY1: exact and near duplicates, stale texts and secrets are reported with examples; nothing is changed', async () => {
  const all = documentsWorld();
  const put = (key: string, value: string) => all.ask('context.store', { key, value, category: 'fact' });
  await put('a', fact);
  await put('b', `- ${fact.toUpperCase()}!`);
  await put('c', fact.replace('every', 'each'));
  await put('d', 'deploys are on Fridays after the stand-up of the team');
  const { entry_id } = await put('old', 'deploys are on Mondays in the morning before anybody else is there');
  await all.ask('context.link', { key: 'd', add: [{ rel: 'supersedes', entry_id }] });
  await put('key', `the token is ghp_${'a1B2c3D4e5F6'.repeat(3)}`);
  all.file('notes.md', '# Notes\n\nNothing much stands here.');
  await all.job('document.import', { paths: [`${all.root}/notes.md`] });
  fs.rmSync(`${all.root}/notes.md`);
  const before = all.records();
  const report = await all.ask('hygiene.get', {});
  expect(all.records()).toBe(before);
  expect(report).toMatchObject({
    texts: 7,
    exact: { count: 1, examples: [{ name: 'b', as: 'a' }] },
    echo: { count: 0, rate: 0 },
    stale: { count: 2, examples: [{ name: 'old', as: 'superseded by d' }, { name: 'notes.md' }] },
    secret: { count: 1, rate: 0.1429, examples: [{ name: 'key' }] },
  });
  expect(report.near.examples.map(({ name }) => name)).toContain('c');
  const agent = { agent: 'codex', origin: 'agent' } as const;
  await expect(all.ask('hygiene.get', {}, agent)).rejects.toMatchObject({ code: 'auth/refused' });
});

test('HY2: of entries that say the same search tells the best, once over all pages; another scope of sight keeps its own', async () => {
  const all = documentsWorld();
  for (let i = 0; i < 6; i += 1) {
    await all.ask('context.store', { key: `k${i}`, value: i % 2 === 0 ? fact : `${fact} ${i}`, category: 'fact' });
  }
  const keys: (string | null)[] = [];
  let cursor: string | undefined;
  do {
    const page = await all.ask('search.query', { query: 'cart storage', limit: 1, ...(cursor ? { cursor } : {}) });
    keys.push(...page.results.map(({ key }) => key));
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  expect(keys.filter((key) => ['k0', 'k2', 'k4'].includes(key ?? ''))).toHaveLength(1);
  expect(keys.filter((key) => ['k1', 'k3', 'k5'].includes(key ?? ''))).toHaveLength(3);
  // the one that is told is quarantined: an agent is told another one
  const told = keys.find((key) => ['k0', 'k2', 'k4'].includes(key ?? '')) ?? '';
  await all.ask('context.trust', { key: told, trust: 0 });
  const asAgent = await all.ask('search.query', { query: 'cart storage' }, { agent: 'codex', origin: 'agent' });
  const others = asAgent.results.map(({ key }) => key).filter((key) => ['k0', 'k2', 'k4'].includes(key ?? ''));
  expect([others.length, others.includes(told)]).toEqual([1, false]);
});

test('HY3: erased texts leave no sketch and no echo', async () => {
  const all = documentsWorld();
  const { entry_id } = await all.ask('context.store', { key: 'a', value: fact, category: 'fact' });
  const { noteEcho } = await import('../../../src/features/search/hygiene.ts');
  const { countUse } = await import('../../../src/features/entries/use.ts');
  const store = all.world.projects.store(projectId);
  const count = (table: string) => store.db.prepare(`select count(*) from ${table}`).pluck().get();
  await store.write((tx) => noteEcho(tx, { id: 'm1', text: `Yes: ${fact}.`, at: 5 }, countUse));
  await store.write((tx) => noteEcho(tx, { id: 'm1', text: `Yes: ${fact}.`, at: 5 }, countUse));
  expect(await all.ask('context.retrieve', { key: 'a' })).toMatchObject({ access_count: 1 });
  expect((await all.ask('hygiene.get', {})).echo).toMatchObject({ count: 1, rate: 1, examples: [{ name: 'a' }] });
  expect(count('search_sketch')).toBe(8);
  await all.ask('store.erase', { entry: entry_id, reason: 'asked for' });
  expect([count('search_sketch'), count('search_echo')]).toEqual([0, 0]);
});
