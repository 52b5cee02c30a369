import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Block } from '../../src/features/cache/policies/eviction.ts';
import { evictionOf } from '../../src/features/cache/policies/policy.ts';
import { strategies } from '../../src/features/cache/policies/strategy.ts';
import { Stored } from '../features/cache/policies/stored.ts';

const runs = { numRuns: 60, seed: 11 };

/** A request of a conversation: some of its last blocks are dropped, new ones appended, after a pause. */
const step = fc.record({
  conversation: fc.nat({ max: 11 }),
  dropped: fc.constantFrom(0, 0, 0, 1, 1, 3, 9),
  added: fc.nat({ max: 5 }),
  pause: fc.constantFrom(0, 1, 40, 1000, 1000, 5000, 300_000, 4_000_000),
});
/** What happens over and over: rhythms that a policy may learn, and that then change. */
const habit = fc.record({
  steps: fc.array(step, { minLength: 1, maxLength: 12 }),
  times: fc.integer({ min: 1, max: 25 }),
});
const sizes = fc.constantFrom<(key: number) => number>(
  () => 1,
  (key) => 1 + (key % 7),
);

interface Asked {
  readonly chain: readonly Block[];
  readonly at: number;
}

function requestsOf(
  habits: readonly { steps: readonly Step[]; times: number }[],
  sizeOf: (key: number) => number,
): Asked[] {
  const conversations = Array.from({ length: 12 }, (_, i): Block[] => [{ key: i % 3, size: sizeOf(i % 3) }]);
  const out: Asked[] = [];
  let next = 3;
  let at = 0;
  for (const { steps, times } of habits) {
    for (const { conversation, dropped, added, pause } of Array.from({ length: times }, () => steps).flat()) {
      const before = conversations[conversation] ?? [];
      const chain = before.slice(0, Math.max(1, before.length - dropped));
      for (let i = 0; i < added && chain.length < 30; i++) chain.push({ key: next, size: sizeOf(next++) });
      conversations[conversation] = chain;
      at += pause;
      out.push({ chain, at });
    }
  }
  return out;
}

type Step = { conversation: number; dropped: number; added: number; pause: number };

const traces = fc
  .tuple(fc.array(habit, { minLength: 1, maxLength: 5 }), sizes)
  .map(([habits, sizeOf]) => requestsOf(habits, sizeOf));
const capacities = fc.integer({ min: 4, max: 150 });

/** The order of the last request kept as a list: what `lru` is, told once more. */
function plainLru(trace: readonly Asked[], capacity: number): number[] {
  const stored = new Map<number, number>();
  return trace.map(({ chain }) => {
    const missing = chain.findIndex(({ key }) => !stored.has(key));
    const hit = missing < 0 ? chain.length : missing;
    let room = capacity;
    const fitting = chain.filter(({ size }) => {
      room -= size;
      return room >= 0;
    });
    for (const { key, size } of fitting.toReversed()) {
      stored.delete(key);
      stored.set(key, size);
    }
    let used = [...stored.values()].reduce((sum, size) => sum + size, 0);
    for (const [key, size] of [...stored]) {
      if (used <= capacity) break;
      stored.delete(key);
      used -= size;
    }
    return hit;
  });
}

describe('policies of the prefix cache', () => {
  it('PC120: whatever is asked for, what leaves is a stored leaf that the running request does not need', () => {
    fc.assert(
      fc.property(traces, capacities, fc.constantFrom(...strategies), (trace, capacity, strategy) => {
        const cache = new Stored(evictionOf(strategy, capacity), capacity); // its own checks are the test
        for (const { chain, at } of trace) cache.request(chain, at);
        expect(cache.used).toBeLessThanOrEqual(capacity);
      }),
      runs,
    );
  });

  it('PC121: auto is never, at no request of any trace, more than one point behind lru', () => {
    fc.assert(
      fc.property(traces, capacities, (trace, capacity) => {
        const lru = new Stored(evictionOf('lru', capacity), capacity);
        const auto = new Stored(evictionOf('auto', capacity), capacity);
        let [behind, asked] = [0, 0];
        for (const { chain, at } of trace) {
          behind += lru.request(chain, at) - auto.request(chain, at);
          asked += chain.reduce((sum, { size }) => sum + size, 0);
          expect(behind).toBeLessThanOrEqual(0.01 * asked);
        }
      }),
      runs,
    );
  });

  it('PC122: lru answers what a plain list in the order of the last request answers', () => {
    fc.assert(
      fc.property(fc.array(habit, { minLength: 1, maxLength: 4 }), capacities, (habits, capacity) => {
        const trace = requestsOf(habits, () => 1);
        const cache = new Stored(evictionOf('lru', capacity), capacity);
        expect(trace.map(({ chain, at }) => cache.request(chain, at))).toEqual(plainLru(trace, capacity));
      }),
      runs,
    );
  });
});
