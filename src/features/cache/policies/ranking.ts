import { longer, none } from './block-table.ts';
import type { Holding } from './holding.ts';
import type { Memory } from './memory.ts';

/** Less than any worth. */
const retired = -1;

/** So many runs are put in order again after each request; for more their order lasts for more requests. */
const orderedAtOnce = 8192;

/** The runs of a cache in the order in which they should leave, made anew when it is asked for after requests. */
export class Ranking {
  readonly #memory: Memory;
  readonly #cache: Holding;
  #worth = new Float32Array(64);
  /** A heap of runs, least worth first; what was taken from it stands in `#order`. */
  #heap = new Int32Array(64);
  #order = new Int32Array(64);
  #size = 0;
  #taken = 0;
  /** Those before are out of the question until the next request. */
  #from = 0;
  /** The request of the last question, and the one that was the last when the order was made. */
  #asked = 0;
  #request = 0;

  constructor(memory: Memory, cache: Holding) {
    this.#memory = memory;
    this.#cache = cache;
  }

  get bytes(): number {
    return this.#worth.byteLength + this.#heap.byteLength + this.#order.byteLength;
  }

  /**
   * The leaf of the run of least worth that may leave. What `mayLose` refuses once it refuses until the next request;
   * `mayLeave` may answer otherwise each time.
   */
  least(mayLeave: (slot: number) => boolean, mayLose: (slot: number) => boolean = () => true): number {
    const { requests, runs } = this.#memory;
    if (requests - this.#request > runs.count / orderedAtOnce) this.#rank();
    if (this.#asked !== requests) this.#from = 0;
    this.#asked = requests;
    const leaf = this.#first(mayLeave, mayLose);
    if (leaf !== none || this.#request === requests) return leaf;
    // what was asked for since then stands behind all others, and is not in the order yet
    this.#rank();
    return this.#first(mayLeave, mayLose);
  }

  #first(mayLeave: (slot: number) => boolean, mayLose: (slot: number) => boolean): number {
    for (let place = this.#from; ; place++) {
      const run = this.#at(place);
      if (run === none) return none;
      const leaf = this.#leafOf(run);
      const out = leaf === none || !this.#isWorth(run, leaf) || !mayLose(leaf);
      if (out && place === this.#from) this.#from += 1;
      if (!out && this.#cache.leavable(run) === leaf && mayLeave(leaf)) return leaf;
    }
  }

  /** A number that another run has got since then is not that run any more. */
  #leafOf(run: number): number {
    return (this.#memory.runs.request[run] ?? 0) < this.#request ? this.#cache.leafOf(run) : none;
  }

  /** A run that stands first because its leaf is retired stands there only as long as its leaf is. */
  #isWorth(run: number, leaf: number): boolean {
    return this.#worth[run] !== retired || this.#memory.isRetired(leaf);
  }

  #at(place: number): number {
    while (this.#taken <= place && this.#size > 0) this.#order[this.#taken++] = this.#pop();
    return place < this.#taken ? (this.#order[place] ?? none) : none;
  }

  #rank(): void {
    const { runs } = this.#memory;
    this.#request = this.#memory.requests;
    this.#size = 0;
    this.#taken = 0;
    this.#from = 0;
    if (this.#heap.length < runs.at.length) {
      this.#worth = longer(this.#worth, new Float32Array(runs.at.length));
      this.#heap = new Int32Array(runs.at.length);
      this.#order = new Int32Array(runs.at.length);
    }
    for (let run = runs.oldest; run !== none; run = runs.newer[run] ?? none) this.#add(run);
    for (let at = (this.#size >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  #add(run: number): void {
    const { runs, hazards, blocks } = this.#memory;
    const leaf = this.#cache.leafOf(run);
    if (leaf === none || this.#memory.isRunning(run)) return;
    const worth = hazards.worth(runs.gapClass[run] ?? 0, runs.newClass[run] ?? 0, runs.bin[run] ?? 0);
    this.#worth[run] = this.#memory.isRetired(leaf) ? retired : worth * (blocks.saving[leaf] ?? 1);
    this.#heap[this.#size++] = run;
  }

  #pop(): number {
    const top = this.#heap[0] ?? none;
    this.#size -= 1;
    this.#heap[0] = this.#heap[this.#size] ?? none;
    this.#sink(0);
    return top;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    let at = from;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= this.#size) return;
      if (child + 1 < this.#size && this.#before(heap[child + 1] ?? none, heap[child] ?? none)) child += 1;
      if (!this.#before(heap[child] ?? none, heap[at] ?? none)) return;
      [heap[at], heap[child]] = [heap[child] ?? none, heap[at] ?? none];
      at = child;
    }
  }

  /** Worth less; of equal worth, asked for earlier. */
  #before(a: number, b: number): boolean {
    const difference = (this.#worth[a] ?? 0) - (this.#worth[b] ?? 0);
    if (difference !== 0) return difference < 0;
    return (this.#memory.runs.request[a] ?? 0) < (this.#memory.runs.request[b] ?? 0);
  }
}
