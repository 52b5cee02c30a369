// How probable it is that a run is asked for at a given age, learned while it happens; and from it what room for it is worth.

/** Where blocks stood in their request: shared with other conversations, its own, or its last, often unfinished one. */
export const stands = { own: 0, shared: 1, last: 2 } as const;
export type Stand = (typeof stands)[keyof typeof stands];

/** Ages in milliseconds at which the bins begin: 0, a quarter of a second, then 1.4 times the one before, to ten hours and more. */
export const bins = 34;
export const ages: Float64Array = Float64Array.from({ length: bins }, (_, bin) =>
  bin === 0 ? 0 : 250 * 1.4 ** (bin - 1),
);
const widths = ages.map((age, bin) => (ages[bin + 1] ?? age * 1.4) - age);

const steps = 16;
const classes = 3 * steps;
/** Evidence, in runs, that a class of its own needs to outweigh what holds for all of its kind. */
const prior = 8;
/** Before anything was seen every bin is alike: longer bins make old runs worth less, which is the order of last use. */
const unseen = { events: 0.02, runs: 1 };
const refitEvery = 32;
const forgetEvery = 256;
const forgetting = 0.97;

/** Class by the pause between requests of a conversation, in milliseconds as logarithm of base 2; NaN: none yet. */
export function gapClass(stand: Stand, pause: number): number {
  const step = Number.isNaN(pause) ? 0 : 1 + Math.round(0.8 * (pause - 9) - 0.5);
  return stand * steps + Math.max(0, Math.min(steps - 1, step));
}

/** Class by how many blocks of its request were new. */
export function newClass(stand: Stand, blocks: number): number {
  return stand * steps + Math.min(steps - 1, Math.floor(1.5 * Math.log2(blocks + 1)));
}

/** Runs that entered each bin, and what part of them was asked for in it. */
class Counts {
  readonly runs: Float64Array;
  readonly events: Float64Array;

  constructor(of: number) {
    this.runs = new Float64Array(of * bins);
    this.events = new Float64Array(of * bins);
  }

  forget(): void {
    for (let i = 0; i < this.runs.length; i++) {
      this.runs[i] = (this.runs[i] ?? 0) * forgetting;
      this.events[i] = (this.events[i] ?? 0) * forgetting;
    }
  }
}

/** Two views of a run, by pause and by growth, that are combined as if they were independent. */
export class Hazards {
  /** False: what is told now is not counted. */
  isLearning = true;
  readonly #all = new Counts(3);
  readonly #byGap = new Counts(classes);
  readonly #byNew = new Counts(classes);
  readonly #worth = new Float32Array(3 * steps * steps * bins);
  readonly #fitted = new Int32Array(3 * steps * steps).fill(-refitEvery);
  readonly #hazard = new Float64Array(bins);
  #requests = 0;

  get bytes(): number {
    const counts = [this.#all, this.#byGap, this.#byNew].flatMap(({ runs, events }) => [runs, events]);
    return [...counts, this.#worth, this.#fitted, this.#hazard].reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  request(): void {
    if (!this.isLearning) return;
    this.#requests += 1;
    if (this.#requests % forgetEvery === 0) for (const counts of [this.#all, this.#byGap, this.#byNew]) counts.forget();
  }

  /** So much of a run entered a bin without having been asked for. */
  atRisk(gap: number, fresh: number, bin: number, part: number): void {
    if (!this.isLearning) return;
    add(this.#all.runs, (gap >> 4) * bins + bin, part);
    add(this.#byGap.runs, gap * bins + bin, part);
    add(this.#byNew.runs, fresh * bins + bin, part);
  }

  /** So much of a run was asked for in a bin. */
  asked(gap: number, fresh: number, bin: number, part: number): void {
    if (!this.isLearning) return;
    add(this.#all.events, (gap >> 4) * bins + bin, part);
    add(this.#byGap.events, gap * bins + bin, part);
    add(this.#byNew.events, fresh * bins + bin, part);
  }

  /**
   * What room for a run is worth: the most requests per millisecond of keeping it that a wise end of keeping gives (the
   * index of Gittins).
   */
  worth(gap: number, fresh: number, bin: number): number {
    const pair = gap * steps + (fresh & (steps - 1));
    if ((this.#fitted[pair] ?? 0) + refitEvery <= this.#requests) this.#fit(pair, gap, fresh);
    return this.#worth[pair * bins + bin] ?? 0;
  }

  #fit(pair: number, gap: number, fresh: number): void {
    this.#fitted[pair] = this.#requests;
    for (let bin = 0; bin < bins; bin++) this.#hazard[bin] = this.#hazardOf(gap, fresh, bin);
    for (let bin = 0; bin < bins; bin++) this.#worth[pair * bins + bin] = best(this.#hazard, bin);
  }

  #hazardOf(gap: number, fresh: number, bin: number): number {
    const all = rate(this.#all, (gap >> 4) * bins + bin, unseen.events, unseen.runs);
    const byGap = rate(this.#byGap, gap * bins + bin, prior * all, prior);
    const byNew = rate(this.#byNew, fresh * bins + bin, prior * all, prior);
    const odds = (oddsOf(byGap) * oddsOf(byNew)) / oddsOf(all);
    return odds / (1 + odds);
  }
}

/** The best ratio of requests to time over all ends from this bin on. */
function best(hazard: Float64Array, from: number): number {
  let most = 0;
  let staying = 1;
  let asked = 0;
  let time = 0;
  for (let bin = from; bin < bins; bin++) {
    const now = hazard[bin] ?? 0;
    asked += staying * now;
    time += staying * (widths[bin] ?? 0) * (1 - now / 2);
    staying *= 1 - now;
    if (asked > most * time) most = asked / time;
  }
  return most;
}

function add(to: Float64Array, at: number, part: number): void {
  to[at] = (to[at] ?? 0) + part;
}

function rate(counts: Counts, at: number, events: number, runs: number): number {
  return Math.min(1, ((counts.events[at] ?? 0) + events) / ((counts.runs[at] ?? 0) + runs));
}

const oddsOf = (probability: number) => probability / (1.0001 - probability);
