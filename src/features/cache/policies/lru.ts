import { Cache } from './cache.ts';

/** What was not asked for longest leaves first; of what was asked for together, the deepest. */
export class Lru extends Cache {
  constructor(capacity: number) {
    super(capacity, { atLeast: 0, times: 0, most: 0 });
  }

  protected override choose(mayLeave: (slot: number) => boolean): number {
    return this.own.oldest(mayLeave);
  }
}
