import { expect, test } from 'vitest';
import { keepOwner } from '../../../src/features/cache/blocks.ts';
import type { Link } from '../../../src/features/cache/chain.ts';
import { type Eviction, evictionOf, evictSlice, type Room } from '../../../src/features/cache/evict.ts';
import { blockKey, type Eviction as Policy } from '../../../src/features/cache/policies/eviction.ts';
import { evictionOf as evictionByName } from '../../../src/features/cache/policies/policy.ts';
import { strategies } from '../../../src/features/cache/policies/strategy.ts';
import { type SegmentKind, segmentKinds } from '../../../src/features/cache/segment.ts';
import { rowBytes } from '../../../src/features/cache/segments.ts';
import { tellAsked } from '../../../src/features/cache/told-policy.ts';
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
  },
  ...more,
});

const keysOf = (links: readonly Link[]) => links.map(({ h }) => ({ key: blockKey(h), size: 300 }));

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
  const held = new Set([blockKey(links[1]?.h ?? new Uint8Array(16))]);
  expect(await evict(store, { blocks: 0, held })).toMatchObject({
    state: 'nothing',
    eviction: { gone: { blocks: 0 } },
  });
  store.db.exec('update kv_cache set pinned = 1');
  expect((await evict(store, { blocks: 0 })).state).toBe('nothing');
  expect(standing(store, links)).toBe(2);
});

test('PC433: a policy chooses among leaves; each slice ends when its time is over; what the policy was not told goes last', async () => {
  const { store, clock } = cacheStore();
  const policy = evictionByName('value', 1e6);
  for (const name of ['told', 'ended', 'unknown']) {
    const links = chainNamed([name, `${name} more`]);
    await addChain(store, links);
    clock.now += 1_000;
    const chain = keysOf(links);
    if (name !== 'unknown') tellAsked(policy, chain, clock.now);
    if (name === 'ended') policy.retire(chain.map(({ key }) => key));
  }
  // nobody is asking any more
  policy.request([], clock.now);
  let slices = 0;
  const isOver = () => {
    slices += 1;
    return true;
  };
  await evict(store, { blocks: 4, policy }, isOver);
  expect(slices).toBe(2);
  expect(standing(store, chainNamed(['ended']))).toBe(0);
  const { eviction } = await evict(store, { blocks: 1, policy });
  expect(eviction).toMatchObject({ gone: { blocks: 3 }, unchosen: 1 });
  expect(standing(store, chainNamed(['told']))).toBe(0);
});

test('PC703: a policy that was told wrongly takes nothing that has followers, is held or pinned, and forgets what is gone', async () => {
  const { store, clock } = cacheStore();
  const policy = evictionByName('auto', 1e6);
  const links = chainNamed(['a', 'b', 'c']);
  const blocks = keysOf(links);
  await addChain(store, links);
  await addChain(store, chainNamed(['x']));
  // it does not know of c, and x is another one to it
  tellAsked(policy, blocks.slice(0, 2), clock.now);
  tellAsked(policy, [{ key: 4711, size: 300 }], clock.now);
  policy.request([], clock.now);
  const held = new Set([blockKey(chainNamed(['x'])[0]?.h ?? new Uint8Array(16))]);
  const { state, eviction } = await evict(store, { blocks: 0, policy, held });
  expect(state).toBe('nothing');
  expect(eviction).toMatchObject({ gone: { blocks: 3 }, unchosen: 3 });
  expect(standing(store, chainNamed(['x']))).toBe(1);
});

/** A hundred segments of each kind, in the order of these; the policy is told of each. */
async function filled(kinds: readonly SegmentKind[], policy: Policy | undefined) {
  const { store, clock } = cacheStore();
  for (const kind of kinds) {
    clock.now += 1_000;
    const chains = Array.from({ length: 100 }, (_, n) => chainNamed([`${kind} ${n} ${'x'.repeat(400)}`], { kind }));
    await Promise.all(chains.map((links) => addChain(store, links)));
    if (policy) for (const links of chains) tellAsked(policy, keysOf(links), clock.now);
  }
  return store;
}

test('PC434: a class is sure of its floor, whatever was written last and whatever evicts; what others leave unused it may use', async () => {
  const one = rowBytes + 430;
  for (const [last, strategy] of segmentKinds.flatMap((kind) => strategies.map((each) => [kind, each] as const))) {
    const policy = strategy === 'lru' ? undefined : evictionByName(strategy, 1e5);
    const store = await filled([...segmentKinds.filter((kind) => kind !== last), last], policy);
    const bytes = evictionOf(store.read).bytes / 2;
    const { eviction } = await evict(store, { bytes, policy });
    expect(eviction.bytes).toBeLessThanOrEqual(bytes);
    expect(eviction.unchosen > 0, strategy).toBe(strategy === 'lru');
    for (const kind of segmentKinds) {
      const sure = Math.min(floors[kind] * bytes, 100 * one);
      expect(eviction.kinds[kind], `${kind}, ${last} last, ${strategy}`).toBeGreaterThan(sure - one - 1);
    }
    const { blocks, kinds } = eviction;
    expect(evictionOf(store.read)).toMatchObject({ bytes: eviction.bytes, blocks, kinds });
  }
  const store = await filled(['dynamic'], undefined);
  expect((await evict(store, { bytes: 200 * one })).eviction.gone.blocks).toBe(0);
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
