import { random } from './secrets/random.ts';

export type { Random } from './secrets/random.ts';

/** Randomness of a test from one number, which is printed so that the run can be had again: PRSIST_SEED=<n>. */
export function seeded(test: string): ReturnType<typeof random> & { readonly seed: number } {
  const seed = Number(process.env.PRSIST_SEED ?? Date.now() % 1_000_000_000);
  process.stdout.write(`${test}: seed ${seed}\n`);
  return { ...random(seed), seed };
}
