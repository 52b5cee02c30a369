import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectedRewrite, isWorthReordering, orderSegments } from '../../../src/features/cache/plan/order.ts';
import type { Segment } from '../../../src/features/cache/segment.ts';

const segment = (slot: string, rest: Partial<Segment> = {}): Segment => ({
  ...{ slot, kind: 'documentation', place: 'system', text: slot, tokens: 100, change: 0.002, ...rest },
});
const slots = (segments: readonly Segment[]) => orderSegments(segments).map(({ index }) => segments[index]?.slot);

test('PC210: by odds of change per token inside tools, system, messages; turns as they were said', () => {
  const segments = [
    segment('turn:1', { place: 'messages', role: 'user', kind: 'dynamic', change: 1 }),
    segment('small', { tokens: 10, change: 0.001 }),
    segment('large', { tokens: 1_000, change: 0.002 }),
    segment('turn:2', { place: 'messages', role: 'assistant', kind: 'dynamic', change: 0 }),
    segment('tools', { place: 'tools', change: 0.0005 }),
    segment('head', { place: 'messages', change: 0.0001 }),
  ];
  expect(slots(segments)).toEqual(['tools', 'large', 'small', 'head', 'turn:1', 'turn:2']);
});

test('PC211: what changes more often than every fiftieth request goes to the tail, but tools and what is frozen', () => {
  const segments = [
    segment('git', { change: 0.5 }),
    segment('at the border', { change: 1 / 50 }),
    segment('snapshot', { change: 0.9, frozen: true, tokens: 2_000 }),
    segment('restless tools', { place: 'tools', change: 0.3 }),
    segment('turn:1', { place: 'messages', role: 'user' }),
    segment('clock', { place: 'messages', change: 1 }),
    segment('rules', { change: 0.0005 }),
  ];
  expect(slots(segments)).toEqual(['restless tools', 'rules', 'at the border', 'snapshot', 'turn:1', 'git', 'clock']);
});

const anySegment = fc
  .record({ tokens: fc.integer({ min: 1, max: 5_000 }), change: fc.double({ min: 0, max: 0.02, noNaN: true }) })
  .map(({ tokens, change }) => ({ tokens, change }));

test('PC210: no two neighbours of a place would be cheaper the other way round', () => {
  fc.assert(
    fc.property(fc.array(anySegment, { minLength: 2, maxLength: 12 }), (given) => {
      const segments = given.map((each, n) => segment(`s${n}`, each));
      const ordered = orderSegments(segments).map(({ index }) => segments[index] ?? segment('none'));
      const cost = expectedRewrite(ordered);
      for (let at = 0; at + 1 < ordered.length; at += 1) {
        const swapped = [...ordered];
        swapped.splice(at, 2, ordered[at + 1] ?? segment('none'), ordered[at] ?? segment('none'));
        expect(expectedRewrite(swapped)).toBeGreaterThanOrEqual(cost - 1e-9 * Math.max(1, cost));
      }
    }),
  );
});

test('PC210: the same segments handed in otherwise give the same order', () => {
  const list = fc.array(anySegment, { minLength: 2, maxLength: 12 });
  const many = list.chain((given) => {
    const segments = given.map((each, n) => segment(`s${String(n).padStart(2, '0')}`, each));
    return fc.tuple(fc.constant(segments), fc.shuffledSubarray(segments, { minLength: segments.length }));
  });
  fc.assert(
    fc.property(many, ([given, shuffled]) => {
      expect(slots(shuffled)).toEqual(slots(given));
    }),
  );
});

test('PC212: another order is taken when a session saves more than the rewrite costs', () => {
  const from = [
    { tokens: 1_000, change: 0.02 },
    { tokens: 20_000, change: 0.0005 },
  ];
  const to = from.toReversed();
  const asked = { from, to, write: 1.25, read: 0.1 };
  // by hand: 20,000 tokens behind a change of 2 % instead of 1,000 behind one of 0.05 %: about 390 tokens a request
  expect(expectedRewrite(from) - expectedRewrite(to)).toBeCloseTo(20_000 * 0.02 * 0.9995 - 1_000 * 0.0005 * 0.98, 6);
  expect(isWorthReordering({ ...asked, requests: 40 })).toBe(false);
  expect(isWorthReordering({ ...asked, requests: 60 })).toBe(true);
  expect(isWorthReordering({ ...asked, to: from, requests: 10_000 })).toBe(false);
});
