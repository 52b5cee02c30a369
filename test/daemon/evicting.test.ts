// What leaves the prefix caches, as the setting of a project says, over all features.
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faults } from '../features/cache/world.ts';
import { world } from './prefix-world.ts';

type World = ReturnType<typeof world>;

const evicting = (strategy: string) => world({ PRSIST_OPTIMIZATION__KV_CACHE__CACHE_STRATEGY: strategy });

/** Three sessions of three turns each, one after the other. */
async function threeSessions(all: World): Promise<void> {
  for (const name of ['first', 'second', 'third']) {
    await all.say(name, `${name} asks`, `${name} answers`, `${name} goes on`);
    await all.learn();
  }
}

/** Which sessions are in the cache still, as far as they are. */
async function kept(all: World): Promise<Record<string, unknown>> {
  const known = async (session_id: string) => (await all.ask('cache.explain', { session_id }))['known_segments'];
  return { first: await known('first'), second: await known('second'), third: await known('third') };
}

/** Trims to so many blocks of messages, whose texts are not stored again. */
const trim = (all: World, blocks: number) => all.work('cache.evict', { target_mb: (blocks * 256) / 2 ** 20 });

test('PC702: the setting of a project says what leaves first, and stats say what evicts and what it did', async () => {
  const went = {
    lru: { first: 0, second: 3, third: 3 },
    value: { first: 3, second: 0, third: 3 },
    // what has ended may come again all the same: auto risks it only where it has the credit
    auto: { first: 0, second: 3, third: 3 },
  };
  for (const [strategy, left] of Object.entries(went)) {
    const all = evicting(strategy);
    await threeSessions(all);
    await all.ask('session.end', { session_id: 'second' });
    expect(await trim(all, 6), strategy).toMatchObject({ blocks: 3 });
    expect(await kept(all), strategy).toEqual(left);
    const retired_blocks = strategy === 'lru' ? 0 : 3;
    const evicted = { blocks: 3, segments: 3, bytes: 3 * 256, retired_blocks };
    expect(await all.ask('cache.stats'), strategy).toMatchObject({ policy: strategy, strategy, evicted });
    expect(faults(all.store())).toEqual([]);
  }
});

test('PC704: what a deleted branch, a compaction or a new brief leaves behind goes first, and what comes again stays', async () => {
  const branch = evicting('value');
  const heads = join(branch.root, '.git', 'refs', 'heads');
  fs.mkdirSync(heads, { recursive: true });
  fs.mkdirSync(join(branch.root, '.git', 'objects'));
  fs.writeFileSync(join(branch.root, '.git', 'HEAD'), 'ref: refs/heads/main');
  for (const name of ['main', 'topic']) fs.writeFileSync(join(heads, name), 'a'.repeat(40));
  for (const [session_id, on] of [
    ['first', 'main'],
    ['second', 'topic'],
    ['third', 'topic'],
  ]) {
    await branch.ask('session.start', { session_id, branch: on });
  }
  branch.store().db.exec(`update sessions set metadata = '{"branches":{"main":1}}' where session_id = 'third'`);
  await threeSessions(branch);
  fs.rmSync(join(heads, 'topic'));
  await trim(branch, 6);
  expect(await kept(branch)).toEqual({ first: 3, second: 0, third: 3 });

  const compacted = evicting('value');
  await threeSessions(compacted);
  await compacted.say('second', 'what was said so far, in short', 'and then');
  compacted
    .store()
    .db.exec(
      "update messages set kind = 'summary' where id = (select id from messages where session_id = 'second' order by at limit 1 offset 3)",
    );
  await compacted.learn();
  expect(await compacted.ask('cache.stats')).toMatchObject({ blocks: 11, evicted: { retired_blocks: 3 } });
  await trim(compacted, 8);
  expect(await kept(compacted)).toEqual({ first: 3, second: 2, third: 3 });

  const brief = evicting('value');
  // more than the share that templates are sure of
  const frame = (state: string) => Array.from({ length: 900 }, (_, n) => `${state} ${n * 7919}`).join('\n');
  await brief.layOut(frame('was'));
  await threeSessions(brief);
  await brief.layOut(frame('is'));
  await brief.say('first', 'back again');
  await brief.ask('session.end', { session_id: 'second' });
  await brief.ask('session.resume', { session_id: 'second' });
  await brief.learn();
  expect(await brief.ask('cache.stats')).toMatchObject({ blocks: 12, evicted: { retired_blocks: 1 } });
  const bytes = brief.store().db.prepare('select sum(size_bytes) from kv_cache').pluck().get();
  await brief.work('cache.evict', { target_mb: (Number(bytes) - 1) / 2 ** 20 });
  expect(await kept(brief)).toEqual({ first: 4, second: 3, third: 3 });
  expect(brief.store().db.prepare("select count(*) from kv_cache where kind = 'template'").pluck().get()).toBe(1);
});

test('PC705: after an erase and after clearing a policy goes by what is left', async () => {
  const all = evicting('auto');
  await threeSessions(all);
  await all.ask('store.erase', { session_id: 'third', reason: 'asked for', dry_run: false });
  await trim(all, 4);
  expect(faults(all.store())).toEqual([]);
  expect(await all.ask('cache.stats')).toMatchObject({ blocks: 4 });
  await all.work('cache.clear');
  await threeSessions(all);
  // the first two go on where they were
  expect(await trim(all, 2)).toMatchObject({ blocks: 13 });
  expect(all.told.filter((line) => line.startsWith('prefixes'))).toEqual([]);
});
