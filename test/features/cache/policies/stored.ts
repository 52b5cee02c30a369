// A cache that does what a policy says, and checks that what leaves may leave.
import { expect } from 'vitest';
import type { Block, Eviction } from '../../../../src/features/cache/policies/eviction.ts';

export class Stored {
  readonly policy: Eviction;
  readonly capacity: number;
  readonly parent = new Map<number, number | undefined>();
  readonly blocks = new Map<number, Block>();
  used = 0;
  /** What was not stored because nothing might leave. */
  skipped = 0;
  #running = new Set<number>();
  readonly #kids = new Map<number, number>();
  readonly #mayLeave: ((key: number) => boolean) | undefined;

  constructor(policy: Eviction, capacity: number, mayLeave?: (key: number) => boolean) {
    this.policy = policy;
    this.capacity = capacity;
    this.#mayLeave = mayLeave;
  }

  /** Serves a request; gives the size of its prefix that was stored. */
  request(chain: readonly Block[], at: number): number {
    const missing = chain.findIndex(({ key }) => !this.blocks.has(key));
    const hit = missing < 0 ? chain : chain.slice(0, missing);
    this.#running = new Set(chain.map(({ key }) => key));
    this.policy.request(chain, at);
    for (const [i, block] of chain.entries()) {
      if (this.blocks.has(block.key)) continue;
      if (!this.#room(block.size)) break;
      this.parent.set(block.key, chain[i - 1]?.key);
      this.#count(chain[i - 1]?.key, 1);
      this.blocks.set(block.key, block);
      this.used += block.size;
      this.policy.stored(block.key);
    }
    return hit.reduce((sum, { size }) => sum + size, 0);
  }

  #room(size: number): boolean {
    while (this.used + size > this.capacity) {
      const victim = this.policy.victim(this.#mayLeave);
      if (victim === undefined) {
        this.skipped += 1;
        return false;
      }
      this.evict(victim);
    }
    return true;
  }

  #count(parent: number | undefined, by: number): void {
    if (parent !== undefined) this.#kids.set(parent, (this.#kids.get(parent) ?? 0) + by);
  }

  /** Lets a block go, as a policy or anybody else says. */
  evict(victim: number): void {
    const wrong = {
      absent: !this.blocks.has(victim),
      running: this.#running.has(victim),
      parent: (this.#kids.get(victim) ?? 0) > 0,
      forbidden: this.#mayLeave?.(victim) === false,
    };
    if (Object.values(wrong).includes(true)) expect({ victim, ...wrong }).toEqual({ victim });
    this.#count(this.parent.get(victim), -1);
    this.used -= this.blocks.get(victim)?.size ?? 0;
    this.blocks.delete(victim);
    this.parent.delete(victim);
    this.policy.gone(victim);
  }
}

/** Blocks of size 1. */
export function chainOf(...keys: number[]): readonly Block[] {
  return keys.map((key) => ({ key, size: 1 }));
}
