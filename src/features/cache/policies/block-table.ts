import type { Block } from './eviction.ts';

/** No slot, no run: the end of a chain or of a list. */
export const none = -1;

/**
 * The blocks that some cache, real or only counted, holds: a slot each, in typed arrays, so that a block costs bytes and not
 * objects. A slot is free again when the last cache let go of the block.
 */
export class BlockTable {
  key = new Float64Array(64);
  parent = new Int32Array(64);
  depth = new Uint16Array(64);
  size = new Int32Array(64);
  /** Tokens saved for each unit of room. */
  saving = new Float32Array(64);
  /** The run it was last asked for in. */
  run = new Int32Array(64);
  /** One bit per cache that holds it. */
  holders = new Uint8Array(64);
  #used = 0;
  /** First of the free slots, chained through `parent`. */
  #free = none;
  #count = 0;
  /** Slots + 1 by hash of the key, open addressing; 0 is empty. */
  #index = new Int32Array(128);

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    const arrays = [this.key, this.parent, this.depth, this.size, this.saving, this.run, this.holders, this.#index];
    return arrays.reduce((sum, array) => sum + array.byteLength, 0);
  }

  /** The slot of a key; `none` where it is not known. */
  find(key: number): number {
    return (this.#index[this.#place(key)] ?? 0) - 1;
  }

  add({ key, size, tokens = size }: Block, parent: number): number {
    const slot = this.#take();
    this.key[slot] = key;
    this.parent[slot] = parent;
    this.depth[slot] = parent === none ? 0 : Math.min(0xffff, (this.depth[parent] ?? 0) + 1);
    this.size[slot] = size;
    this.saving[slot] = tokens / Math.max(1, size);
    this.run[slot] = none;
    this.holders[slot] = 0;
    this.#count += 1;
    if (this.#count * 4 > this.#index.length * 3) this.#reindex(this.#index.length * 2);
    this.#index[this.#place(key)] = slot + 1;
    return slot;
  }

  free(slot: number): void {
    this.#unindex(this.#place(this.key[slot] ?? 0));
    this.parent[slot] = this.#free;
    this.#free = slot;
    this.#count -= 1;
    this.key[slot] = none;
  }

  #take(): number {
    if (this.#free !== none) {
      const slot = this.#free;
      this.#free = this.parent[slot] ?? none;
      return slot;
    }
    if (this.#used === this.key.length) this.#grow(grown(this.#used));
    this.#used += 1;
    return this.#used - 1;
  }

  #grow(length: number): void {
    this.key = longer(this.key, new Float64Array(length));
    this.parent = longer(this.parent, new Int32Array(length));
    this.depth = longer(this.depth, new Uint16Array(length));
    this.size = longer(this.size, new Int32Array(length));
    this.saving = longer(this.saving, new Float32Array(length));
    this.run = longer(this.run, new Int32Array(length));
    this.holders = longer(this.holders, new Uint8Array(length));
  }

  /** Where the key stands in the index, or would. */
  #place(key: number): number {
    const mask = this.#index.length - 1;
    let at = hash(key) & mask;
    for (let slot = this.#index[at] ?? 0; slot !== 0 && this.key[slot - 1] !== key; slot = this.#index[at] ?? 0)
      at = (at + 1) & mask;
    return at;
  }

  /** Takes one place out and moves up what stood behind it because of it. */
  #unindex(hole: number): void {
    const mask = this.#index.length - 1;
    let at = hole;
    for (;;) {
      this.#index[at] = 0;
      for (let next = (at + 1) & mask; ; next = (next + 1) & mask) {
        const slot = this.#index[next] ?? 0;
        if (slot === 0) return;
        const home = hash(this.key[slot - 1] ?? 0) & mask;
        if (((next - home) & mask) < ((next - at) & mask)) continue;
        this.#index[at] = slot;
        at = next;
        break;
      }
    }
  }

  #reindex(length: number): void {
    const old = this.#index;
    this.#index = new Int32Array(length);
    for (const slot of old) if (slot !== 0) this.#index[this.#place(this.key[slot - 1] ?? 0)] = slot;
  }
}

/** A quarter more: doubling would leave half of it empty. */
export const grown = (length: number) => length + (length >> 2) + 16;

/** The longer array with what the shorter holds. */
export function longer<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}

function hash(key: number): number {
  const mixed = Math.imul((key >>> 0) ^ Math.imul(Math.floor(key / 0x1_0000_0000), 0x9e37_79b1), 0x85eb_ca6b);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
