import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Asking, fit } from '../../../../src/features/cache/context/budget.ts';
import { type SegmentKind, segmentKinds } from '../../../../src/features/cache/segment.ts';

const shares = { system: 0.4, template: 0.3, documentation: 0.2, dynamic: 0.1 };
const one = (kind: SegmentKind, tokens: number, more: Partial<Asking> = {}): Asking => ({
  ...{ slot: `${kind} ${tokens}`, kind, tokens, rank: 0 },
  ...more,
});
const slots = (list: Iterable<Asking>) => [...list].map(({ slot }) => slot);

test('PC510: system and templates always; documentation by value; what changes gets what is left, and its floor', () => {
  const asking = [
    ...[one('system', 100), one('template', 100)],
    ...[one('documentation', 500, { rank: 2 }), one('documentation', 300, { rank: 1 })],
    ...[one('dynamic', 90, { rank: 1 }), one('dynamic', 80, { rank: 2 })],
  ];
  const { taken, left, spent } = fit(asking, 1_000, shares);
  // 800 are left: 100 of them sure for what changes, so of documentation the better 300 fit and the 500 do not
  expect(slots(taken)).toEqual(['system 100', 'template 100', 'documentation 300', 'dynamic 90', 'dynamic 80']);
  expect(slots(left)).toEqual(['documentation 500']);
  expect(spent.documentation).toEqual({ floor: 200, wanted: 800, used: 300 });
  expect(spent.dynamic).toEqual({ floor: 100, wanted: 170, used: 170 });
});

test('PC511: system and templates larger than the budget are an error that says by how much', () => {
  expect(() => fit([one('system', 600), one('template', 500)], 1_000, shares)).toThrow(
    expect.objectContaining({ code: 'limit/too-large', message: expect.stringContaining('1100 tokens') }),
  );
});

test('PC512: a piece goes in only behind those before it', () => {
  const asking = [
    one('documentation', 900, { slot: 'a' }),
    one('documentation', 10, { slot: 'a#1', after: 'a' }),
    one('documentation', 100, { slot: 'b', rank: 1 }),
  ];
  expect(slots(fit(asking, 500, shares).taken)).toEqual(['b']);
});

const asking = fc.array(
  fc.record({
    kind: fc.constantFrom(...segmentKinds),
    tokens: fc.integer({ min: 1, max: 400 }),
    rank: fc.integer({ min: 0, max: 5 }),
  }),
  { maxLength: 40 },
);

test('PC513: whatever asks, the budget holds, and each kind gets what it wants up to its floor, to a segment', () => {
  fc.assert(
    fc.property(asking, fc.integer({ min: 500, max: 8_000 }), (list, budget) => {
      const all = list.map((each, n) => ({ ...each, slot: String(n).padStart(3, '0') }));
      const sum = (kind: SegmentKind) =>
        all.filter((each) => each.kind === kind).reduce((n, { tokens }) => n + tokens, 0);
      fc.pre(sum('system') <= budget * 0.4 && sum('template') <= budget * 0.3);
      const { taken, spent } = fit(all, budget, shares);
      expect([...taken].reduce((n, { tokens }) => n + tokens, 0)).toBeLessThanOrEqual(budget);
      for (const kind of segmentKinds) {
        const { floor, wanted, used } = spent[kind];
        const least = Math.min(wanted, floor);
        // what is left free is smaller than the next segment
        expect([kind, used > least - 400 || used === wanted]).toEqual([kind, true]);
      }
      expect(slots(fit(all.toReversed(), budget, shares).taken).sort()).toEqual(slots(taken).sort());
    }),
    { numRuns: 300 },
  );
});
