import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Flat, promptsOf } from '../../scripts/eval/cache/trace.ts';
import type { CacheRules } from '../../src/features/cache/audit/rules.ts';
import { simulate } from '../../src/features/cache/audit/simulate.ts';

const lifeSeconds = 100;
const rules: CacheRules = {
  ...{ provider: 'trace', mode: 'automatic', lookback: null, maxBreakpoints: null, stepTokens: 1 },
  ...{ minTokens: { default: null }, lifetimes: { usual: lifeSeconds * 1000 }, lifetime: 'usual' },
  ...{ write: {}, read: { default: 0.1 } },
};

/** Tokens each request reads, every block looked up by itself: the same block stands only where the same was before it. */
function blockByBlock(requests: readonly Flat[]): readonly number[] {
  const seen = new Map<string, number>();
  return requests.map(({ t, rle }) => {
    const blocks = rle.flatMap((start, n) =>
      n % 2 === 0 ? Array.from({ length: rle[n + 1] ?? 0 }, (_, k) => start + k) : [],
    );
    let read = 0;
    let isHit = true;
    let path = '';
    for (const block of blocks) {
      path += `/${block}`;
      isHit &&= t - (seen.get(path) ?? Number.NEGATIVE_INFINITY) <= lifeSeconds;
      if (isHit) read += 64;
      seen.set(path, t);
    }
    return read;
  });
}

function runsOf(blocks: readonly number[]): readonly number[] {
  const runs: number[] = [];
  blocks.forEach((block, n) => {
    const length = runs.pop();
    if (length !== undefined && blocks[n - 1] === block - 1) runs.push(length + 1);
    else runs.push(...(length === undefined ? [] : [length]), block, 1);
  });
  return runs;
}

/** A session that grows, is cut back, goes on another way, and returns to what it was. */
const session = fc
  .array(
    fc.record({
      pause: fc.integer({ min: 1, max: 150 }),
      keep: fc.integer({ min: 0, max: 12 }),
      from: fc.integer({ min: 0, max: 3 }),
      add: fc.integer({ min: 1, max: 9 }),
    }),
    { minLength: 1, maxLength: 25 },
  )
  .map((steps) => {
    let t = 0;
    let kept: readonly number[] = [];
    return steps.map(({ pause, keep, from, add }): Flat => {
      t += pause;
      kept = [...kept.slice(0, keep), ...Array.from({ length: add }, (_, n) => 1000 * from + keep + n)];
      return { t, model: 'm', in: 64 * kept.length + 7, rle: runsOf(kept), head: 2 };
    });
  });

test('PC331: a trace comes to what a replay block by block gives, whatever its sessions do', () => {
  fc.assert(
    fc.property(session, (requests) => {
      const served = simulate(promptsOf(requests), () => rules);
      expect(served.map(({ read }) => read)).toEqual(blockByBlock(requests));
      expect(served.map(({ read, uncached }) => read + uncached)).toEqual(requests.map((each) => each.in));
    }),
    { numRuns: 300 },
  );
});
