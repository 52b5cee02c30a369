// What is learnt of prefixes from briefs and sessions, over all features.
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { quietMs } from '../../src/daemon/prefixes.ts';
import { copyDatabase } from '../../src/store/backup.ts';
import { faults } from '../features/cache/world.ts';
import { world } from './prefix-world.ts';
import { projectId } from './wired-world.ts';

const brief = (note: string, session: string) =>
  `<prsist-memory>\nProject shop\n\n## Remembered\n- ${note}\n\n## Recent sessions\n- ${session}\n</prsist-memory>\n`;

test('PC450: a session is taken in when it has been silent for a minute, and again when it went on; its words stay in their records', async () => {
  const all = world();
  await all.say('s1', 'why does the parser fail', 'it reads a line twice');
  all.prefixes.wake(projectId);
  await all.prefixes.look();
  expect(await all.ask('cache.stats')).toMatchObject({ policy: 'lru', blocks: 0, sessions: 0 });
  await all.learn();
  expect(await all.ask('cache.stats')).toMatchObject({ blocks: 2, segments: 2, sessions: 1, skipped: 0 });
  await all.say('s1', 'then mend it');
  await all.learn();
  expect(await all.ask('cache.stats')).toMatchObject({ blocks: 3, sessions: 1 });
  expect(all.store().db.prepare('select sum(length(content)) as stored from kv_cache').get()).toEqual({ stored: 0 });
  expect(all.told.filter((line) => line.startsWith('prefixes'))).toEqual([]);
});

test('PC451: what two sessions begin with is found, with where they part: byte and both lines', async () => {
  const all = world();
  const same = ['read the plan', 'I read it: '.repeat(40)];
  await all.say('s1', ...same, 'go on\nwith part one');
  await all.say('s2', ...same, 'go on\nwith part two');
  await all.learn();
  const { prefixes, last_7_days } = await all.ask('cache.stats', { prefixes: true, least_tokens: 50 });
  expect(prefixes).toMatchObject([{ segments: 2, sessions: 2, branches: 2 }]);
  const model = 'claude-haiku-4-5-20251001';
  await all.ask('session.start', { session_id: 's3' });
  const answer = { session_id: 's3', role: 'assistant', content: 'done', model, usage: { output: 1 } };
  await all.ask('session.message', answer);
  const least = { tokens: 4096, provider: 'anthropic', model };
  expect(await all.ask('cache.stats', { prefixes: true })).toMatchObject({ prefixes: [], least });
  expect(last_7_days).toMatchObject({ lookups: 2 });
  expect((last_7_days as { hit_rate: number }).hit_rate).toBeGreaterThan(0.4);
  const explained = await all.ask('cache.explain', { session_id: 's1' });
  expect(explained).toMatchObject({ segments: 3, shared_segments: 2, known_segments: 3 });
  expect(explained['items'].map((each) => each['state'])).toEqual(['shared', 'shared', 'known']);
  const difference = { slot: 'turn:3', line: 2, offset: 16, ours: 'with part one', theirs: 'with part two' };
  expect(explained['difference']).toEqual(difference);
  // an agent learns where, not what others said
  const told = await all.ask('cache.explain', { session_id: 's1' }, { agent: 'codex' });
  expect(told['difference']).toEqual({ ...difference, ours: null, theirs: null });
});

test('PC452: a brief is cut at its sections, and how often each changes is learnt', async () => {
  const all = world();
  for (const session of ['a', 'b', 'b', 'c']) await all.layOut(brief('keep it simple', session));
  const slots = all.store().db.prepare('select slot, changes from kv_slot order by slot').all();
  expect(slots).toEqual([
    { slot: 'brief:Recent sessions', changes: 2 },
    { slot: 'brief:Remembered', changes: 0 },
    { slot: 'brief:frame', changes: 0 },
  ]);
  const { kinds, prefixes } = await all.ask('cache.stats', { prefixes: true, least_tokens: 1 });
  expect(kinds).toMatchObject({ template: { segments: 1 }, documentation: { segments: 1 }, dynamic: { segments: 3 } });
  expect(prefixes).toMatchObject([{ segments: 2, branches: 3 }]);
});

