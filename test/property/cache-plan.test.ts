// Plans of any context, for every provider and model of config/providers.yaml, against what the rules say.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ModelRules, providerNames, rulesFor, secondsOf, valueFor } from '../../src/core/provider-rules.ts';
import type { CachePlan, PlanContext, PlanOptions } from '../../src/features/cache/plan/cache-plan.ts';
import { planWith, render } from '../../src/features/cache/plan/plan.ts';
import type { Segment } from '../../src/features/cache/segment.ts';
import { providers } from '../features/cache/plan-contexts.ts';

/** Every provider with each model that its rules name, and without one. */
const asked = providerNames(providers).flatMap((provider) => {
  const sections = provider === 'openai' ? ['openai', 'openai_5_6'] : [provider];
  const models = sections.flatMap((section) => {
    const rules = providers.rules[section];
    return [rules?.min_tokens, rules?.window_tokens, rules?.read].flatMap((rule) => Object.keys(rule?.models ?? {}));
  });
  return [undefined, ...new Set(models)].map((model) => ({ provider, model }));
});

const tokens = fc.oneof(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: 4_000 }));
const change = fc.oneof(fc.constantFrom(0, 0.0005, 0.002, 0.02, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const standing = fc.record({
  ...{ place: fc.constantFrom('tools', 'system', 'messages'), tokens, change, frozen: fc.boolean() },
  isEmpty: fc.boolean(),
});
const said = fc.record({
  role: fc.constantFrom('user', 'assistant', 'tool'),
  /** Blocks of that role in a row: big turns are where look-backs end. */
  count: fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 45 })),
  ...{ tokens: fc.integer({ min: 0, max: 250 }), block: fc.constantFrom('text', 'thinking', 'empty') },
});

const contexts = fc
  .record({
    standing: fc.array(standing, { maxLength: 8 }),
    said: fc.array(said, { maxLength: 8 }),
    pauses_s: fc.array(fc.integer({ min: 0, max: 9_000 }), { maxLength: 5 }),
  })
  .map(({ standing: parts, said: runs, pauses_s }): PlanContext => {
    const before = parts.map(({ isEmpty, frozen, ...rest }, n): Segment => {
      const text =
        rest.place === 'tools' ? (isEmpty ? '[]' : `[{"name":"t${n}","input_schema":{}}]`) : isEmpty ? '' : `text ${n}`;
      return { slot: `s${n}`, kind: 'documentation', ...rest, text, frozen };
    });
    const turns = runs.flatMap((run) => Array.from({ length: run.count }, () => run));
    const after = turns.map((run, n): Segment => turnOf(run, n));
    return { segments: [...before, ...after], session: 's', project: 'p', pauses_s };
  });

function turnOf(
  { role, tokens: size, block }: { role: 'user' | 'assistant' | 'tool'; tokens: number; block: string },
  n: number,
): Segment {
  const turn = { slot: `turn:${n}`, kind: 'dynamic', place: 'messages', role, tokens: size, change: 0 } as const;
  if (role === 'assistant' && block === 'thinking') return { ...turn, block, text: 'hm', signature: 'sig' };
  if (role === 'tool') return { ...turn, block: 'result', call: `c${n}`, text: block === 'empty' ? '' : `result ${n}` };
  return { ...turn, text: block === 'empty' ? ' ' : `words ${n}` };
}

const options = fc.record({
  ttl: fc.constantFrom(undefined, '5m', '1h'),
  messages_ttl: fc.constantFrom(undefined, '5m', '1h'),
  expected_reads: fc.integer({ min: 0, max: 20 }),
  requests_per_minute: fc.integer({ min: 0, max: 100 }),
});

/** Plans one context for every provider and model. */
function everyPlan(look: (plan: CachePlan, context: PlanContext, chosen: ModelRules) => void): void {
  fc.assert(
    fc.property(contexts, options, fc.nat(), (context, given, n) => {
      // one model of each provider at a time: a run looks at all of them many times
      for (const provider of providerNames(providers)) {
        const models = asked.filter((each) => each.provider === provider);
        const model = models[n % models.length]?.model;
        const lifetimes = provider === 'anthropic' ? given : { ...given, ttl: undefined, messages_ttl: undefined };
        const wanted: PlanOptions = { ...lifetimes, model };
        look(planWith(providers, context, provider, wanted), context, rulesFor(providers, provider, model));
      }
    }),
    { numRuns: 300 },
  );
}

const segmentAt = (plan: CachePlan, context: PlanContext, at: number) =>
  context.segments[plan.segments[at]?.index ?? -1];

