// Of a schedule that fails: as few of its steps as still do.
import type { Schedule, Step } from './schedule.ts';

/** Leaves out half of the steps, a quarter, … down to single ones, as long as it still fails. */
export async function shrunk(
  schedule: Schedule,
  fails: (schedule: Schedule) => Promise<boolean>,
  runs = 200,
): Promise<Schedule> {
  let { steps } = schedule;
  let left = runs;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < steps.length && left > 0; left -= 1) {
      const fewer: readonly Step[] = [...steps.slice(0, at), ...steps.slice(at + size)];
      if (await fails({ ...schedule, steps: fewer })) steps = fewer;
      else at += size;
    }
  }
  return { ...schedule, steps };
}
