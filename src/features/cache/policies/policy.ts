import { Auto } from './auto.ts';
import type { Eviction } from './eviction.ts';
import { Lru } from './lru.ts';
import type { Strategy } from './strategy.ts';
import { Value } from './value.ts';

const made = {
  lru: (capacity: number) => new Lru(capacity),
  value: (capacity: number) => new Value(capacity),
  auto: (capacity: number) => new Auto(capacity),
} satisfies Record<Strategy, (capacity: number) => Eviction>;

/** The policy of a name for a cache of this capacity, in the unit of the sizes of its blocks. */
export function evictionOf(strategy: Strategy, capacity: number): Eviction & { readonly bytes: number } {
  return made[strategy](capacity);
}
