import { none } from './block-table.ts';
import type { Holding } from './holding.ts';
import type { Memory } from './memory.ts';

/** Lets a counted cache serve the last request: what it does not hold it takes, as far as there is room, leaf by leaf out. */
export function serve(memory: Memory, ghost: Holding, victim: () => number): number {
  const hit = ghost.moved();
  let own = 0;
  for (const slot of memory.chain) {
    own += memory.blocks.size[slot] ?? 0;
    if (own > ghost.capacity) break;
    if (!ghost.holds(slot)) ghost.take(slot);
  }
  trim(ghost, victim);
  return hit;
}

/** Where it has become much smaller, the rest goes with the next requests. */
const trimmedAtOnce = 16_384;

/** Lets leaves go until what is held fits. */
function trim(ghost: Holding, victim: () => number): void {
  for (let gone = 0; ghost.used > ghost.capacity && gone < trimmedAtOnce; gone++) {
    const slot = victim();
    if (slot === none) return;
    ghost.drop(slot);
  }
}
