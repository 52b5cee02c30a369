import fc from 'fast-check';
import { expect, test } from 'vitest';
import { packName } from '../../../src/features/sync/names.ts';
import { cover, type ListedPack, planLog, readListing } from '../../../src/features/sync/plan.ts';
import { deviceId, project, ws } from './sync-world.ts';

const log = '019a3985-b900-7000-8000-0000000000b1';

const pack = (from: number, to: number, more: Partial<ListedPack> = {}): ListedPack => {
  const of = {
    ws,
    project,
    dev: deviceId(1),
    log,
    from,
    to,
    rev: 0,
    len: 9,
    hash16: '0123456789abcdef',
    texts: false,
    ...more,
  };
  return { ...of, is: 'pack', isWhole: true, name: packName(of), ...more };
};

const range = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 12 }), fc.boolean());
const listing = fc
  .array(range, { maxLength: 25 })
  .map((all) =>
    all.map(([from, more, isWhole], i) => pack(from, from + more, { isWhole, hash16: String(i).padStart(16, '0') })),
  );

/** Sequence numbers that whole packs hold, one by one. */
const heldBy = (packs: readonly ListedPack[]) =>
  new Set(
    packs
      .filter(({ isWhole }) => isWhole)
      .flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, i) => from + i)),
  );

test('PK20: from names alone: the contiguous maximum, the holes, and packs that lead on without a gap to as far as can be', () => {
  fc.assert(
    fc.property(listing, fc.nat(30), (packs, have) => {
      const held = heldBy(packs);
      const plan = planLog(packs, have, new Set());
      let reach = 0;
      while (held.has(reach + 1)) reach += 1;
      expect(plan.reach).toBe(reach);
      const most = Math.max(0, ...held);
      const missing = Array.from({ length: most }, (_, i) => i + 1).filter((seq) => !held.has(seq));
      expect(
        plan.holes.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i)),
      ).toEqual(missing);
      let [end, goal] = [have, have];
      for (const { from, to } of plan.next) {
        expect(from).toBeLessThanOrEqual(end + 1);
        expect(to).toBeGreaterThan(end);
        end = to;
      }
      while (held.has(goal + 1)) goal += 1;
      expect(end).toBe(goal);
      const names = [...plan.next, ...plan.unseen].map(({ name }) => name).sort();
      expect(names).toEqual(
        packs
          .filter(({ isWhole }) => isWhole)
          .map(({ name }) => name)
          .sort(),
      );
    }),
    { numRuns: 2_000 },
  );
});

test('PK21: the order of a listing makes no difference, what was seen is not asked for, and the higher revision is taken', () => {
  fc.assert(
    fc.property(listing, fc.infiniteStream(fc.nat()), (packs, order) => {
      const other = packs.map((each) => [order.next().value, each] as const).sort(([a], [b]) => a - b);
      const ends = (list: readonly ListedPack[]) =>
        cover(
          list.filter(({ isWhole }) => isWhole),
          0,
        ).map(({ to }) => to);
      expect(ends(other.map(([, each]) => each))).toEqual(ends(packs));
      const seen = new Set(packs.map(({ name }) => name));
      expect(planLog(packs, 0, seen)).toMatchObject({ next: [], unseen: [] });
    }),
    { numRuns: 500 },
  );
  const [older, newer] = [pack(1, 5), pack(1, 5, { rev: 3 })];
  expect(cover([older, newer], 0)).toEqual([newer]);
  expect(cover([newer, older], 0)).toEqual([newer]);
});

test('PK22: an object that is shorter than its name says is not whole; names of other workspaces are left alone', () => {
  const { name } = pack(1, 5);
  const foreign = packName({ ...pack(1, 5), ws: deviceId(9) });
  const listed = [
    { name, sizeBytes: 8 },
    { name: foreign, sizeBytes: 9 },
    { name: 'thumbs.db', sizeBytes: null },
  ];
  expect(readListing(listed, ws)).toMatchObject({ packs: [{ name, isWhole: false }], heads: [], keyring: 0 });
  expect(readListing([{ name, sizeBytes: null }], ws).packs).toMatchObject([{ isWhole: true }]);
});
