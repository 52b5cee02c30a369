import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cacheValue, endings, type Kept } from '../../../../src/features/cache/policies/cache-value.ts';
import { type ByClass, classFloors, mayGive, spare } from '../../../../src/features/cache/policies/class-floors.ts';
import { evictionOf, strategies } from '../../../../src/features/cache/policies/policy.ts';
import { type SegmentKind, segmentKinds } from '../../../../src/features/cache/segment.ts';
import { Stored } from './stored.ts';

const hour = 3_600_000;
const kept: Kept = { uses: 10, stored: 48 * hour, idle: hour, size: 4096, tokens: 1000 };

test('PC110: a segment is worth more the more, the more lately and the more dearly it is asked for, and the smaller it is', () => {
  const value = cacheValue(kept);
  expect(value).toBeGreaterThan(0);
  expect(cacheValue({ ...kept, uses: 20 })).toBeCloseTo(2 * value, 9);
  expect(cacheValue({ ...kept, idle: 25 * hour })).toBeCloseTo(value / 2, 9);
  expect(cacheValue({ ...kept, size: 8192 })).toBeCloseTo(value / 2, 9);
  expect(cacheValue({ ...kept, missing: 0.5 })).toBeLessThan(value);
  expect(cacheValue({ ...kept, stored: 96 * hour })).toBeLessThan(value);
  // what is an hour old and was asked for ten times is not expected 240 times a day less an hour: it is, and no more
  expect(cacheValue({ ...kept, stored: 1 })).toBe(cacheValue({ ...kept, stored: hour }));
});

test('PC111: it is worth nothing, at once, when all who asked for it have ended', () => {
  for (const ending of endings) expect(cacheValue({ ...kept, askers: [ending] })).toBe(0);
  expect(cacheValue({ ...kept, askers: ['session-ended', undefined] })).toBe(cacheValue(kept));
  expect(cacheValue({ ...kept, size: 0 })).toBe(0);
});

const none: ByClass = { system: 0, template: 0, documentation: 0, dynamic: 0 };

test('PC112: victims come from classes above their floor; what others leave unused may be borrowed', () => {
  const incoming = { kind: 'system', size: 10 } as const;
  expect(spare({ ...none, dynamic: 100 }, incoming, 100)).toEqual({ ...none, dynamic: 90 });
  expect(spare({ system: 40, template: 30, documentation: 20, dynamic: 10 }, incoming, 100)).toEqual({
    ...none,
    system: 10,
  });
  const spared = spare({ ...none, documentation: 60, dynamic: 40 }, incoming, 100);
  expect(mayGive(spared, { kind: 'documentation', size: 40 })).toBe(true);
  expect(mayGive(spared, { kind: 'documentation', size: 41 })).toBe(false);
  expect(Object.values(classFloors).reduce((a, b) => a + b)).toBeCloseTo(1, 9);
});

const capacity = 100;
const write = fc.record({
  kind: fc.constantFrom(...segmentKinds),
  size: fc.integer({ min: 1, max: 12 }),
  depth: fc.integer({ min: 0, max: 3 }),
  from: fc.nat({ max: 1000 }),
});

test('PC113: whatever is written in whatever order, no class is taken below its floor, and what leaves is a leaf', () => {
  const property = fc.property(
    fc.array(write, { maxLength: 60 }),
    fc.constantFrom(...strategies),
    (writes, strategy) => {
      const kinds = new Map<number, { kind: SegmentKind; size: number }>();
      let used = none;
      let incoming: { kind: SegmentKind; size: number } = { kind: 'system', size: 0 };
      const cache = new Stored(evictionOf(strategy, capacity), capacity, (key) => {
        const leaving = kinds.get(key);
        return leaving !== undefined && mayGive(spare(usedNow(), incoming, capacity), leaving);
      });
      const usedNow = () => {
        const sums = { ...none } as Record<SegmentKind, number>;
        for (const key of cache.blocks.keys()) {
          const { kind, size } = kinds.get(key) ?? { kind: 'dynamic', size: 0 };
          sums[kind] += size;
        }
        return sums;
      };
      const chains: (readonly { key: number; size: number }[])[] = [[]];
      for (const [key, { kind, size, depth, from }] of writes.entries()) {
        incoming = { kind, size };
        kinds.set(key, incoming);
        const chain = [
          ...(chains[from % chains.length] ?? []).slice(0, depth).filter((block) => cache.blocks.has(block.key)),
          { key, size },
        ];
        cache.request(chain, key * 1000);
        chains.push(chain);
        const now = usedNow();
        for (const each of segmentKinds)
          expect(now[each], each).toBeGreaterThanOrEqual(Math.min(used[each], classFloors[each] * capacity));
        expect(cache.used).toBeLessThanOrEqual(capacity);
        used = now;
      }
    },
  );
  fc.assert(property, { numRuns: 200, seed: 9 });
});
