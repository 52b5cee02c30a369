import { limits } from '../core/limits.ts';

/** Long work that says where it may be interrupted: at every yield what it holds is whole. */
export type Steps<T> = Generator<void, T>;

/** How long work shares the process with everything else. */
export interface Pace {
  readonly monotonic: () => number;
  readonly breathe: () => Promise<void>;
  readonly cancelled?: () => boolean;
}

/** Runs all steps without a pause. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Runs steps in slices of a few milliseconds, between which others have their turn. Returns undefined when cancelled. */
export async function inSlices<T>(steps: Steps<T>, pace: Pace): Promise<T | undefined> {
  for (let begun = pace.monotonic(); ; ) {
    const step = steps.next();
    if (step.done) return step.value;
    if (pace.monotonic() - begun < limits.sliceMs) continue;
    await pace.breathe();
    if (pace.cancelled?.()) return undefined;
    begun = pace.monotonic();
  }
}
