import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '../../../src/core/limits.ts';
import { allSegments } from '../../../src/features/capture/queries.ts';
import { keepLines, segmentLines } from '../../../src/features/capture/segments.ts';
import type { Store } from '../../../src/store/store.ts';
import { shippedMigration, temporaryStore } from '../../store/temporary-store.ts';

const withSegments = { migrations: [shippedMigration('features/capture/migrations/0004-transcripts.sql')] };
const file = (source: string) => ({ agent: 'codex', native_id: 'n', source });

function partsOf(store: Store, source: string) {
  return store.read.all(allSegments, file(source)).map((row) => ({ ...row, at: 0, data: Buffer.from(row.data) }));
}

test('CA20: whatever the pieces lines come in, and however often, the same parts are kept', async () => {
  const { store } = temporaryStore(withSegments);
  const long = fc.integer({ min: 0, max: 40_000 }).map((length) => 'ü'.repeat(length));
  const line = fc.oneof(
    fc.constant(''),
    fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll('\n', ' ')),
    long,
  );
  let run = 0;
  const property = fc.asyncProperty(
    fc.array(line, { maxLength: 12 }),
    fc.array(fc.tuple(fc.nat(12), fc.nat(12)), { maxLength: 5 }),
    async (lines, pieces) => {
      run += 1;
      let kept = 0;
      for (const [back, on] of [...pieces, [0, lines.length] as const]) {
        const first = Math.max(0, kept - back); // the same lines again
        const piece = lines.slice(first, kept + on);
        await store.write((tx) => keepLines(tx, file(`pieces ${run}`), first, piece));
        kept = Math.max(kept, first + piece.length);
      }
      await store.write((tx) => keepLines(tx, file(`whole ${run}`), 0, lines));
      expect(partsOf(store, `pieces ${run}`)).toEqual(partsOf(store, `whole ${run}`));
      expect(partsOf(store, `whole ${run}`).flatMap(segmentLines)).toEqual(lines);
    },
  );
  await fc.assert(property, { numRuns: 60 });
});

test('CA21: a part is closed when it holds 64 KiB of plain text; its numbers say which lines it holds', async () => {
  const { store } = temporaryStore(withSegments);
  const half = 'x'.repeat(limits.segmentBytes / 2 - 1);
  await store.write((tx) => keepLines(tx, file('s'), 0, [half, half, 'next', half]));
  await store.write((tx) => keepLines(tx, file('s'), 4, ['y'.repeat(3 * limits.segmentBytes), 'last']));
  expect(partsOf(store, 's').map(({ part, first_line, lines, bytes }) => [part, first_line, lines, bytes])).toEqual([
    [0, 0, 2, limits.segmentBytes],
    [1, 2, 3, 3.5 * limits.segmentBytes + 6],
    [2, 5, 1, 5],
  ]);
});