test('PC250: never more breakpoints, writes or tokens than the rules allow, in the order of the request, none twice', () => {
  let most = 0;
  everyPlan((plan, _, { rules, known }) => {
    const limit = rules.max_breakpoints?.v ?? rules.max_writes?.v ?? 0;
    expect(plan.breakpoints.length).toBeLessThanOrEqual(limit);
    expect(plan.breakpoints.filter(({ implicit }) => implicit).length).toBeLessThanOrEqual(1);
    const at = plan.breakpoints.map((each) => each.at);
    expect(at).toEqual([...new Set(at)].toSorted((a, b) => a - b));
    const window = valueFor(rules.window_tokens, known);
    expect(plan.tokens.total).toBeLessThanOrEqual(window ?? Number.POSITIVE_INFINITY);
    most = Math.max(most, plan.breakpoints.length);
  });
  expect(most).toBe(4);
});

test('PC251: never a breakpoint on a forbidden block, in the tail, or below the minimum', () => {
  let placed = 0;
  everyPlan((plan, context, { rules, known }) => {
    const forbidden = rules.no_breakpoint_on?.v ?? [];
    for (const { at, slot, tokens: upto } of plan.breakpoints) {
      const segment = segmentAt(plan, context, at);
      expect(segment?.slot).toBe(slot);
      expect(plan.segments[at]?.zone).not.toBe('tail');
      expect(segment?.text.trim()).not.toMatch(/^(?:\[\])?$/);
      if (forbidden.includes('thinking')) expect(segment?.block).not.toBe('thinking');
      if (forbidden.includes('tools')) expect(segment?.place).not.toBe('tools');
      if (forbidden.includes('assistant')) expect(segment?.role).not.toBe('assistant');
      expect(upto).toBeGreaterThanOrEqual(valueFor(rules.min_tokens, known) ?? 0);
      expect(upto).toBe(plan.segments.slice(0, at + 1).reduce((sum, each) => sum + each.tokens, 0));
      placed += 1;
    }
  });
  expect(placed).toBeGreaterThan(300);
});

test('PC252: never five minutes before an hour, and only lifetimes that the provider has', () => {
  everyPlan((plan, _, { rules }) => {
    const lives = plan.breakpoints.map(({ ttl }) => (ttl === null ? 0 : (secondsOf(ttl) ?? 0)));
    expect(lives).toEqual(lives.toSorted((a, b) => b - a));
    for (const { ttl } of plan.breakpoints) expect(rules.ttl?.v).toContain(ttl);
  });
});

test('PC253: the look-back is never overrun: the anchor is at most 15 blocks behind the newest, and the last request is found', () => {
  let big = 0;
  everyPlan((plan, context, { rules, known }) => {
    const reach = rules.lookback_blocks?.v;
    if (reach == null) return;
    const at = (name: string) => plan.breakpoints.find((each) => each.name === name)?.at;
    const [anchor, newest] = [at('anchor'), at('newest')];
    if (anchor !== undefined && newest !== undefined) expect(newest - anchor).toBeLessThanOrEqual(15);
    // where the last request ended: before the last run of answers
    const roles = plan.segments.map(({ role, zone }) => (zone === 'history' ? role : null));
    let end = roles.lastIndexOf('assistant');
    while (roles[end] === 'assistant') end -= 1;
    const isAllowed = (position: number) => {
      const segment = segmentAt(plan, context, position);
      return segment?.text.trim() !== '' && segment?.block !== 'thinking';
    };
    while (end >= 0 && roles[end] && !isAllowed(end)) end -= 1;
    const upto = plan.segments.slice(0, end + 1).reduce((sum, each) => sum + each.tokens, 0);
    if (end < 0 || !roles[end] || upto < (valueFor(rules.min_tokens, known) ?? 0)) return;
    expect(plan.breakpoints.some((each) => each.at >= end && each.at - end < reach)).toBe(true);
    if ((newest ?? 0) - end > reach) big += 1;
  });
  expect(big).toBeGreaterThan(5);
});

test('PC254: tokens that are read, written and sent uncached are all there are, and a request is made of each plan', () => {
  everyPlan((plan, context) => {
    const { read, written, uncached } = plan.hits;
    expect(read + written + uncached).toBeCloseTo(plan.tokens.total, 3);
    expect(Math.min(read, written, uncached)).toBeGreaterThanOrEqual(0);
    if (plan.expected_cost) expect(plan.expected_cost.following).toBeLessThanOrEqual(plan.expected_cost.first + 1e-6);
    const request = render(plan, context);
    const marks = JSON.stringify(request.body).match(/"cache_control"|"prompt_cache_breakpoint"/g) ?? [];
    expect(marks.length).toBe(plan.breakpoints.filter(({ implicit }) => !implicit).length);
    // every word once, in whichever place
    const spoken = context.segments.filter(({ text, place }) => place !== 'tools' && text.trim().length > 2);
    const all = JSON.stringify([request.body, request.before]);
    for (const { text } of spoken) expect(all).toContain(text);
  });
});
