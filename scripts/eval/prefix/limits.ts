// What the policies are measured against: the cache that knows the future, and first in, first out.
import { Heap } from './heap.ts';
import { answered, never, type Trace } from './trace.ts';

/**
 * The part of the references that the best cache answers: whose next use is farthest leaves, and what would leave at once is
 * not stored. A parent is never needed later than its child and ties go to the deeper block, so prefixes stay whole.
 */
export function belady(trace: Trace, capacity: number): number {
  const cache = new Best(trace, capacity);
  return answered(trace, (i) => cache.request(i));
}

class Best {
  readonly #trace: Trace;
  readonly #capacity: number;
  /** Farthest first. */
  readonly #heap = new Heap();
  /** When a stored block is needed again; 0 where it is not stored. */
  readonly #needed: Float64Array;
  #size = 0;

  constructor(trace: Trace, capacity: number) {
    this.#trace = trace;
    this.#capacity = capacity;
    this.#needed = new Float64Array(trace.unique);
  }

  request(i: number): number {
    const { references, from, next, depth } = this.#trace;
    let there = true;
    let hits = 0;
    for (let j = from[i] ?? 0; j < (from[i + 1] ?? 0); j++) {
      const block = references[j] ?? 0;
      there &&= (this.#needed[block] ?? 0) > 0;
      if (there) hits += 1;
      const again = next[j] ?? never;
      // a depth is far below a million, so it decides between equal requests only
      const needed = again === never ? 0 : again + 1 + (depth[block] ?? 0) * 1e-6;
      if (there) this.#renew(block, needed);
      else if (needed > 0) this.#offer(block, needed);
    }
    return hits;
  }

  #renew(block: number, needed: number): void {
    this.#needed[block] = needed;
    if (needed === 0) this.#size -= 1;
    else this.#heap.push(-needed, block);
  }

  #offer(block: number, needed: number): void {
    if (this.#size >= this.#capacity) {
      const farthest = this.#farthest();
      if (farthest < 0 || (this.#needed[farthest] ?? 0) <= needed) return;
      this.#needed[farthest] = 0;
      this.#size -= 1;
    }
    this.#needed[block] = needed;
    this.#size += 1;
    this.#heap.push(-needed, block);
  }

  /** The stored block that is needed last; entries of before it was used again are thrown away. */
  #farthest(): number {
    for (;;) {
      const top = this.#heap.top();
      if (top === undefined) return -1;
      if (this.#needed[top.value] === -top.key) return top.value;
      this.#heap.pop();
    }
  }
}

/** The part that a cache answers whose blocks leave in the order they came, whatever was asked for since, leaf or not. */
export function fifo(trace: Trace, capacity: number): number {
  const stored = new Set<number>();
  return answered(trace, (i) => {
    const chain = trace.references.subarray(trace.from[i], trace.from[i + 1]);
    const missing = chain.findIndex((block) => !stored.has(block));
    if (missing >= 0) storeLeafFirst(stored, chain, capacity);
    return missing < 0 ? chain.length : missing;
  });
}

function storeLeafFirst(stored: Set<number>, chain: Int32Array, capacity: number): void {
  const running = new Set(chain);
  const fresh = chain.filter((block) => !stored.has(block));
  const room = capacity - (chain.length - fresh.length);
  for (const block of fresh.subarray(0, room).reverse()) {
    if (stored.size >= capacity) stored.delete(first(stored, running));
    stored.add(block);
  }
}

function first(stored: ReadonlySet<number>, running: ReadonlySet<number>): number {
  for (const block of stored) if (!running.has(block)) return block;
  throw new Error('every block is of the running request');
}
