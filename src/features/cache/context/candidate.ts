// Texts that ask to be let into a context.
import { sha256Hex } from '../../../core/ids.ts';
import type { Segment } from '../segment.ts';
import type { Asking } from './budget.ts';
import type { Gauge, Measured } from './gauge.ts';
import { contextText } from './render.ts';

/** A segment that asks to be let in. */
export interface Candidate extends Segment, Asking, Measured {
  /** What pieces of one text have in common. */
  readonly base: string;
}

export type Shape = Pick<Candidate, 'slot' | 'kind' | 'place' | 'change' | 'rank'> &
  Partial<Pick<Candidate, 'role' | 'after' | 'base'>>;

const keptTexts = 1_000;
const keptSlots = 2_000;
const keptChars = 16_384;

/**
 * Makes candidates; a short text that was rendered before is not rendered again, and what stands in a slot as it did before
 * is the very same candidate.
 */
export class Candidates {
  readonly #gauge: Gauge;
  readonly #known = new Map<string, Measured>();
  readonly #before = new Map<string, Candidate>();

  constructor(gauge: Gauge) {
    this.#gauge = gauge;
  }

  /** A text whose bytes are known; a slot always has the same kind, place and odds of change. */
  of(shape: Shape, { hash, form, text }: Measured): Candidate {
    const tokens = this.#gauge.tokens({ hash, form, text });
    const before = this.#before.get(shape.slot);
    if (
      before?.hash === hash &&
      before.tokens === tokens &&
      before.rank === shape.rank &&
      before.change === shape.change
    ) {
      return before;
    }
    const made = { base: shape.slot, ...shape, hash, form, text, tokens };
    if (this.#before.size >= keptSlots) this.#before.clear();
    this.#before.set(shape.slot, made);
    return made;
  }

  /** A text as it comes; none for a blank one. */
  ofText(shape: Shape, text: string): Candidate[] {
    const measured = this.#known.get(text) ?? this.#rendered(text);
    return measured.text === '' ? [] : [this.of(shape, measured)];
  }

  #rendered(text: string): Measured {
    const canonical = contextText(text);
    const measured = { hash: sha256Hex(canonical), form: 'prose' as const, text: canonical };
    if (this.#known.size >= keptTexts) this.#known.clear();
    if (text.length <= keptChars) this.#known.set(text, measured);
    return measured;
  }

  /** Nothing that was rendered stays in memory. */
  clear(): void {
    this.#known.clear();
    this.#before.clear();
  }
}
