// The segments of a context as they are answered; of those that were answered just so, the very same again.
import type { Reply } from '../../../core/operation.ts';
import type { loadingContract } from '../contract-loading.ts';
import type { Segment } from '../segment.ts';
import type { Arranged } from './arranging.ts';
import type { Gauge } from './gauge.ts';

type Shown = Reply<(typeof loadingContract)['cache.load']>['segments'][number];

interface Told {
  readonly gauge: Gauge;
  /** Hashes of what was rendered for this answer. */
  readonly rendered: ReadonlySet<string>;
}

/** What was answered last. */
export class Showing {
  #segments: readonly Segment[] = [];
  #shown: Shown[] = [];
  /** Those of which something else is to be said another time: they were rendered then, or not counted yet. */
  #passing = new Set<number>();

  /** Segments with what is to be said of them. */
  of(arranged: Arranged, told: Told): Shown[] {
    const { segments } = arranged;
    if (segments === this.#segments && this.#passing.size === 0 && told.rendered.size === 0) return this.#shown;
    const seen = this.#renew(arranged, told, (segment, i) => segment === this.#segments[i] && !this.#passing.has(i));
    // what was rendered again without having become another
    return seen < told.rendered.size ? this.#renewAll(arranged, told) : this.#shown;
  }

  #renewAll(arranged: Arranged, told: Told): Shown[] {
    this.#renew(arranged, told, () => false);
    return this.#shown;
  }

  /** Returns how many were rendered for this answer. */
  #renew(
    { order, segments }: Arranged,
    { gauge, rendered }: Told,
    isAsBefore: (segment: Segment, i: number) => boolean,
  ): number {
    const [shown, passing] = [this.#shown.slice(0, segments.length), new Set<number>()];
    let seen = 0;
    for (let i = 0; i < segments.length; i += 1) {
      const [segment, candidate] = [segments[i], order[i]];
      if (!segment || !candidate || isAsBefore(segment, i)) continue;
      const { hash } = candidate;
      const made = { ...segment, hash, counted: gauge.isCounted(hash), rendered: rendered.has(hash) };
      if (made.rendered || !made.counted) passing.add(i);
      if (made.rendered) seen += 1;
      shown[i] = made;
    }
    this.#segments = segments;
    this.#passing = passing;
    this.#shown = shown;
    return seen;
  }

  /** Nothing that was answered stays in memory. */
  clear(): void {
    this.#segments = [];
    this.#shown = [];
    this.#passing.clear();
  }
}
