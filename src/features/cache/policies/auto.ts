import { Account } from './account.ts';
import { none } from './block-table.ts';
import { Cache, type Remembering } from './cache.ts';
import { serve } from './ghost.ts';
import { Holding } from './holding.ts';
import { Ranking } from './ranking.ts';
import { remembering } from './value.ts';

/**
 * Chooses as `value` does, as long as that may not cost more than a hundredth against `lru`, whatever is asked for. A counted
 * `lru` runs beside it. At risk is what that holds and this cache does not: each such block can be missed once, then it is
 * stored. A leaf that `lru` does not hold either is free to leave; where the cache is full there is always one.
 */
export class Auto extends Cache {
  readonly #ranking = new Ranking(this.memory, this.own);
  readonly #account: Account;
  readonly #lru: Holding;
  /** Size of what `lru` holds and this cache does not. */
  #risk = 0;
  /** The part of it that the running request is about to store. */
  #coming = 0;

  constructor(capacity: number, remember: Remembering = remembering) {
    super(capacity, remember, (slot, taken) => {
      if (this.#lru.holds(slot)) this.#risked(slot, !taken);
    });
    this.#account = new Account(capacity);
    const changed = (slot: number, taken: boolean) => {
      if (!this.own.holds(slot)) this.#risked(slot, taken);
    };
    this.#lru = new Holding(this.memory, { number: 2, capacity, changed });
  }

  override get bytes(): number {
    return super.bytes + this.#ranking.bytes + this.#lru.bytes;
  }

  override resize(capacity: number): void {
    this.#lru.capacity = capacity;
    this.#account.most = capacity;
  }

  protected override asked(hit: number): void {
    const { chain, blocks } = this.memory;
    const cautious = serve(this.memory, this.#lru, () => this.#lru.oldest());
    this.#coming = 0;
    let asked = 0;
    for (const slot of chain) {
      const size = blocks.size[slot] ?? 0;
      asked += size;
      if (this.#lru.holds(slot) && !this.own.holds(slot)) this.#coming += size;
    }
    this.#account.request(asked, hit - cautious);
  }

  protected override choose(mayLeave: (slot: number) => boolean): number {
    const slot = this.#ranking.least(mayLeave, (leaf) => this.#mayLose(leaf));
    return slot === none ? this.own.oldest(mayLeave) : slot;
  }

  #mayLose(slot: number): boolean {
    if (!this.#lru.holds(slot)) return true;
    return this.#account.allows(this.#risk - this.#coming + (this.memory.blocks.size[slot] ?? 0));
  }

  #risked(slot: number, more: boolean): void {
    const size = this.memory.blocks.size[slot] ?? 0;
    this.#risk += more ? size : -size;
    if (!more && this.memory.isRunning(this.memory.blocks.run[slot] ?? none)) this.#coming -= size;
  }
}
