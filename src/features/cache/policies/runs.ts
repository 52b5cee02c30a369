import { grown, longer, none } from './block-table.ts';
import { ages, bins, type Hazards } from './hazards.ts';

/** What is known of blocks when they are asked for together. */
export interface RunFacts {
  readonly at: number;
  readonly request: number;
  /** How many blocks. */
  readonly blocks: number;
  /** Classes of the hazards. */
  readonly gapClass: number;
  readonly newClass: number;
  /** Smoothed logarithm of the pauses between requests of this conversation; NaN before the second. */
  readonly pause: number;
}

/**
 * Runs: neighbours of one chain, last asked for by the same request. They stand in the order of that request, and leave
 * when all their blocks were asked for again or forgotten. A later request takes blocks only from their root side.
 */
export class Runs {
  at = new Float64Array(64);
  request = new Int32Array(64);
  blocks = new Int32Array(64);
  /** Blocks that are still of this run. */
  left = new Int32Array(64);
  gapClass = new Uint8Array(64);
  newClass = new Uint8Array(64);
  pause = new Float32Array(64);
  /** By age: the last entered bin of the hazards. */
  bin = new Int8Array(64);
  newer = new Int32Array(64);
  older = new Int32Array(64);
  /** How many there are. */
  count = 0;
  oldest = none;
  newest = none;
  /** Told before a run goes, and when there is room for more. */
  readonly #watchers: { runAdded(run: number, room: number): void; runGoes(run: number): void }[] = [];
  /** Per bin the newest run that is old enough for it. */
  readonly #entered = new Int32Array(bins).fill(none);
  #used = 0;
  #free = none;

  get bytes(): number {
    const arrays = [this.at, this.request, this.blocks, this.left, this.gapClass, this.newClass, this.pause, this.bin];
    return [...arrays, this.newer, this.older].reduce((sum, array) => sum + array.byteLength, 0);
  }

  watch(watcher: { runAdded(run: number, room: number): void; runGoes(run: number): void }): void {
    this.#watchers.push(watcher);
  }

  add(facts: RunFacts): number {
    const run = this.#take();
    this.count += 1;
    this.at[run] = facts.at;
    this.request[run] = facts.request;
    this.blocks[run] = facts.blocks;
    this.left[run] = facts.blocks;
    this.gapClass[run] = facts.gapClass;
    this.newClass[run] = facts.newClass;
    this.pause[run] = facts.pause;
    this.bin[run] = none;
    this.older[run] = this.newest;
    this.newer[run] = none;
    if (this.newest === none) this.oldest = run;
    else this.newer[this.newest] = run;
    this.newest = run;
    for (const watcher of this.#watchers) watcher.runAdded(run, this.at.length);
    return run;
  }

  /** Blocks of the run were asked for again, or are forgotten. */
  leave(run: number, blocks: number): void {
    const left = (this.left[run] ?? 0) - blocks;
    this.left[run] = left;
    if (left === 0) this.#remove(run);
  }

  /** Runs that became older enter the next bins: from there on it counts whether they are asked for there. */
  age(now: number, hazards: Hazards): void {
    for (let bin = 0; bin < bins; bin++) {
      let last = this.#entered[bin] ?? none;
      const until = now - (ages[bin] ?? 0);
      for (;;) {
        const next = last === none ? this.oldest : (this.newer[last] ?? none);
        if (next === none || (this.at[next] ?? 0) > until) break;
        this.bin[next] = bin;
        hazards.atRisk(this.gapClass[next] ?? 0, this.newClass[next] ?? 0, bin, this.part(next, this.left[next] ?? 0));
        last = next;
      }
      this.#entered[bin] = last;
    }
  }

  /** What part of the run so many of its blocks are. */
  part(run: number, blocks: number): number {
    return blocks / (this.blocks[run] ?? 1);
  }

  #remove(run: number): void {
    for (const watcher of this.#watchers) watcher.runGoes(run);
    this.count -= 1;
    const older = this.older[run] ?? none;
    const newer = this.newer[run] ?? none;
    for (let bin = this.bin[run] ?? none; bin >= 0; bin--) if (this.#entered[bin] === run) this.#entered[bin] = older;
    if (older === none) this.oldest = newer;
    else this.newer[older] = newer;
    if (newer === none) this.newest = older;
    else this.older[newer] = older;
    this.older[run] = this.#free;
    this.#free = run;
  }

  #take(): number {
    if (this.#free !== none) {
      const run = this.#free;
      this.#free = this.older[run] ?? none;
      return run;
    }
    if (this.#used === this.at.length) this.#grow(grown(this.#used));
    this.#used += 1;
    return this.#used - 1;
  }

  #grow(length: number): void {
    this.at = longer(this.at, new Float64Array(length));
    this.request = longer(this.request, new Int32Array(length));
    this.blocks = longer(this.blocks, new Int32Array(length));
    this.left = longer(this.left, new Int32Array(length));
    this.gapClass = longer(this.gapClass, new Uint8Array(length));
    this.newClass = longer(this.newClass, new Uint8Array(length));
    this.pause = longer(this.pause, new Float32Array(length));
    this.bin = longer(this.bin, new Int8Array(length));
    this.newer = longer(this.newer, new Int32Array(length));
    this.older = longer(this.older, new Int32Array(length));
  }
}
