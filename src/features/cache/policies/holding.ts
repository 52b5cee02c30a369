import { longer, none } from './block-table.ts';
import type { Memory } from './memory.ts';

export interface HoldingOptions {
  /** Tells the caches of one memory apart, from 0 to 4. */
  readonly number: number;
  readonly capacity: number;
  /** Leaves are taken from it in another order than that of the last request. */
  readonly anyOrder?: boolean;
  /** Called after a block was taken or dropped. */
  readonly changed?: Changed;
}

export type Changed = (slot: number, taken: boolean) => void;

/** One cache, real or only counted: which blocks it holds. It holds the parent of all it holds; what leaves is a leaf. */
export class Holding {
  capacity: number;
  used = 0;
  /** Blocks. */
  count = 0;
  readonly #bit: number;
  readonly #memory: Memory;
  readonly #changed: Changed;
  /** Per run its deepest block here; of another run by now where none is left. */
  #leaf = new Int32Array(64).fill(none);
  /** Per block how many of its children are here; in the order of the last request no child outlives its parent. */
  #kids: Int32Array | undefined;
  /** Nothing older than this run is here. */
  #from = none;

  constructor(memory: Memory, { number, capacity, anyOrder = false, changed = ignore }: HoldingOptions) {
    this.#memory = memory;
    this.#bit = 1 << number;
    this.capacity = capacity;
    this.#changed = changed;
    this.#kids = anyOrder ? new Int32Array(64) : undefined;
    memory.runs.watch({
      runAdded: (run, room) => {
        if (this.#leaf.length < room) this.#leaf = longer(this.#leaf, new Int32Array(room));
        this.#leaf[run] = none;
      },
      runGoes: (run) => {
        if (this.#from === run) this.#from = memory.runs.newer[run] ?? none;
      },
    });
  }

  get bytes(): number {
    return this.#leaf.byteLength + (this.#kids?.byteLength ?? 0);
  }

  holds(slot: number): boolean {
    return ((this.#memory.blocks.holders[slot] ?? 0) & this.#bit) !== 0;
  }

  /** After a request: what it asked for stands in other runs now. Gives the size of the prefix that is here. */
  moved(): number {
    const { chain, blocks } = this.#memory;
    let hit = 0;
    for (const slot of chain) {
      if (!this.holds(slot)) break;
      hit += blocks.size[slot] ?? 0;
      this.#leaf[blocks.run[slot] ?? none] = slot;
    }
    return hit;
  }

  take(slot: number): void {
    const { blocks } = this.#memory;
    if (this.holds(slot)) return;
    blocks.holders[slot] = (blocks.holders[slot] ?? 0) | this.#bit;
    this.used += blocks.size[slot] ?? 0;
    this.count += 1;
    this.#child(blocks.parent[slot] ?? none, 1);
    const run = blocks.run[slot] ?? none;
    const leaf = this.leafOf(run);
    if (leaf === none || (blocks.depth[leaf] ?? 0) < (blocks.depth[slot] ?? 0)) this.#leaf[run] = slot;
    this.#changed(slot, true);
  }

  drop(slot: number): void {
    const { blocks } = this.#memory;
    if (!this.holds(slot)) return;
    if ((this.#kids?.[slot] ?? 0) > 0) throw new Error('a block left before its children');
    blocks.holders[slot] = (blocks.holders[slot] ?? 0) & ~this.#bit;
    this.used -= blocks.size[slot] ?? 0;
    this.count -= 1;
    const parent = blocks.parent[slot] ?? none;
    this.#child(parent, -1);
    const run = blocks.run[slot] ?? none;
    if (this.#leaf[run] === slot) this.#leaf[run] = blocks.run[parent] === run ? parent : none;
    this.#changed(slot, false);
    this.#memory.release(slot);
  }

  /** The deepest block of a run that is here. */
  leafOf(run: number): number {
    const leaf = this.#leaf[run] ?? none;
    return leaf !== none && this.#memory.blocks.run[leaf] === run && this.holds(leaf) ? leaf : none;
  }

  /** The block of a run that may leave: its deepest, where nothing stands on it, and the running request does not need it. */
  leavable(run: number): number {
    const leaf = this.leafOf(run);
    return leaf === none || (this.#kids?.[leaf] ?? 0) > 0 || this.#memory.isRunning(run) ? none : leaf;
  }

  /** The leaf that was not asked for longest, the deeper of those that were asked for together. */
  oldest(mayLeave: (slot: number) => boolean = always): number {
    const { runs } = this.#memory;
    let run = this.#from === none ? runs.oldest : this.#from;
    for (; run !== none && this.leafOf(run) === none && !this.#memory.isRunning(run); run = runs.newer[run] ?? none) {
      // nothing of it is here any more
    }
    this.#from = run;
    for (; run !== none; run = runs.newer[run] ?? none) {
      const leaf = this.leavable(run);
      if (leaf !== none && mayLeave(leaf)) return leaf;
    }
    return none;
  }

  #child(parent: number, by: number): void {
    if (parent === none || this.#kids === undefined) return;
    const { length } = this.#memory.blocks.key;
    if (this.#kids.length < length) this.#kids = longer(this.#kids, new Int32Array(length));
    this.#kids[parent] = (this.#kids[parent] ?? 0) + by;
  }
}

const always = () => true;
const ignore = () => undefined;
