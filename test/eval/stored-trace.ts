// A trace of block numbers through the real index: what is asked for is looked up, written and evicted as the daemon does it.
import { expect } from 'vitest';
import type { Trace } from '../../scripts/eval/prefix/trace.ts';
import { addLinks, longestPrefix } from '../../src/features/cache/blocks.ts';
import { type Link, linkAfter, startOf } from '../../src/features/cache/chain.ts';
import { evictionOf as evictionFrom, evictSlice } from '../../src/features/cache/evict.ts';
import { blockKey, type Eviction } from '../../src/features/cache/policies/eviction.ts';
import { evictionOf } from '../../src/features/cache/policies/policy.ts';
import type { Strategy } from '../../src/features/cache/policies/strategy.ts';
import { packedLink, rowBytes } from '../../src/features/cache/segments.ts';
import { tellAsked, tellKept } from '../../src/features/cache/told-policy.ts';
import { Touches } from '../../src/features/cache/touches.ts';
import type { Write } from '../../src/store/record-type.ts';
import { atOnce } from '../../src/store/steps.ts';
import { cacheStore, faults } from '../features/cache/world.ts';

const floors = { system: 0.4, template: 0.3, documentation: 0.2, dynamic: 0.1 };
/** Every block is a segment of as many bytes. */
const digits = 8;
const size = rowBytes + digits;

export class StoredTrace {
  readonly #world = cacheStore();
  readonly #links = new Map<number, Link>();
  readonly #touches = new Touches();
  readonly #begun = this.#world.clock.now;
  readonly #trace: Trace;
  readonly #capacity: number;
  readonly #strategy: Strategy;
  #policy: Eviction | undefined;

  constructor(trace: Trace, capacity: number, strategy: Strategy) {
    this.#trace = trace;
    this.#capacity = capacity;
    this.#strategy = strategy;
    this.restart();
  }

  /** Forgets what was learnt and takes what the index knows; `lru` needs nothing else. */
  restart(): void {
    this.#policy = this.#strategy === 'lru' ? undefined : evictionOf(this.#strategy, this.#capacity * size);
    if (this.#policy) atOnce(tellKept(this.#world.store.read, this.#policy));
  }

  /** Serves some requests; gives how many blocks were there. */
  async serve(from: number, to: number): Promise<number> {
    const { store } = this.#world;
    // many commits would cost more than all the rest
    const hits = await store.write((tx) => {
      let sum = 0;
      for (let i = from; i < to; i++) sum += this.#request(tx, i);
      return sum;
    });
    expect(faults(store)).toEqual([]);
    return hits;
  }

  #request(tx: Write, i: number): number {
    const { references, from, at } = this.#trace;
    const { clock } = this.#world;
    const links = this.#chain(references.subarray(from[i], from[i + 1]));
    clock.now = this.#begun + 1000 * (at[i] ?? 0);
    const known = longestPrefix(tx, links);
    this.#touches.touch(links[known - 1]?.h, clock.now);
    this.#touches.take()(tx);
    const packed = new Map(links.slice(known).map((link, n) => [known + n, packedLink(link, true)]));
    expect(addLinks(tx, { links, packed, most: links.length })).toBe(links.length);
    const chain = links.map(({ h }) => ({ key: blockKey(h), size }));
    if (this.#policy) tellAsked(this.#policy, chain, clock.now);
    const room = { bytes: this.#capacity * size, blocks: 1e9, floors, held: new Set<number>() };
    const eviction = evictionFrom(tx);
    while (evictSlice(tx, eviction, { ...room, policy: this.#policy }, () => false) === 'more');
    expect(eviction.bytes).toBeLessThanOrEqual(room.bytes);
    if (this.#policy) expect(eviction.unchosen).toBe(0);
    return known;
  }

  /** A number stands for a block and all before it. */
  #chain(blocks: Int32Array): readonly Link[] {
    let before = startOf({});
    return Array.from(blocks, (block) => {
      const about = { slot: `doc:${block}`, kind: 'dynamic', place: 'system', tokens: 1, change: 0 } as const;
      const text = `${block}`.padStart(digits - 1, '0');
      const link = this.#links.get(block) ?? linkAfter(before, { ...about, text: `${text}\n` });
      this.#links.set(block, link);
      before = link.h;
      return link;
    });
  }
}
