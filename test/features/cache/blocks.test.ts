import { expect, test } from 'vitest';
import { keepOwner, loadPrefix, takeSegments } from '../../../src/features/cache/blocks.ts';
import { detectCacheablePrefixes } from '../../../src/features/cache/detect.ts';
import { forgetRendered } from '../../../src/features/cache/erasing.ts';
import { usageOf } from '../../../src/features/cache/evict.ts';
import { packedLink } from '../../../src/features/cache/segments.ts';
import { Touches } from '../../../src/features/cache/touches.ts';
import { digest } from '../../../src/store/digest.ts';
import { eraseEntities } from '../../../src/store/erase.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { addChain, cacheStore, chainNamed, faults, standing } from './world.ts';

const nowhere = () => [];

test('PC420: a chain is written once, root to leaf; another one shares what it begins with', async () => {
  const { store } = cacheStore();
  const one = chainNamed(['a', 'b', 'c']);
  expect(standing(store, one)).toBe(0);
  expect(await addChain(store, one)).toBe(3);
  expect(await addChain(store, chainNamed(['a', 'b', 'd', 'e']))).toBe(4);
  expect(await addChain(store, one)).toBe(3);
  expect(usageOf(store.read)).toMatchObject({ blocks: 5, segments: 5 });
  expect(standing(store, chainNamed(['a', 'b', 'x']))).toBe(2);
  expect(standing(store, chainNamed(['b']))).toBe(0);
  expect(faults(store)).toEqual([]);
});

test('PC421: texts come back as they were; larger ones are packed', async () => {
  const { store } = cacheStore();
  const long = 'the same words again and again. '.repeat(1_000);
  const links = chainNamed(['a', long, 'ü']);
  await addChain(store, links);
  expect(loadPrefix(store.read, links, nowhere)).toEqual({ texts: ['a\n', `${long}\n`, 'ü\n'], damaged: undefined });
  expect(usageOf(store.read).bytes).toBeLessThan(3_000);
});

test('PC422: a segment that is damaged, or has another text, ends the prefix before it and goes with what follows', async () => {
  for (const content of ["x'00ff'", "cast('something else' as blob)"]) {
    const { store } = cacheStore();
    const links = chainNamed(['a', 'b'.repeat(5_000), 'c']);
    await addChain(store, links);
    store.db.exec(`update kv_cache set content = ${content} where plain_bytes > 1000`);
    const { texts, damaged } = loadPrefix(store.read, links, nowhere);
    expect(texts).toEqual(['a\n']);
    expect(damaged).toBeDefined();
    await store.write((tx) => takeSegments(tx, [damaged ?? 0]));
    expect(standing(store, links)).toBe(1);
    expect(faults(store)).toEqual([]);
    expect(usageOf(store.read)).toMatchObject({ blocks: 1, segments: 1 });
  }
});

test('PC423: what stands in a record is not stored again: it is rendered from there, and is gone with it', async () => {
  const { store } = cacheStore();
  const links = chainNamed(['said in a message'], { ent: 'm1', kind: 'dynamic', slot: 'turn:1' });
  await addChain(store, links);
  expect(store.db.prepare('select length(content) as bytes, ent from kv_cache').get()).toEqual({ bytes: 0, ent: 'm1' });
  expect(loadPrefix(store.read, links, () => ['another\n', 'said in a message\n']).texts).toHaveLength(1);
  expect(loadPrefix(store.read, links, () => ['said otherwise\n']).texts).toEqual([]);
  expect(loadPrefix(store.read, links, nowhere).texts).toEqual([]);
});

test('PC424: a segment over 64 KiB is refused, one of a record is not', () => {
  const [large] = chainNamed(['x'.repeat(70_000)]);
  const [said] = chainNamed(['x'.repeat(70_000)], { ent: 'm1' });
  if (!large || !said) throw new Error('no links');
  expect(() => packedLink(large, true)).toThrow(expect.objectContaining({ code: 'limit/too-large' }));
  expect(packedLink(said, true).content).toHaveLength(0);
});

