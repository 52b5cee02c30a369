// A cache of equal blocks under a trace. A request is answered by its longest prefix whose blocks are all there; afterwards
// all its blocks are stored, of a request that is longer than the cache its first ones. Blocks of the running request stay.
import type { Block, Eviction } from '../../../src/features/cache/policies/eviction.ts';
import { answered, type Trace } from './trace.ts';

/** The part of the block references that is answered from the cache. */
export function simulate(trace: Trace, capacity: number, policy: Eviction): number {
  const cache = new Simulated(trace, capacity, policy);
  return answered(trace, (i) => cache.request(i));
}

class Simulated {
  readonly #trace: Trace;
  readonly #capacity: number;
  readonly #policy: Eviction;
  readonly #blocks: readonly Block[];
  readonly #stored: Uint8Array;
  /** The request a block was last asked for by. */
  readonly #last: Int32Array;
  /** Children that are stored: what leaves has none. */
  readonly #kids: Int32Array;
  readonly #parent: Int32Array;
  #size = 0;

  constructor(trace: Trace, capacity: number, policy: Eviction) {
    this.#trace = trace;
    this.#capacity = capacity;
    this.#policy = policy;
    this.#blocks = Array.from({ length: trace.unique }, (_, key) => ({ key, size: 1 }));
    this.#stored = new Uint8Array(trace.unique);
    this.#last = new Int32Array(trace.unique).fill(-1);
    this.#kids = new Int32Array(trace.unique);
    this.#parent = new Int32Array(trace.unique).fill(-1);
  }

  /** Serves a request; gives how many of its blocks were there. */
  request(i: number): number {
    const { references, from, at } = this.#trace;
    const chain = references.subarray(from[i], from[i + 1]);
    let hits = 0;
    while (hits < chain.length && this.#stored[chain[hits] ?? 0] === 1) hits += 1;
    for (const [j, block] of chain.entries()) {
      this.#last[block] = i;
      this.#parent[block] = j === 0 ? -1 : (chain[j - 1] ?? -1);
    }
    this.#policy.request(
      Array.from(chain, (block) => this.#blocks[block] ?? { key: block, size: 1 }),
      (at[i] ?? 0) * 1000,
    );
    for (const block of chain.subarray(hits, this.#capacity)) this.#store(block, i);
    return hits;
  }

  #store(block: number, request: number): void {
    if (this.#size >= this.#capacity) this.#evict(request);
    this.#stored[block] = 1;
    this.#size += 1;
    const parent = this.#parent[block] ?? -1;
    if (parent >= 0) this.#kids[parent] = (this.#kids[parent] ?? 0) + 1;
    this.#policy.stored(block);
  }

  #evict(request: number): void {
    const victim = this.#policy.victim();
    if (victim === undefined || this.#stored[victim] !== 1) throw new Error(`${victim} is not stored`);
    if (this.#last[victim] === request) throw new Error(`${victim} is of the running request`);
    if (this.#kids[victim] !== 0) throw new Error(`${victim} is no leaf`);
    this.#stored[victim] = 0;
    this.#size -= 1;
    const parent = this.#parent[victim] ?? -1;
    if (parent >= 0) this.#kids[parent] = (this.#kids[parent] ?? 0) - 1;
    this.#policy.gone(victim);
  }
}
