// That what is called probable comes true as often: on a sample of the dev results, in numbers alone.
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cutAt } from '../../scripts/eval/relevance/cut.ts';
import { fitted } from '../../scripts/eval/relevance/regression.ts';
import { reliability } from '../../scripts/eval/relevance/reliability.ts';
import { relevanceOf } from '../../src/features/search/relevance.ts';
import { relevanceFit } from '../../src/features/search/relevance-fit.ts';

interface Sample {
  readonly names: readonly string[];
  /** 1 or 0 for what came true, then the signs in the order of the names. */
  readonly rows: readonly (readonly number[])[];
}

// written by scripts/eval/relevance.ts
const { names, rows } = JSON.parse(
  fs.readFileSync(join(import.meta.dirname, 'relevance-sample.json'), 'utf8'),
) as Sample;
const sample = rows.map(([came, ...signs]) => ({
  answers: came === 1,
  signs: Object.fromEntries(names.map((name, i) => [name, signs[i] ?? 0])),
}));

test('EV10 what is called probable comes true as often as it says, within what chance allows', () => {
  expect(names).toEqual(Object.keys(relevanceFit.weights));
  const bins = reliability(sample.map(({ signs, answers }) => ({ probability: relevanceOf(signs), answers })));
  expect(bins.filter(({ count }) => count >= 15).length).toBeGreaterThan(7);
  for (const { predicted, came_true, count } of bins) {
    const chance = 3 * Math.sqrt((predicted * (1 - predicted)) / count);
    expect(Math.abs(came_true - predicted), `${predicted} of ${count}`).toBeLessThan(Math.max(0.02, chance));
  }
});

test('EV11 the regression finds the weights that made the answers', () => {
  const made = { bias: -1, weights: { a: 2, b: -3 } };
  const grid = Array.from({ length: 400 }, (_, i) => ({ a: (i % 20) / 20, b: Math.floor(i / 20) / 20 }));
  // each point as often true, of fifty times, as its probability says
  const observed = grid.flatMap((signs) => {
    const times = Math.round(50 * relevanceOf(signs as never, made));
    return Array.from({ length: 50 }, (_, n) => ({ signs, answers: n < times }));
  });
  const { bias, weights } = fitted(observed, ['a', 'b']);
  expect(bias).toBeCloseTo(-1, 1);
  expect(weights['a']).toBeCloseTo(2, 0);
  expect(weights['b']).toBeCloseTo(-3, 0);
});

test('EV11 a threshold keeps the best result, and of the rest what is probable and fits', () => {
  const line = 'x'.repeat(40);
  const questions = [
    {
      gold: 2,
      results: [
        { probability: 0.1, answers: false, line },
        { probability: 0.5, answers: true, line },
        { probability: 0.01, answers: true, line },
      ],
    },
  ];
  expect(cutAt(0, 100, questions)).toMatchObject({ evidence: 100, whole: 100, results: 3, tokens: 30 });
  expect(cutAt(0.2, 100, questions)).toMatchObject({ evidence: 50, whole: 0, results: 2, tokens: 20 });
  expect(cutAt(0, 15, questions)).toMatchObject({ evidence: 0, results: 1 });
});