test('PC453: with an erased session go its blocks; with an entry go the briefs that may tell it, in every copy', async () => {
  const all = world();
  await all.say('s1', 'the secret plan', 'understood');
  await all.say('s2', 'something else');
  await all.layOut(brief('the secret word', 'x'));
  await all.learn();
  const copy = join(all.top, 'copy.db');
  await copyDatabase(all.store().db, copy, { breathe: async () => undefined });
  expect(fs.readFileSync(copy).includes('the secret word')).toBe(false);
  await all.ask('store.erase', { session_id: 's1', reason: 'asked for', dry_run: false });
  expect(faults(all.store())).toEqual([]);
  expect(await all.ask('cache.stats')).toMatchObject({ blocks: 1, segments: 1, sessions: 1 });
  await all.layOut(brief('the secret word', 'x'));
  await all.prefixes.forgetRendered(projectId);
  expect(await all.ask('cache.stats')).toMatchObject({ blocks: 1, segments: 1 });
  const file = all.store().settings.file;
  for (const path of [file, `${file}-wal`]) expect(fs.readFileSync(path).includes('the secret word')).toBe(false);
});

test('PC454: what was read before an erase is written no more', async () => {
  const all = world();
  await all.say('s1', 'one', 'two');
  all.clock.now += quietMs + 1;
  all.prefixes.wake(projectId);
  const store = all.store();
  const write = store.write.bind(store);
  vi.spyOn(store, 'write').mockImplementationOnce((change) => {
    all.prefixes.erased(); // between reading and writing
    return write(change);
  });
  await all.prefixes.look();
  expect(await all.ask('cache.stats')).toMatchObject({ blocks: 0, segments: 0 });
  await all.learn();
  expect(await all.ask('cache.stats')).toMatchObject({ blocks: 2 });
});

test('PC455: clear empties a project or a kind of it, evict trims all projects; what went may come again', async () => {
  const all = world();
  await all.say('s1', 'one', 'two');
  await all.layOut(brief('a note', 'x'));
  await all.learn();
  expect(await all.work('cache.clear', { kind: 'template' })).toMatchObject({ segments: 3, blocks: 3 });
  expect(await all.ask('cache.stats')).toMatchObject({ segments: 2 });
  await all.layOut(brief('a note', 'x'));
  const { total_bytes } = await all.ask('cache.stats');
  expect(Number(total_bytes)).toBeGreaterThan(1_000);
  expect(await all.work('cache.evict', { target_mb: 1 })).toMatchObject({ segments: 0, total_bytes });
  expect(await all.work('cache.evict', { target_mb: 0 })).toMatchObject({ segments: 5, blocks: 5, total_bytes: 0 });
  expect(await all.ask('cache.stats')).toMatchObject({ blocks: 0, sessions: 0 });
  await all.say('s1', 'three');
  await all.learn();
  expect(await all.ask('cache.stats')).toMatchObject({ blocks: 3 });
  expect(await all.work('cache.clear')).toMatchObject({ segments: 3, total_bytes: 0 });
});

test('PC456: switched off, nothing is learnt; without tidying up a full cache takes nothing more and says so', async () => {
  for (const name of ['ENABLED', 'PREFIX_DETECTION']) {
    const off = world({ [`PRSIST_OPTIMIZATION__KV_CACHE__${name}`]: 'false' });
    await off.say('s1', 'one');
    await off.learn();
    expect(await off.ask('cache.stats'), name).toMatchObject({ blocks: 0 });
  }
  const full = world({ PRSIST_OPTIMIZATION__KV_CACHE__AUTO_CLEANUP: 'false' });
  full.projects.user.db.exec(`insert into kv_size values ('${projectId}', ${600 * 2 ** 20}, 1)`);
  await full.say('s1', 'one');
  await full.learn();
  expect(await full.ask('cache.stats')).toMatchObject({ blocks: 0, skipped: 1 });
});
