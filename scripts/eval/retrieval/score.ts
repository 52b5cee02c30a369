// A run as the scorer reads it, and what the scorer says of it.
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { promisify } from 'node:util';
import type { Ranking } from './baselines.ts';

export type Slice = Readonly<Record<string, number>>;

export interface Scores {
  readonly slices: Readonly<Record<string, Slice>>;
  /** Questions without an answer in the run. */
  readonly missing: number;
  readonly ms: { readonly p50: number | null; readonly p95: number | null; readonly p99: number | null };
}

/** The slice that is meant where a measure names none. */
const mainSlices = ['MAIN (cats 1-4)', 'ALL'];

/** Writes a run: a line for each question. */
export function writeRun(file: string, rankings: readonly Ranking[]): void {
  fs.writeFileSync(file, rankings.map((ranking) => `${JSON.stringify(ranking)}\n`).join(''));
}

/** Has a run scored. fixed: by the corrected lists of evidence. */
export async function score(scorer: string, set: string, run: string, fixed = false): Promise<Scores> {
  const args = [scorer, set, run, '--json', ...(fixed ? ['--fixed'] : [])];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout) as Scores; // what the scorer prints with --json
}

/** The value of a measure by its name, `ev2k` or `cat5.r5`; undefined when the set has none. */
export function valueIn({ slices }: Scores, name: string): number | undefined {
  const [measure = '', slice] = name.split('.').reverse();
  const main = mainSlices.find((each) => slices[each]) ?? '';
  return slices[slice ?? main]?.[measure];
}
