// The strategies where they matter: what leaves the real index is what they choose in the simulator.
import { expect, test } from 'vitest';
import { conversations } from '../../scripts/eval/prefix/conversations.ts';
import { simulate } from '../../scripts/eval/prefix/simulate.ts';
import { packed } from '../../scripts/eval/prefix/trace.ts';
import { evictionOf } from '../../src/features/cache/policies/policy.ts';
import { strategies } from '../../src/features/cache/policies/strategy.ts';
import { StoredTrace } from './stored-trace.ts';

const rounds = 200;
const requests = 2 * rounds;
const capacity = 300;
/** Conversations that come again, and after each of their requests a prompt of twenty blocks that never does. */
const trace = packed(
  'made',
  conversations({ requests: rounds, open: 12, longest: 40 }).flatMap((each, i) => [
    each,
    { at: each.at + 1, blocks: Array.from({ length: 20 }, (_, n) => 10_000 + 20 * i + n) },
  ]),
);
const share = (hits: number) => (100 * hits) / trace.references.length;

test('PC700: each strategy answers from the real index what it answers in the simulator, where the learned ones are ahead', async () => {
  const answered: Record<string, number> = {};
  for (const strategy of strategies) {
    const hits = await new StoredTrace(trace, capacity, strategy).serve(0, requests);
    answered[strategy] = share(hits);
    const simulated = 100 * simulate(trace, capacity, evictionOf(strategy, capacity));
    expect(share(hits), strategy).toBeCloseTo(simulated, 6);
  }
  for (const strategy of ['value', 'auto']) {
    expect(answered[strategy], strategy).toBeGreaterThan((answered['lru'] ?? 100) + 3);
  }
}, 60_000);

test('PC701: a policy that begins anew in the middle goes on from what the index knows, and stays beside lru', async () => {
  const half = requests / 2;
  const after = async (strategy: (typeof strategies)[number], isCut: boolean) => {
    const stored = new StoredTrace(trace, capacity, strategy);
    await stored.serve(0, half);
    if (isCut) stored.restart();
    return share(await stored.serve(half, requests));
  };
  const lru = await after('lru', true);
  expect(lru).toBe(await after('lru', false));
  for (const strategy of ['value', 'auto'] as const) {
    expect(await after(strategy, true), strategy).toBeGreaterThan(lru - 0.3);
  }
}, 60_000);
