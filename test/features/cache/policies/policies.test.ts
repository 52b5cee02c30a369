import { expect, test } from 'vitest';
import { blockKey } from '../../../../src/features/cache/policies/eviction.ts';
import { evictionOf } from '../../../../src/features/cache/policies/policy.ts';
import { strategies } from '../../../../src/features/cache/policies/strategy.ts';
import { chainOf, Stored } from './stored.ts';

const second = 1000;
const from = (first: number, count: number) => Array.from({ length: count }, (_, i) => first + i);

test('PC100: lru takes what was not asked for longest, of one request the deepest first', () => {
  const cache = new Stored(evictionOf('lru', 5), 5);
  cache.request(chainOf(1, 2, 3), 0);
  cache.request(chainOf(1, 4), second);
  cache.request(chainOf(8, 9), 2 * second);
  expect([...cache.blocks.keys()].sort()).toEqual([1, 2, 4, 8, 9]);
  cache.request(chainOf(1), 3 * second);
  cache.request(chainOf(5, 6), 4 * second);
  expect([...cache.blocks.keys()].sort()).toEqual([1, 5, 6, 8, 9]);
});

/** Two conversations that come again every ten seconds; between them prompts of four blocks that never come again. */
function rhythm(cache: Stored, rounds: number): number {
  let hit = 0;
  for (let i = 0; i < rounds; i++) {
    hit += cache.request(chainOf(...from(1, 4)), 10_000 * i);
    for (let k = 0; k < 4; k++)
      cache.request(chainOf(...from(1000 + 100 * i + 10 * k, 4)), 10_000 * i + 1000 * (k + 1));
    hit += cache.request(chainOf(...from(11, 4)), 10_000 * i + 6000);
  }
  return hit;
}

test('PC101: value and auto learn what comes again, and keep it where lru loses it each time', () => {
  const hits = (strategy: (typeof strategies)[number]) => rhythm(new Stored(evictionOf(strategy, 16), 16), 300);
  const most = 300 * 8;
  expect(hits('lru')).toBe(0);
  expect(hits('value')).toBeGreaterThan(0.5 * most);
  expect(hits('auto')).toBeGreaterThan(0.5 * most);
});

test('PC102: what all have done with leaves before others, until it is asked for again', () => {
  const left = (again: boolean) => {
    const cache = new Stored(evictionOf('value', 6), 6);
    cache.request(chainOf(1, 2), 0);
    cache.request(chainOf(3, 4), second);
    cache.request(chainOf(5, 6), 2 * second);
    cache.policy.retire([3, 4]);
    if (again) cache.request(chainOf(3, 4), 3 * second);
    cache.request(chainOf(7, 8), 4 * second);
    return [...cache.blocks.keys()].sort();
  };
  expect(left(false)).toEqual([1, 2, 5, 6, 7, 8]);
  expect(left(true)).toEqual([3, 4, 5, 6, 7, 8]);
});

test('PC102: of a run only what has ended leaves early', () => {
  const cache = new Stored(evictionOf('value', 6), 6);
  cache.request(chainOf(9, 10), 0);
  cache.request(chainOf(1, 2, 3, 4), second);
  cache.policy.retire([4]);
  cache.request(chainOf(20, 21), 2 * second);
  expect([...cache.blocks.keys()].sort((a, b) => a - b)).toEqual([1, 2, 3, 9, 20, 21]);
});

test('PC110: of what is asked for alike, what saves fewer tokens for its room leaves first', () => {
  const left = (tokens: number) => {
    const cache = new Stored(evictionOf('value', 40), 40);
    cache.request([{ key: 1, size: 10, tokens: 500 }], 0);
    cache.request([{ key: 2, size: 10, tokens }], 1);
    cache.request([{ key: 3, size: 10, tokens: 500 }], 2);
    cache.request([{ key: 5, size: 20 }], second);
    return [...cache.blocks.keys()].sort();
  };
  expect(left(500)).toEqual([2, 3, 5]);
  expect(left(5)).toEqual([1, 3, 5]);
});

test('PC103: what may not leave stays, and where nothing may there is no victim', () => {
  for (const strategy of strategies) {
    const policy = evictionOf(strategy, 4);
    const cache = new Stored(policy, 4, (key) => key !== 2);
    cache.request(chainOf(1, 2), 0);
    cache.request(chainOf(3), second);
    cache.request(chainOf(4, 5), 2 * second);
    expect([...cache.blocks.keys()].sort(), strategy).toEqual([1, 2, 4, 5]);
    cache.request(chainOf(6, 7, 8), 3 * second);
    expect([...cache.blocks.keys()].sort(), strategy).toEqual([1, 2, 6, 7]);
    expect(cache.skipped, strategy).toBe(1);
    expect(policy.victim(), strategy).toBe(2);
  }
});

test('PC104: what leaves out of turn is forgotten, and a parent does not leave before its child', () => {
  for (const strategy of strategies) {
    const cache = new Stored(evictionOf(strategy, 4), 4);
    cache.request(chainOf(1, 2, 3), 0);
    expect(() => cache.policy.gone(2), strategy).toThrow('before its children');
    cache.request(chainOf(8), second);
    cache.evict(3);
    cache.evict(2);
    cache.policy.gone(77);
    expect(cache.policy.victim(), strategy).toBe(1);
  }
});

test('PC105: a number that stands elsewhere is a collision: what is behind it is not known, and nothing else suffers', () => {
  for (const strategy of strategies) {
    const cache = new Stored(evictionOf(strategy, 8), 8);
    cache.request(chainOf(1, 2, 3), 0);
    const { policy } = cache;
    policy.request(chainOf(7, 2, 9), second);
    policy.stored(7);
    policy.request(chainOf(5, 5, 6), 2 * second);
    policy.stored(5);
    policy.request(chainOf(50), 3 * second);
    const out = [policy.victim()];
    for (let left = 1; left < 5; left++) {
      policy.gone(out.at(-1) ?? 0);
      out.push(policy.victim());
    }
    expect(
      out.filter((key) => key !== 7 && key !== 5),
      strategy,
    ).toEqual([3, 2, 1]);
    expect(out.toSorted(), strategy).toEqual([1, 2, 3, 5, 7]);
  }
});

test('PC106: what is remembered stays within bounds, however many blocks come and go', () => {
  for (const [strategy, most] of [
    ['lru', 200_000],
    ['value', 2_200_000],
    ['auto', 2_400_000],
  ] as const) {
    const policy = evictionOf(strategy, 300);
    const cache = new Stored(policy, 300);
    for (let i = 0; i < 1000; i++) cache.request(chainOf(...from(100 * i, 40)), second * i);
    expect(policy.bytes, strategy).toBeLessThan(most);
  }
});

test('PC107: the number of a chain hash is its first 53 bits', () => {
  expect(blockKey(Buffer.from('ffffffffffffffffffffffffffffffff', 'hex'))).toBe(Number.MAX_SAFE_INTEGER);
  expect(blockKey(Buffer.from('00000001000008000000000000000000', 'hex'))).toBe(2 ** 21 + 1);
});
