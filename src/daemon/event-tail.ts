import { type Change, changesAfter, lastChange } from '../store/changes.ts';
import type { Read } from '../store/record-type.ts';

interface Tail {
  /** What came after this record is held. */
  from: number;
  /** Read up to here. */
  read: number;
  /** The newest record there is. */
  last: number;
  changes: Change[];
}

const mostHeld = 1_000;

/** The newest changes of each database, read once per commit however many listen; older ones come from the log. */
export class EventTail {
  readonly #read: (key: string) => Read;
  readonly #tails = new Map<string, Tail>();

  constructor(read: (key: string) => Read) {
    this.#read = read;
  }

  /** Something was committed. A database that went back, as a copy of it was put in its place, is begun anew. */
  committed(key: string, last: number): void {
    const tail = this.#tails.get(key);
    if (!tail) return;
    if (last <= tail.last) this.#tails.delete(key);
    else tail.last = last;
  }

  /** Nobody listens any more: nothing is held. */
  clear(): void {
    this.#tails.clear();
  }

  /** Number of the newest record of a database. */
  last(key: string): number {
    return this.#tail(key).last;
  }

  /** The changes after a record, in the order of their commits: at most `limit`. */
  after(key: string, n: number, limit: number): readonly Change[] {
    const tail = this.#tail(key);
    if (n < tail.from) return changesAfter(this.#read(key), n, limit);
    this.#grow(key, tail);
    if (n < tail.from) return changesAfter(this.#read(key), n, limit);
    const begins = firstAfter(tail.changes, n);
    return tail.changes.slice(begins, begins + limit);
  }

  #tail(key: string): Tail {
    const known = this.#tails.get(key);
    if (known) return known;
    const last = lastChange(this.#read(key));
    const tail = { from: last, read: last, last, changes: [] };
    this.#tails.set(key, tail);
    return tail;
  }

  #grow(key: string, tail: Tail): void {
    while (tail.read < tail.last) {
      const found = changesAfter(this.#read(key), tail.read, mostHeld);
      tail.changes = [...tail.changes, ...found];
      // erased records have no change: whatever comes less than asked reaches to the end
      tail.read = found.length < mostHeld ? tail.last : (found.at(-1)?.n ?? tail.last);
      if (tail.changes.length <= mostHeld) continue;
      const gone = tail.changes.splice(0, tail.changes.length - mostHeld);
      tail.from = gone.at(-1)?.n ?? tail.from;
    }
  }
}

/** Place of the first change behind a record. */
function firstAfter(changes: readonly Change[], n: number): number {
  let [low, high] = [0, changes.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((changes[middle]?.n ?? 0) <= n) low = middle + 1;
    else high = middle;
  }
  return low;
}
