// The long set of synchronisation: as many worlds as the two processors play in ten minutes.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Random } from '../test/harness/seed.ts';
import { scheduleOf } from '../test/sim/schedule.ts';
import { simulate } from '../test/sim/simulate.ts';
import { weeksApart } from '../test/sim/weeks-apart.ts';

interface Outcome {
  readonly failures: readonly string[];
  readonly counts: Readonly<Record<string, number>>;
}

type Shares = Parameters<typeof scheduleOf>[1];

const run = promisify(execFile);
const sim = join(import.meta.dirname, 'sim.ts');

/** So many schedules, in two processes. */
export async function manySchedules(seed: number, schedules: number): Promise<Outcome> {
  const half = Math.ceil(schedules / 2);
  const parts = await Promise.all(
    [seed, seed + half].map(async (first) => {
      const args = [sim, '--seed', String(first), '--count', String(half), '--quiet'];
      const { stdout } = await run(process.execPath, args, { maxBuffer: 64 * 1024 * 1024 }).catch(toldAnyway);
      return stdout.split('\n').filter((line) => line !== '');
    }),
  );
  return { failures: parts.flat(), counts: { schedules: 2 * half } };
}

/** A child that ends with 1 has said why. */
function toldAnyway(error: unknown): { readonly stdout: string } {
  if (error instanceof Error && 'stdout' in error && String(error.stdout) !== '')
    return { stdout: String(error.stdout) };
  throw error;
}

/** Worlds in which something happens that is seldom otherwise: as wrong clocks, by which share of the steps. */
export async function special(random: Random, schedules: number, shares: Shares): Promise<Outcome> {
  const failures: string[] = [];
  for (let n = 0; n < schedules; n += 1) {
    const seed = random.below(2 ** 31);
    const outcome = await simulate(scheduleOf(seed, shares));
    failures.push(...outcome.failures.slice(0, 1).map((failure) => `seed ${seed}: ${failure}`));
  }
  return { failures, counts: { schedules } };
}

/** Two devices, so many edits each, half a thousand things changed by both. */
export async function farApart(random: Random, each: number): Promise<Outcome> {
  const { failures, ...counts } = await weeksApart(random.below(2 ** 31), each);
  return { failures, counts };
}
