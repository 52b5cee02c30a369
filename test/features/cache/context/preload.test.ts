import fc from 'fast-check';
import { expect, test } from 'vitest';
import { learned, nothingLearned, probability } from '../../../../src/features/cache/context/predictor.ts';
import { Preload } from '../../../../src/features/cache/context/preload.ts';
import { given } from './given.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 10, 16, 9);

function world(kept: { value?: string } = {}) {
  const clock = { now: start };
  const warmed: string[] = [];
  const preload = new Preload({
    warm: async (project) => {
      warmed.push(project);
      return { ms: 5 };
    },
    clock: () => clock.now,
    read: () => kept.value,
    write: async (value) => {
      kept.value = value;
    },
    onFault: (error) => {
      throw error;
    },
  });
  /** One day: something happens, and what was predicted of it comes true or not. */
  const day = async (used: boolean) => {
    preload.noticed('p', 'entry', 'main');
    await preload.settled();
    clock.now += hour / 2;
    if (used) preload.asked('p');
    clock.now += 23.5 * hour;
  };
  return { clock, warmed, preload, day, kept };
}

test('PC550: hour and branch say more the more was seen; few observations say little', () => {
  const at = { at: start, branch: 'a' };
  expect(probability(nothingLearned, at)).toBe(0.5);
  let known = nothingLearned;
  for (let n = 0; n < 30; n += 1) {
    known = learned(known, at, true);
    known = learned(known, { at: start + 5 * hour, branch: 'b' }, false);
  }
  expect(probability(known, at)).toBeGreaterThan(0.9);
  expect(probability(known, { at: start + 5 * hour, branch: 'b' })).toBeLessThan(0.1);
  expect(probability(known, { at: start + 100 * hour, branch: 'c' })).toBeCloseTo(0.5, 1);
  expect(probability(learned(nothingLearned, at, false), at)).toBeGreaterThan(0.25);
});

test('PC551: whatever is observed, a probability is one, and what is kept is bounded', () => {
  const seen = fc.array(fc.record({ at: fc.nat(2 ** 42), branch: fc.string(), used: fc.boolean() }), {
    maxLength: 400,
  });
  fc.assert(
    fc.property(seen, (list) => {
      const known = list.reduce((all, { used, ...each }) => learned(all, each, used), nothingLearned);
      for (const each of list) expect(probability(known, each)).toSatisfy((p: number) => p > 0 && p < 1);
      expect(Object.keys(known.branches).length).toBeLessThanOrEqual(200);
      expect(known.all.seen).toBeLessThanOrEqual(51);
    }),
    { numRuns: 50 },
  );
});

test('PC552: what is loaded ahead and used within the hour counts; so do the milliseconds', async () => {
  const { preload, day, warmed } = world();
  await day(true);
  await day(false);
  preload.noticed('q', 'prompt'); // notices that the hour of the second is over
  await preload.settled();
  expect(preload.state()).toMatchObject({ trials: 2, right: 1, precision: 0.5, used: 1, saved_ms: 5, spent_ms: 15 });
  expect(warmed).toEqual(['p', 'p', 'q']);
});

test('PC553: where it is mostly not asked for, little is loaded ahead; another daemon remembers', async () => {
  const { preload, day, warmed, kept } = world();
  for (let n = 0; n < 60; n += 1) await day(n % 5 === 0);
  expect(warmed.length).toBeLessThan(20);
  expect(preload.state().loaded).toBe(warmed.length);
  expect(world(kept).preload.state()).toEqual(preload.state());
  for (let n = 0; n < 30; n += 1) await day(true);
  expect(preload.state()).toMatchObject({ active: true });
  expect(preload.state().precision).toBeGreaterThan(0.7);
});

test('PC556: under half right of the last twenty predictions it stops by itself, and comes back when they come true', async () => {
  const wrong = JSON.stringify({ learned: nothingLearned, last: Array.from({ length: 20 }, (_, n) => n < 9) });
  const { preload, warmed, day } = world({ value: wrong });
  expect(preload.state()).toMatchObject({ active: false, precision: 0.45 });
  preload.noticed('p', 'entry', 'main');
  await preload.settled();
  expect(warmed).toEqual([]);
  // it goes on predicting, and comes back when that comes true
  for (let n = 0; n < 20; n += 1) await day(true);
  expect(preload.state()).toMatchObject({ active: true });
  expect(warmed.length).toBeGreaterThan(0);
  expect(world({ value: 'not JSON' }).preload.state()).toMatchObject({ active: true, precision: null });
});

test('PC554: of the prompts of a day only the first one counts, and one trial of a project at a time', async () => {
  const { preload, warmed, clock } = world();
  for (const trigger of ['prompt', 'prompt', 'checkout', 'entry'] as const) preload.noticed('p', trigger, 'main');
  await preload.settled();
  expect(warmed).toEqual(['p']);
  preload.asked('p');
  preload.noticed('p', 'prompt', 'main');
  await preload.settled();
  expect(warmed).toEqual(['p']);
  clock.now += 24 * hour;
  preload.noticed('p', 'prompt', 'main');
  await preload.settled();
  expect(warmed).toEqual(['p', 'p']);
});

test('PC555: what was loaded ahead is at hand when it is asked for', async () => {
  const { file, load, loading, notes } = given();
  file('AGENTS.md', 'rules');
  loading.noticed('p', 'entry', 'main');
  await loading.settled();
  const { files, segments } = await load();
  expect(files.changed).toEqual([]);
  expect(segments.map(({ slot }) => slot)).toContain('doc:AGENTS.md');
  await loading.settled();
  expect(loading.preloadState()).toMatchObject({ trials: 1, right: 1, used: 1 });
  expect(JSON.parse(notes.get('cache.preload') ?? '')).toMatchObject({ last: [true] });
});