test('PC425: a prefix is shared where chains part, or where two sessions used it three times; it counts its sessions', async () => {
  const { store, clock } = cacheStore();
  const chains = { s1: ['t', 'r', 'q1'], s2: ['t', 'r', 'q2', 'q3'], s3: ['t', 'r', 'q2', 'q3', 'q4'] };
  for (const [owner, names] of Object.entries(chains)) {
    const links = chainNamed(names);
    const known = standing(store, links);
    await addChain(store, links);
    // twice: the same session counts once
    for (let n = 0; n < 2; n += 1) await store.write((tx) => keepOwner(tx, owner, { links, known, at: clock.now }));
  }
  const found = () => detectCacheablePrefixes(store.read, { least: 15, limit: 10 });
  expect(found()).toMatchObject([{ segments: 2, tokens: 20, sessions: 3, branches: 2, uses: 0 }]);
  expect(detectCacheablePrefixes(store.read, { least: 21, limit: 10 })).toEqual([]);
  const touches = new Touches();
  for (let n = 0; n < 3; n += 1) touches.note(chainNamed(chains.s2).at(-1)?.h, clock.now, { asked: 40, hit: 40 });
  await store.write(touches.take());
  // both save as many tokens: the longer one first
  expect(found()).toMatchObject([
    { segments: 4, sessions: 2, uses: 3 },
    { segments: 2, sessions: 3 },
  ]);
});

test('PC426: uses are gathered and written together', async () => {
  const { store, clock } = cacheStore();
  const links = chainNamed(['a', 'b']);
  await addChain(store, links);
  const touches = new Touches();
  for (let n = 1; n <= 600; n += 1) touches.note(links[1]?.h, clock.now + n, { asked: 30, hit: 20 });
  touches.note(undefined, clock.now, { asked: 7, hit: 0 });
  expect(touches.size).toBe(1);
  await store.write(touches.take());
  expect(touches.isEmpty).toBe(true);
  const block = store.db.prepare('select uses, last_used from kv_block where depth = 2').get();
  expect(block).toEqual({ uses: 600, last_used: clock.now + 600 });
  expect(store.db.prepare('select lookups, asked_tokens, hit_tokens from kv_day').get()).toEqual({
    ...{ lookups: 601, asked_tokens: 18_007, hit_tokens: 12_000 },
  });
  expect(store.db.prepare('select max(usage_count) as most from kv_cache').get()).toEqual({ most: 600 });
});

test('PC427: with what is erased go its segments, everything rendered, and every block made from them', async () => {
  const { store } = cacheStore();
  const brief = chainNamed(['brief'], { kind: 'documentation' });
  const turns = (names: readonly string[]) => names.map((name) => chainNamed([name], { ent: name, kind: 'dynamic' }));
  for (const links of turns(['m1', 'm2'])) await addChain(store, links);
  await addChain(store, brief);
  await store.write((tx) => keepOwner(tx, 's1', { links: turns(['m1'])[0] ?? [], known: 0, at: 1 }));
  await store.write((tx) => eraseEntities(tx, store.settings.projections, ['m1']));
  expect(store.db.prepare('select ent from kv_cache').all()).toEqual([{ ent: 'm2' }]);
  expect(usageOf(store.read)).toMatchObject({ blocks: 1, segments: 1 });
  expect(store.db.prepare('select * from kv_chain').all()).toEqual([]);
  expect(faults(store)).toEqual([]);
  await addChain(store, brief);
  await store.write(forgetRendered);
  expect(standing(store, brief)).toBe(0);
});

test('PC428: nothing of the cache is a record: a digest does not see it and a rebuild leaves it', async () => {
  const { store } = cacheStore();
  const before = digest(store).all;
  await addChain(store, chainNamed(['a', 'b']));
  expect(digest(store).all).toBe(before);
  rebuild(store);
  expect(standing(store, chainNamed(['a', 'b']))).toBe(2);
});
