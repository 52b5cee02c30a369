import { none } from './block-table.ts';
import type { Block, Eviction } from './eviction.ts';
import { type Changed, Holding } from './holding.ts';
import { Memory } from './memory.ts';

/** How many blocks are remembered that were asked for, whether they are still stored or not. */
export interface Remembering {
  readonly atLeast: number;
  /** Times as many as are stored. */
  readonly times: number;
  readonly most: number;
}

/** What every policy keeps: the blocks that are stored, and those it remembers. */
export abstract class Cache implements Eviction {
  protected readonly memory = new Memory();
  protected readonly own: Holding;
  readonly #remembering: Remembering;
  readonly #remembered: Holding;

  protected constructor(capacity: number, remembering: Remembering, changed?: Changed) {
    this.own = new Holding(this.memory, { number: 0, capacity, anyOrder: true, ...(changed && { changed }) });
    this.#remembered = new Holding(this.memory, { number: 1, capacity: Number.POSITIVE_INFINITY });
    this.#remembering = remembering;
  }

  request(chain: readonly Block[], at: number): void {
    this.memory.request(chain, at);
    this.#remembered.moved();
    for (const slot of this.memory.chain) this.#remembered.take(slot);
    this.asked(this.own.moved());
    this.#forget();
  }

  remind(chain: readonly Block[], at: number): void {
    this.memory.hazards.isLearning = false;
    this.request(chain, at);
    for (const { key } of chain) this.stored(key);
    this.memory.hazards.isLearning = true;
  }

  stored(key: number): void {
    const slot = this.memory.blocks.find(key);
    if (slot !== none) this.own.take(slot);
  }

  victim(mayLeave?: (key: number) => boolean): number | undefined {
    const { key } = this.memory.blocks;
    const slot = this.choose(mayLeave === undefined ? always : (leaf) => mayLeave(key[leaf] ?? none));
    return slot === none ? undefined : key[slot];
  }

  gone(key: number): void {
    const slot = this.memory.blocks.find(key);
    if (slot !== none) this.own.drop(slot);
  }

  retire(keys: readonly number[]): void {
    for (const key of keys) {
      const slot = this.memory.blocks.find(key);
      if (slot !== none) this.memory.retire(slot);
    }
  }

  resize(_capacity: number): void {}

  /** Bytes of all that is kept to choose. */
  get bytes(): number {
    return this.memory.bytes + this.own.bytes + this.#remembered.bytes;
  }

  /** After each request: what size of it was stored. */
  protected asked(_hit: number): void {}

  /** The slot of the leaf that should leave; `none` where none may. */
  protected abstract choose(mayLeave: (slot: number) => boolean): number;

  #forget(): void {
    const { atLeast, times, most } = this.#remembering;
    const count = Math.max(atLeast, Math.min(most, times * this.own.count));
    while (this.#remembered.count > count) {
      const slot = this.#remembered.oldest();
      if (slot === none) return;
      this.#remembered.drop(slot);
    }
  }
}

const always = () => true;
