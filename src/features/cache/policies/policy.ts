import { Auto } from './auto.ts';
import type { Eviction } from './eviction.ts';
import { Lru } from './lru.ts';
import { Value } from './value.ts';

/** The names that `cache_strategy` knows. */
export const strategies = ['lru', 'value', 'auto'] as const;
export type Strategy = (typeof strategies)[number];

const made = {
  lru: (capacity: number) => new Lru(capacity),
  value: (capacity: number) => new Value(capacity),
  auto: (capacity: number) => new Auto(capacity),
} satisfies Record<Strategy, (capacity: number) => Eviction>;

/** The policy of a name for a cache of this capacity, in the unit of the sizes of its blocks. */
export function evictionOf(strategy: Strategy, capacity: number): Eviction & { readonly bytes: number } {
  return made[strategy](capacity);
}
