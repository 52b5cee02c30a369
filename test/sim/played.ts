import { type Shares, scheduleOf } from './schedule.ts';
import { simulate } from './simulate.ts';

/** Plays the schedules of some seeds; what failed, with the seed it can be had again by: npm run sim -- --seed N --trace */
export async function played(first: number, count: number, wanted: Partial<Shares> = {}): Promise<readonly string[]> {
  const failures: string[] = [];
  for (let seed = first; seed < first + count; seed += 1) {
    const outcome = await simulate(scheduleOf(seed, wanted));
    failures.push(...outcome.failures.slice(0, 3).map((failure) => `seed ${seed}: ${failure}`));
  }
  return failures;
}
