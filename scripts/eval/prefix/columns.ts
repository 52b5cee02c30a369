// One column of the table: all policies and their limits on one trace with one size of the cache.
import { evictionOf } from '../../../src/features/cache/policies/policy.ts';
import { type Strategy, strategies } from '../../../src/features/cache/policies/strategy.ts';
import { belady, fifo } from './limits.ts';
import { simulate } from './simulate.ts';
import type { Trace } from './trace.ts';

export const rows = ['fifo', ...strategies] as const;

export interface Column {
  readonly trace: string;
  readonly capacity: number;
  /** Percent of the block references that each policy answers. */
  readonly answered: Readonly<Record<'fifo' | Strategy, number>>;
  readonly belady: number;
  readonly ceiling: number;
}

/** Measures one column. */
export function measure(trace: Trace, capacity: number): Column {
  const by = (strategy: Strategy) => 100 * simulate(trace, capacity, evictionOf(strategy, capacity));
  return {
    trace: trace.name,
    capacity,
    answered: { fifo: 100 * fifo(trace, capacity), lru: by('lru'), value: by('value'), auto: by('auto') },
    belady: 100 * belady(trace, capacity),
    ceiling: 100 * trace.ceiling,
  };
}

/** What percentage of the way from `lru` to the best that is possible a policy goes. */
export function closed({ answered, belady: best }: Column, strategy: Strategy): number {
  return (100 * (answered[strategy] - answered.lru)) / (best - answered.lru);
}
