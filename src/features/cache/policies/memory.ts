import { BlockTable, none } from './block-table.ts';
import type { Block } from './eviction.ts';
import { gapClass, Hazards, newClass, type Stand, stands } from './hazards.ts';
import { Runs } from './runs.ts';

// bits of a block; those below are of the caches that hold it
// a later request went on from here: once is how a conversation grows, where its last, unfinished block is replaced
const continued = 0x20;
const shared = 0x40; // several went on from here or from below
const retired = 0x80;
const held = 0x1f;

/** How much of the pauses before is in a smoothed pause. */
const smoothing = 0.5;

interface Place {
  readonly gap: number;
  readonly pause: number;
  readonly fresh: number;
}

/** What the caches of one policy know together: which blocks there are, in which runs, how often such runs are asked for. */
export class Memory {
  readonly blocks = new BlockTable();
  readonly runs = new Runs();
  readonly hazards = new Hazards();
  /** Slots of the last request, root to leaf. */
  chain: Int32Array = new Int32Array(0);
  requests = 0;
  #now = Number.NEGATIVE_INFINITY;

  get bytes(): number {
    return this.blocks.bytes + this.runs.bytes + this.hazards.bytes;
  }

  /** Learns from a request what its blocks were until now, and makes them runs of this request. */
  request(chain: readonly Block[], at: number): void {
    this.#now = Math.max(this.#now, at);
    this.requests += 1;
    this.hazards.request();
    this.runs.age(this.#now, this.hazards);
    const room = new Int32Array(chain.length);
    const known = this.#find(chain, room);
    const before = known === 0 ? none : this.#runOf(room, known - 1);
    const slots = room.subarray(0, this.#grow(chain, room, known));
    if (known > 0 && known < slots.length) this.#continue(slots[known - 1] ?? none);
    const common = this.#common(slots);
    const places = this.#places(slots, { known, common, before });
    this.#leave(slots, known);
    this.#runs(slots, common, places);
    this.chain = slots;
  }

  /** Whether it is of the request that is running: asked for by the last. */
  isRunning(run: number): boolean {
    return this.runs.request[run] === this.requests;
  }

  retire(slot: number): void {
    this.#mark(slot, retired);
  }

  isRetired(slot: number): boolean {
    return ((this.blocks.holders[slot] ?? 0) & retired) !== 0;
  }

  /** Forgets a block that no cache holds any more. */
  release(slot: number): void {
    if (((this.blocks.holders[slot] ?? 0) & held) !== 0) return;
    this.runs.leave(this.blocks.run[slot] ?? none, 1);
    this.blocks.free(slot);
  }

  /** The known blocks at the root side. */
  #find(chain: readonly Block[], slots: Int32Array): number {
    let parent = none;
    for (let i = 0; i < chain.length; i++) {
      const slot = this.blocks.find(chain[i]?.key ?? none);
      if (slot === none || this.blocks.parent[slot] !== parent) return i;
      slots[i] = slot;
      parent = slot;
    }
    return chain.length;
  }

  /** Adds the unknown ones; gives how many are known then: a number that already stands elsewhere ends the chain. */
  #grow(chain: readonly Block[], slots: Int32Array, known: number): number {
    for (let i = known; i < chain.length; i++) {
      const block = chain[i] ?? { key: none, size: 0 };
      if (this.blocks.find(block.key) !== none) return i;
      slots[i] = this.blocks.add(block, i === 0 ? none : (slots[i - 1] ?? none));
    }
    return chain.length;
  }

  /** Requests that go on from the same block share it. */
  #continue(from: number): void {
    if (((this.blocks.holders[from] ?? 0) & continued) !== 0) this.#share(from);
    this.#mark(from, continued);
  }

  #share(from: number): void {
    for (let slot = from; slot !== none; slot = this.blocks.parent[slot] ?? none) {
      if (((this.blocks.holders[slot] ?? 0) & shared) !== 0) return;
      this.#mark(slot, shared);
    }
  }

  #common(slots: Int32Array): number {
    const own = slots.findIndex((slot) => ((this.blocks.holders[slot] ?? 0) & shared) === 0);
    return own < 0 ? slots.length : own;
  }

  #places(slots: Int32Array, { known, common, before }: { known: number; common: number; before: number }) {
    const fresh = slots.length - known;
    const pause = known > common ? this.#pause(before) : Number.NaN;
    const above = Math.min(known, common);
    const since = above === 0 ? Number.NaN : this.#since(this.#runOf(slots, above - 1));
    return { own: { gap: pause, pause, fresh }, shared: { gap: since, pause, fresh } };
  }

  #leave(slots: Int32Array, known: number): void {
    for (let from = 0; from < known; ) {
      const run = this.#runOf(slots, from);
      let to = from;
      for (; to < known && this.#runOf(slots, to) === run; to++) {
        const slot = slots[to] ?? none;
        this.blocks.holders[slot] = (this.blocks.holders[slot] ?? 0) & ~retired;
      }
      const { gapClass: gap, newClass: fresh, bin } = this.runs;
      this.hazards.asked(gap[run] ?? 0, fresh[run] ?? 0, bin[run] ?? 0, this.runs.part(run, to - from));
      this.runs.leave(run, to - from);
      from = to;
    }
  }

  #runs(slots: Int32Array, common: number, places: { own: Place; shared: Place }): void {
    const last = Math.max(common, slots.length - 1);
    // the deepest first: in the order of runs no block stands before its children
    this.#run(slots.subarray(last), stands.last, places.own);
    this.#run(slots.subarray(common, last), stands.own, places.own);
    this.#run(slots.subarray(0, common), stands.shared, places.shared);
  }

  #run(slots: Int32Array, stand: Stand, { gap, pause, fresh }: Place): void {
    if (slots.length === 0) return;
    const run = this.runs.add({
      at: this.#now,
      request: this.requests,
      blocks: slots.length,
      gapClass: gapClass(stand, gap),
      newClass: newClass(stand, fresh),
      pause,
    });
    for (const slot of slots) this.blocks.run[slot] = run;
  }

  /** The pause before this request, smoothed with those before it. */
  #pause(before: number): number {
    const now = this.#since(before);
    const then = this.runs.pause[before] ?? Number.NaN;
    return Number.isNaN(then) ? now : smoothing * then + (1 - smoothing) * now;
  }

  #since(run: number): number {
    return Math.log2(Math.max(100, this.#now - (this.runs.at[run] ?? 0)));
  }

  #runOf(slots: Int32Array, at: number): number {
    return this.blocks.run[slots[at] ?? none] ?? none;
  }

  #mark(slot: number, bit: number): void {
    this.blocks.holders[slot] = (this.blocks.holders[slot] ?? 0) | bit;
  }
}
