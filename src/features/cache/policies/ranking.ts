import { longer, none } from './block-table.ts';
import type { Holding } from './holding.ts';
import type { Memory } from './memory.ts';

/** The runs of some caches in the order in which they should leave, made anew at the first question after a request. */
export class Ranking {
  readonly #memory: Memory;
  readonly #of: readonly Holding[];
  #worth = new Float64Array(64);
  /** A heap of runs, least worth first; what was taken from it stands in `#order`. */
  #heap = new Int32Array(64);
  #order = new Int32Array(64);
  #size = 0;
  #taken = 0;
  #request = 0;

  constructor(memory: Memory, of: readonly Holding[]) {
    this.#memory = memory;
    this.#of = of;
  }

  get bytes(): number {
    return this.#worth.byteLength + this.#heap.byteLength + this.#order.byteLength;
  }

  /** The leaf of the run of least worth that may leave this cache. */
  least(here: Holding, mayLeave: (slot: number) => boolean = () => true): number {
    if (this.#request !== this.#memory.requests) this.#rank();
    for (let place = 0; ; place++) {
      const run = this.#at(place);
      if (run === none) return none;
      const leaf = here.leavable(run);
      if (leaf === none || !mayLeave(leaf)) continue;
      if (this.#worth[run] === -1 && !this.#memory.isRetired(leaf)) continue;
      return leaf;
    }
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
    if (this.#heap.length < runs.at.length) {
      this.#worth = longer(this.#worth, new Float64Array(runs.at.length));
      this.#heap = new Int32Array(runs.at.length);
      this.#order = new Int32Array(runs.at.length);
    }
    for (let run = runs.oldest; run !== none; run = runs.newer[run] ?? none) this.#add(run);
    for (let at = (this.#size >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  #add(run: number): void {
    const { runs, hazards } = this.#memory;
    const leaf = this.#of.map((cache) => cache.leafOf(run)).find((slot) => slot !== none);
    if (leaf === undefined || this.#memory.isRunning(run)) return;
    const worth = hazards.worth(runs.gapClass[run] ?? 0, runs.newClass[run] ?? 0, runs.bin[run] ?? 0);
    this.#worth[run] = this.#memory.isRetired(leaf) ? -1 : worth;
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
