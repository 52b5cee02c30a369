import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Kept, statesToDrop, worth } from '../../../../src/features/cache/tensors/evict.ts';

const dayMs = 86_400_000;
const now = 100 * dayMs;
const link = (n: number) => n.toString(16).padStart(32, '0');

function state(given: Partial<Kept> & { readonly state_key: string }): Kept {
  return {
    ...{ engine: 'e', chain: link(1), bytes: 10, prefill_ms: 1_000, uses: 1, made_at: now - dayMs, last_used: now },
    ...given,
  };
}

test('PC603: worth is seconds saved, by how often, for each byte; it fades while a state is not used', () => {
  const usual = worth(state({ state_key: 'a' }), now);
  expect(worth(state({ state_key: 'a', prefill_ms: 3_000 }), now)).toBeCloseTo(3 * usual);
  expect(worth(state({ state_key: 'a', bytes: 20 }), now)).toBeCloseTo(usual / 2);
  expect(worth(state({ state_key: 'a', uses: 3 }), now)).toBeCloseTo(2 * usual);
  expect(worth(state({ state_key: 'a', last_used: now - 2 * dayMs }), now)).toBeCloseTo(usual / 2);
});

test('PC604: what is worth least goes first, but not the beginning of a longer one', () => {
  const root = state({ state_key: 'root', prefill_ms: 1 });
  const longer = state({ state_key: 'longer', chain: link(1) + link(2), prefill_ms: 5_000 });
  const other = state({ state_key: 'other', chain: link(9), prefill_ms: 9_000 });
  const keys = (most: number, spared = '') =>
    statesToDrop([root, longer, other], most, { now, spared }).map(({ state_key }) => state_key);
  expect(keys(30)).toEqual([]);
  expect(keys(29)).toEqual(['longer']);
  expect(keys(19)).toEqual(['longer', 'root']);
  expect(keys(0)).toEqual(['longer', 'root', 'other']);
  expect(keys(20, 'longer')).toEqual(['other']);
  expect(keys(10, 'longer')).toEqual(['other', 'root']);
});

test('PC605: whatever is kept, afterwards it fits, the new one stays, and ends of chains went before what they end', () => {
  const one = fc.record({
    path: fc.array(fc.nat(2), { minLength: 1, maxLength: 4 }),
    engine: fc.constantFrom('e', 'f'),
    bytes: fc.integer({ min: 1, max: 50 }),
    prefill_ms: fc.nat(9_000),
    uses: fc.nat(5),
    idle: fc.nat(7 * dayMs),
  });
  const made = fc.array(one, { minLength: 1, maxLength: 25 }).map((all) => {
    const states = all.map(({ path, engine, idle, ...rest }) => {
      // a link stands for all before it
      const chain = path.map((_, at) => link(Number(`1${path.slice(0, at + 1).join('')}`))).join('');
      return state({ ...rest, engine, chain, state_key: `${engine}${path.join('')}`, last_used: now - idle });
    });
    return [...new Map(states.map((each) => [each.state_key, each])).values()];
  });
  const property = fc.property(made, fc.nat(400), (states, budget) => {
    const [first] = states;
    if (!first) return;
    const most = Math.max(budget, first.bytes);
    const dropped = statesToDrop(states, most, { now, spared: first.state_key });
    const left = states.filter((each) => !dropped.includes(each));
    expect(left.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(most);
    expect(left).toContain(first);
    expect(new Set(dropped).size).toBe(dropped.length);
    for (const [at, each] of dropped.entries()) {
      const still = [...left, ...dropped.slice(at + 1)];
      const isInner = ({ engine, chain }: Kept) =>
        [...still, each].some(
          (other) => other.engine === engine && other.chain !== chain && other.chain.startsWith(chain),
        );
      // the beginning of a longer one goes only where nothing else is left but the new one's own
      if (isInner(each)) expect(still.filter((other) => other !== first && !isInner(other))).toEqual([]);
      // nothing goes that need not
      const freed = dropped.slice(0, at).reduce((sum, { bytes }) => sum + bytes, 0);
      expect(states.reduce((sum, { bytes }) => sum + bytes, 0) - freed).toBeGreaterThan(most);
    }
  });
  fc.assert(property, { numRuns: 300 });
});
