import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mergeText } from '../../src/core/merge-text.ts';

const lines = (...all: readonly string[]) => all.map((line) => `${line}\n`).join('');

test('DC30: changes of different lines are merged, of the same lines they are a conflict with both sides', () => {
  const base = lines('a', 'b', 'c');
  expect(mergeText({ base, ours: lines('A', 'b', 'c'), theirs: lines('a', 'b', 'C') })).toEqual({
    ...{ kind: 'clean', text: lines('A', 'b', 'C'), overlaps: 0 },
  });
  const sides = { base, ours: lines('a', 'X', 'c', 'd'), theirs: lines('a', 'Y', 'c') };
  expect(mergeText(sides)).toEqual({
    ...{ kind: 'conflict', overlaps: 1 },
    marked: lines('a', '<<<<<<< memory', 'X', '=======', 'Y', '>>>>>>> file', 'c', 'd'),
  });
  expect(mergeText(sides, 'ours')).toMatchObject({ text: lines('a', 'X', 'c', 'd'), overlaps: 1 });
  expect(mergeText(sides, 'theirs')).toMatchObject({ text: lines('a', 'Y', 'c', 'd'), overlaps: 1 });
});

test('DC30: texts too alike to be compared in time are one overlap', () => {
  const many = (end: string) => '\n'.repeat(3_000) + end;
  expect(mergeText({ base: many('a'), ours: many('b'), theirs: many('c') })).toMatchObject({
    kind: 'conflict',
    overlaps: 1,
  });
});

const text = fc
  .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 8 })
  .chain((some) => fc.constantFrom(some.join('\n'), some.map((line) => `${line}\n`).join('')));

test('DC31: laws of the merge', () => {
  fc.assert(
    fc.property(text, text, text, (base, ours, theirs) => {
      expect(mergeText({ base, ours, theirs: base })).toMatchObject({ kind: 'clean', text: ours });
      expect(mergeText({ base, ours: base, theirs })).toMatchObject({ kind: 'clean', text: theirs });
      expect(mergeText({ base, ours, theirs: ours })).toMatchObject({ kind: 'clean', text: ours });
      const [one, other] = [mergeText({ base, ours, theirs }), mergeText({ base, ours: theirs, theirs: ours })];
      expect(one.kind).toBe(other.kind);
      if (one.kind === 'clean') expect(other).toMatchObject({ text: one.text });
      // whoever is favoured, a text comes out, and what was merged has nothing left to bring
      for (const favour of ['ours', 'theirs'] as const)
        expect(mergeText({ base, ours, theirs }, favour).kind).toBe('clean');
    }),
    { numRuns: 2_000 },
  );
});
