import { expect, test } from 'vitest';
import { keepOwner } from '../../../src/features/cache/blocks.ts';
import {
  type Eviction,
  evictionOf,
  evictSlice,
  type Leaf,
  type Room,
  unusedLongest,
} from '../../../src/features/cache/evict.ts';
import { segmentKinds } from '../../../src/features/cache/segment.ts';
import { rowBytes } from '../../../src/features/cache/segments.ts';
import { Touches } from '../../../src/features/cache/touches.ts';
import type { Store } from '../../../src/store/store.ts';
import { addChain, cacheStore, chainNamed, faults, standing } from './world.ts';

const floors = { system: 0.4, template: 0.3, documentation: 0.2, dynamic: 0.1 };
const room = (more: Partial<Room>): Room => ({
  ...{
    bytes: Number.POSITIVE_INFINITY,
    blocks: Number.POSITIVE_INFINITY,
    floors,
    held: new Set(),
    victims: unusedLongest,
  },
  ...more,
});

async function evict(
  store: Store,
  asked: Partial<Room>,
  isOver = () => false,
): Promise<{ state: string; eviction: Eviction }> {
  const eviction = evictionOf(store.read);
  for (let slices = 0; slices < 1_000; slices += 1) {
    const state = await store.write((tx) => evictSlice(tx, eviction, room(asked), isOver));
    expect(faults(store)).toEqual([]);
    if (state !== 'more') return { state, eviction };
  }
  throw new Error('no end');
}

test('PC430: the leaf unused longest goes first, deeper first on ties, and a parent was used when its followers were', async () => {
  const { store, clock } = cacheStore();
  await addChain(store, chainNamed(['a', 'b', 'c']));
  clock.now += 1_000;
  await addChain(store, chainNamed(['x', 'y']));
  clock.now += 1_000;
  const touches = new Touches();
  touches.note(chainNamed(['a', 'b', 'c'])[2]?.h, clock.now, { asked: 30, hit: 30 });
  await store.write(touches.take());
  // a and b were not touched themselves: only through c
  expect(await evict(store, { blocks: 3 })).toMatchObject({
    state: 'done',
    eviction: { gone: { blocks: 2, segments: 2 } },
  });
  expect(standing(store, chainNamed(['a', 'b', 'c']))).toBe(3);
  await evict(store, { blocks: 1 });
  expect(standing(store, chainNamed(['a', 'b', 'c']))).toBe(1);
});

test('PC431: a segment stays while another block needs it', async () => {
  const { store } = cacheStore();
  await addChain(store, chainNamed(['a', 'same']));
  await addChain(store, chainNamed(['b', 'same']));
  const { eviction } = await evict(store, { blocks: 3 });
  expect(eviction.gone).toEqual({ blocks: 1, segments: 0 });
});

test('PC432: blocks of requests under way and pinned segments stay; where nothing may go that is said', async () => {
  const { store } = cacheStore();
  const links = chainNamed(['a', 'b']);
  await addChain(store, links);
  const held = new Set([Buffer.from(links[1]?.h ?? []).toString('hex')]);
  expect(await evict(store, { blocks: 0, held })).toMatchObject({
    state: 'nothing',
    eviction: { gone: { blocks: 0 } },
  });
  store.db.exec('update kv_cache set pinned = 1');
  expect((await evict(store, { blocks: 0 })).state).toBe('nothing');
  expect(standing(store, links)).toBe(2);
});

test('PC433: a policy chooses among leaves; each slice ends when its time is over', async () => {
  const { store } = cacheStore();
  for (const name of ['a', 'b', 'c']) await addChain(store, chainNamed([name]));
  const newestFirst = (leaves: readonly Leaf[]) => leaves.toReversed();
  let slices = 0;
  await evict(store, { blocks: 1, victims: newestFirst }, () => {
    slices += 1;
    return true;
  });
  expect(slices).toBe(2);
  expect(standing(store, chainNamed(['a']))).toBe(1);
});

test('PC434: a class is sure of its floor, whatever was written last; what others leave unused it may use', async () => {
  for (const last of segmentKinds) {
    const { store, clock } = cacheStore();
    const order = [...segmentKinds.filter((kind) => kind !== last), last];
    for (const kind of order) {
      clock.now += 1_000;
      for (let n = 0; n < 100; n += 1) await addChain(store, chainNamed([`${kind} ${n} ${'x'.repeat(400)}`], { kind }));
    }
    const bytes = evictionOf(store.read).bytes / 2;
    const { eviction } = await evict(store, { bytes });
    expect(eviction.bytes).toBeLessThanOrEqual(bytes);
    const one = rowBytes + 430;
    for (const kind of segmentKinds) {
      const sure = Math.min(floors[kind] * bytes, 100 * one);
      expect(eviction.kinds[kind], `${kind}, ${last} last`).toBeGreaterThan(sure - one - 1);
    }
    expect(evictionOf(store.read)).toMatchObject({
      bytes: eviction.bytes,
      blocks: eviction.blocks,
      kinds: eviction.kinds,
    });
  }
  const { store } = cacheStore();
  for (let n = 0; n < 50; n += 1) await addChain(store, chainNamed([`only ${n}`], { kind: 'dynamic' }));
  expect((await evict(store, { bytes: 100 * (rowBytes + 10) })).eviction.gone.blocks).toBe(0);
});

test('PC435: an evicted chain is known no more as whose it was, and may be written again', async () => {
  const { store, clock } = cacheStore();
  const links = chainNamed(['a', 'b']);
  await addChain(store, links);
  await store.write((tx) => keepOwner(tx, 's', { links, known: 0, at: clock.now }));
  await evict(store, { blocks: 0 });
  expect(standing(store, links)).toBe(0);
  expect(await addChain(store, links)).toBe(2);
  await store.write((tx) => keepOwner(tx, 's', { links, known: 0, at: clock.now }));
  expect(faults(store)).toEqual([]);
});
