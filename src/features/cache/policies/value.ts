import { none } from './block-table.ts';
import { Cache, type Remembering } from './cache.ts';
import { Ranking } from './ranking.ts';

export const remembering: Remembering = { atLeast: 1 << 15, times: 3, most: 1 << 16 };

/** What saves the fewest tokens for its room in the time it is kept leaves first: how often it is asked for is learned meanwhile. */
export class Value extends Cache {
  readonly #ranking = new Ranking(this.memory, this.own);

  constructor(capacity: number, remember: Remembering = remembering) {
    super(capacity, remember);
  }

  override get bytes(): number {
    return super.bytes + this.#ranking.bytes;
  }

  protected override choose(mayLeave: (slot: number) => boolean): number {
    const slot = this.#ranking.least(mayLeave);
    return slot === none ? this.own.oldest(mayLeave) : slot;
  }
}
