import { expect, test } from 'vitest';
import { presentShas } from '../../../src/features/sessions/commit-family.ts';

const edges = (...all: (readonly [string, string, number])[]) => all.map(([from, to, at]) => ({ from, to, at }));
const present = (...all: Parameters<typeof edges>) => Object.fromEntries(presentShas(edges(...all)));

test('GH1 a sha is what the newest of its rewrites came to in the end', () => {
  expect(present()).toEqual({});
  expect(present(['a', 'b', 1], ['b', 'c', 2])).toEqual({ a: 'c', b: 'c' });
  expect(present(['b', 'c', 2], ['a', 'b', 1], ['x', 'c', 2])).toEqual({ a: 'c', b: 'c', x: 'c' });
  expect(present(['a', 'b', 1], ['a', 'c', 2])).toEqual({ a: 'c' });
  expect(present(['a', 'c', 1], ['a', 'b', 1])).toEqual({ a: 'c' }); // at the same time: the greater
});

test('GH1 a reset brings a sha back, also to what was made of it before; rings end with their newest rewrite', () => {
  expect(present(['a', 'b', 1], ['a', 'a', 2])).toEqual({ a: 'a' });
  expect(present(['z', 'a', 0], ['a', 'b', 1], ['a', 'a', 2])).toEqual({ z: 'a', a: 'a' });
  expect(present(['a', 'b', 1], ['a', 'a', 2], ['a', 'b', 3])).toEqual({ a: 'b' });
  expect(present(['a', 'b', 1], ['b', 'a', 2])).toEqual({ a: 'a', b: 'a' });
  expect(present(['a', 'b', 3], ['b', 'c', 1], ['c', 'a', 2], ['x', 'b', 1])).toEqual({
    a: 'b',
    b: 'b',
    c: 'b',
    x: 'b',
  });
});
