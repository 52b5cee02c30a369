import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlanContext, PlanOptions } from '../../../src/features/cache/plan/cache-plan.ts';
import { planWith } from '../../../src/features/cache/plan/plan.ts';
import { providers, segment, turn } from './plan-contexts.ts';

/** A conversation of which nearly everything is read again. */
const long: PlanContext = {
  segments: [
    segment('rules', { tokens: 60_000, change: 0 }),
    turn(1, 'user', { tokens: 38_000 }),
    turn(2, 'assistant', { tokens: 1_000 }),
    turn(3, 'user', { tokens: 1_000 }),
  ],
};
const advice = (provider: string, options: PlanOptions = {}, context: PlanContext = long) =>
  planWith(providers, context, provider, options).keep_alive;

test('PC740: five minutes are worth prolonging twice in a pause, an hour is not', () => {
  const five = advice('anthropic', { model: 'claude-opus-4.5', ttl: '5m' });
  expect(five).toMatchObject({ every_s: 270, most: 2 });
  expect(five?.each).toBeCloseTo(10_000, 0);
  // what 24,015 recorded requests give, replayed: 0.1961 falls to 0.1757 of uncached input
  expect((five?.saves ?? 0) / 100_000).toBeGreaterThan(0.7 * (0.1961 - 0.1757));
  expect((five?.saves ?? 0) / 100_000).toBeLessThan(1.5 * (0.1961 - 0.1757));
  expect(advice('anthropic', { model: 'claude-opus-4.5', ttl: '1h' })).toMatchObject({ every_s: 3_240, most: 0 });
});

test('PC740: pauses of this conversation count: after long ones a keep-alive pays, where none are long it does not', () => {
  const often = Array.from({ length: 200 }, (_, n) => (n % 3 === 0 ? 400 : 5));
  const never = Array.from({ length: 2_000 }, () => 5);
  const options = { model: 'claude-opus-4.5', ttl: '5m' };
  const saved = advice('anthropic', options)?.saves ?? 0;
  expect(advice('anthropic', options, { ...long, pauses_s: often })?.saves).toBeGreaterThan(5 * saved);
  expect(advice('anthropic', options, { ...long, pauses_s: never })).toMatchObject({ most: 0, saves: 0 });
});

test('PC741: no advice where lifetime, price or what a read does is not known, or nothing is kept', () => {
  expect(
    ['openai', 'groq', 'gemini', 'xai', 'mistral', 'deepseek', 'ollama', 'llama.cpp'].map((each) =>
      advice(each, each === 'openai' ? { model: 'gpt-5.6' } : {}),
    ),
  ).toEqual(Array(8).fill(null));
  const short = { segments: [segment('rules', { tokens: 10 }), turn(1, 'user', { tokens: 10 })] };
  expect(advice('anthropic', {}, short)).toBeNull();
});

test('PC742: whatever is asked, at most two in a pause, each before the entry expires, and only where they save', () => {
  const seconds = { '5m': 300, '1h': 3_600 } as const;
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 300 }),
      fc.constantFrom('5m' as const, '1h' as const),
      fc.constantFrom('opus-5.5', 'haiku-4.5', undefined),
      fc.integer({ min: 0, max: 150_000 }),
      (pauses_s, ttl, model, tokens) => {
        const context = { segments: [segment('rules', { tokens, change: 0 }), turn(1, 'user')], pauses_s };
        const said = advice('anthropic', { ttl, model }, context);
        if (said === null) return;
        expect([0, 1, 2]).toContain(said.most);
        expect(said.every_s).toBeLessThan(seconds[ttl]);
        expect(said.saves > 0).toBe(said.most > 0);
      },
    ),
  );
});
