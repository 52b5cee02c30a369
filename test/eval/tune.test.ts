// Looking for better numbers: what is measured, which numbers there are, and when a better one is believed.
import { expect, test } from 'vitest';
import { proposal, type Trial, tune } from '../../scripts/eval/retrieval/tune.ts';
import { type Measures, meansOf, measured, ofDialogue, sumsOf } from '../../scripts/eval/retrieval/tune-objective.ts';
import { isDevSet } from '../../scripts/eval/retrieval/tune-run.ts';
import { tunables } from '../../scripts/eval/retrieval/tune-weights.ts';

/** R@10 of each group at a value of the one number there is. */
function trial(at: (value: number) => Readonly<Record<string, number>>, more: Partial<Trial> = {}) {
  const numbers = { window: 1 };
  const said: string[] = [];
  const measures = () =>
    Object.entries(at(numbers.window)).map(([group, value]): Measures => ({ group, values: { 'R@10': value } }));
  const steps = tune({
    ...{ measures, tunables: tunables(false, numbers), say: (line) => said.push(line), until: 1, monotonic: () => 0 },
    ...more,
  });
  return { steps, said, left: numbers.window };
}

test('EV13 a ranking is measured as the scorer does it', () => {
  const truth = { gold: ['a', 'b'], goldSessions: ['s1'] };
  const got = measured(['x', 'a', 'y', 'z', 'w', 'b'], ['s2', 's1'], truth, (id) => (id === 'w' ? 1_999 : 1));
  expect(got).toEqual({ ev2k: 0.5, r5: 0.5, r10: 1, mrr: 0.5, hit1: 0 });
  expect(measured(['a', 'b'], ['s1'], truth, () => 1_000)).toMatchObject({ ev2k: 1, hit1: 1 });
  expect(ofDialogue('cat5', got)).toEqual({ 'hit@1': 0, 'R@5 cat 5': 0.5 });
  expect(ofDialogue('cat1', got)).toEqual({
    ...{ 'hit@1': 0, 'ev@2k': 0.5, 'R@5': 0.5, 'R@10': 1, 'all-ev@2k cat 1': 0 },
  });
  const sums = sumsOf([
    { group: 'one', values: { 'R@5': 1 } },
    { group: 'two', values: { 'R@5': 0 } },
    { group: 'two', values: { 'R@5': 0.5 } },
  ]);
  expect(meansOf(sums)['R@5']).toBe(50);
});

test('EV13 a number that helps every conversation is proposed, and what it does is told', () => {
  const { steps, left } = trial((value) => ({ one: value > 1 ? 0.6 : 0.5, two: value > 1 ? 0.7 : 0.5, three: 0.5 }));
  expect(steps).toMatchObject([{ name: 'window', from: 1, to: 1.25, measures: { 'R@10': expect.closeTo(10) } }]);
  expect(left).toBe(1.25);
  expect(proposal(steps)).toMatch(/\| window \| 1 \| 1\.25 \| \+4\.00 \| \+4\.00 \| R@10 \+10\.00 \|/);
  expect(proposal([])).toMatch(/^no number/);
  const [step] = steps;
  if (step) expect(proposal([{ ...step, name: 'meaning' }], 'small')).toMatch(/\| meaningOf\['small'\] \|/);
});

test('EV13 a gain that one conversation alone brings is not believed, and without time nothing is tried', () => {
  const alone = trial((value) => ({
    one: value > 1 ? 1 : 0.5,
    two: value > 1 ? 0.49 : 0.5,
    three: value > 1 ? 0.49 : 0.5,
  }));
  expect([alone.steps, alone.left]).toEqual([[], 1]);
  expect(alone.said.at(-1)).toMatch(/left alone$/);
  const late = trial(() => ({ one: 0.5 }), { until: -1 });
  expect([late.steps, late.said.at(-1)]).toEqual([[], 'out of time before window']);
});

test('EV13 every number has its name; those of the wide pass that are written once move once', () => {
  const careful = { pair: 0.6, author: 1.4 };
  const numbers = {
    careful,
    wide: { ...careful, author: 2.2 },
    kinds: { tool: 0.6 },
    places: 8,
    meaning: 0.5,
    meaningOf: {},
  };
  const found = tunables(false, numbers);
  expect(found.map(({ name }) => name)).toEqual(['careful.pair', 'careful.author', 'wide.author', 'places']);
  found[0]?.set(0.9);
  found[1]?.set(1.5);
  expect(numbers).toMatchObject({ careful: { pair: 0.9, author: 1.5 }, wide: { pair: 0.9, author: 2.2 } });
  found[1]?.set(2.2);
  found[1]?.set(1.4);
  found[0]?.set(0.6);
  expect(numbers.wide.author).toBe(2.2); // equal for a moment only
  expect(numbers.wide.pair).toBe(0.6);
  expect(tunables(true, numbers).map(({ name }) => name)).toContain('meaning');
  expect(tunables(true).length).toBeGreaterThan(20); // of the product's own
});

test('EV13 only dev sets are tuned on', () => {
  expect(['locomo-dev', 'cosqa-dev', '/data/x-dev.json.gz'].every(isDevSet)).toBe(true);
  expect(['self', 'files:/x', 'locomo', 'x-dev-2', '/a-dev/locomo-test.json.gz'].some(isDevSet)).toBe(false);
});
