import { expect, test } from 'vitest';
import { coverage } from '../../../src/features/search/coverage.ts';
import { relevanceOf, type Standing, signsOf } from '../../../src/features/search/relevance.ts';

const standing: Standing = {
  ...{ place: 0, score: 1, next: 0.5, coverage: { own: 0.8, around: 1 } },
  ...{ byNamed: false, named: 0, words: 3 },
};
const probability = (change: Partial<Standing>) => relevanceOf(signsOf({ ...standing, ...change }));

test('RL1 what stands higher, leads by more and has more of the question is the more probable answer', () => {
  expect(probability({})).toBeGreaterThan(probability({ next: 0.9 }));
  expect(probability({})).toBeGreaterThan(probability({ place: 1 }));
  expect(probability({ place: 5, score: 0.6 })).toBeGreaterThan(probability({ place: 5, score: 0.3 }));
  expect(probability({})).toBeGreaterThan(probability({ coverage: { own: 0, around: 0 } }));
  for (const place of [0, 1, 400]) {
    for (const score of [0, 1]) {
      const p = probability({ place, score, next: 0 });
      expect(p > 0 && p < 1).toBe(true);
    }
  }
});

test('RL2 how much of the question a text has is told by the weight of its words, with the messages around it', () => {
  const word = (name: string, idf: number) => ({ word: name, forms: [{ hash: 1, idf, said: 1, kept: 1 }] });
  const sought = { words: [word('redis', 3), word('why', 1), word('nowhere', 0)], pairs: [] };
  const message = (session: string) => ({ kind: 'message', session, isQuestion: false });
  const items = [message('a'), message('a'), message('a'), message('a'), message('b')];
  const counts = [
    [4, 0, 0],
    [0, 0, 0],
    [0, 0.3, 0],
    [0, 1, 0],
    [1, 1, 1],
  ].map((each) => Float64Array.from(each));
  const matches = counts.map((each) => ({ words: each, counts: each, pairs: 0 }));
  const of = coverage(items, matches, sought);
  const shares = items.map((item) => of(item));
  // the word that stands nowhere weighs as much as the rarest: 3 + 1 + 3
  expect(shares.map(({ own }) => own)).toEqual([3 / 7, 0, 0.3 / 7, 1 / 7, 1].map((each) => expect.closeTo(each)));
  expect(shares.map(({ around }) => around)).toEqual(
    [3.3 / 7, 4 / 7, 4 / 7, 1 / 7, 1].map((each) => expect.closeTo(each)),
  );
});
