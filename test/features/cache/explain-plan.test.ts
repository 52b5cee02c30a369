import { expect, test } from 'vitest';
import { explainedPlan } from '../../../src/features/cache/explain-plan.ts';
import type { PlanNeeds } from '../../../src/features/cache/plan-verb.ts';
import type { Context } from '../../../src/features/feature.ts';
import { providers } from './audit/made.ts';

// of a request only its project is looked at
const context = { project: { id: 'p' } } as Context;

function needs(model: string | null, words = 'word '.repeat(6_000)): PlanNeeds {
  const said = [{ role: 'user', text: words } as const, { role: 'assistant', text: words } as const];
  return {
    ...{ providers, breathe: () => Promise.resolve() },
    conversation: (_context, session_id) => ({ session_id, said, pauses_s: [10], first_tokens: 30_000, model }),
    start: () => ({ brief: '# Brief\n'.repeat(800), files: [{ name: 'AGENTS.md', text: 'rule\n'.repeat(800) }] }),
  };
}

test('PC724: a session is explained with what a plan would have sent to the provider of its model, and without where none is known', async () => {
  const plan = await explainedPlan(needs('claude-opus-4-5-20251101'), context, 's');
  expect(plan).toMatchObject({
    provider: 'anthropic',
    model: 'claude-opus-4-5-20251101',
    rules: 'anthropic',
    ttl: '1h',
  });
  expect(plan?.order.map(({ slot }) => slot)).toEqual(['agent', 'doc:AGENTS.md', 'snapshot', 'turn:1', 'turn:2']);
  expect(plan?.breakpoints.map(({ name }) => name)).toContain('newest');
  expect(await explainedPlan(needs('gpt-5.6'), context, 's')).toMatchObject({
    provider: 'openai',
    rules: 'openai_5_6',
  });
  // one that is newer than the rules goes by the safest values
  expect(await explainedPlan(needs('claude-nova-9'), context, 's')).toMatchObject({ provider: 'anthropic' });
  expect(await explainedPlan(needs('somebodys-own'), context, 's')).toBeNull();
  expect(await explainedPlan(needs(null), context, 's')).toBeNull();
});
