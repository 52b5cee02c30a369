// `npm run eval:retrieval -- --tune`: takes dev sets in, looks for better numbers, prints what it proposes.
import type { EmbedderGiven } from './embedding.ts';
import { type Running, start } from './product.ts';
import { fileOf } from './run.ts';
import { readRaw, storesOf } from './sets.ts';
import type { Tools } from './tools.ts';
import { proposal, tune } from './tune.ts';
import { type Cases, casesOf } from './tune-cases.ts';
import { tunables } from './tune-weights.ts';

export interface Tuning {
  readonly embedder: EmbedderGiven | undefined;
  /** Names of numbers to look at, or beginnings of them; all when empty. */
  readonly only: readonly string[];
  readonly minutes: number;
}

/** True for a set that parameters may be chosen on. */
export function isDevSet(set: string): boolean {
  return /(?:^|[/\\])[\w-]+-dev(?:\.json(?:\.gz)?)?$/.test(set);
}

/** Tunes on some dev sets together; returns what it found, as text. say: told every step. */
export async function tuneOn(
  sets: readonly string[],
  { embedder, only, minutes }: Tuning,
  { tools, say }: { readonly tools: Tools; readonly say: (line: string) => void },
): Promise<string> {
  const running: Running[] = [];
  const gathered: Cases[] = [];
  try {
    for (const set of sets) {
      const file = fileOf(set, tools.data);
      const product = await start(storesOf(readRaw(file)), { merged: false, embedder });
      running.push(product);
      gathered.push(await casesOf(product, { file, scorer: tools.scorer, embedder }));
      say(`${set}: candidates gathered`);
    }
    const wanted = tunables(embedder !== undefined).filter(
      ({ name }) => only.length === 0 || only.some((each) => name === each || name.startsWith(`${each}.`)),
    );
    const monotonic = () => performance.now();
    const steps = tune({
      ...{ measures: () => gathered.flatMap((cases) => cases.measures()), tunables: wanted, say },
      ...{ until: monotonic() + minutes * 60_000, monotonic },
    });
    return proposal(steps, embedder?.model);
  } finally {
    for (const cases of gathered) cases.close();
    for (const product of running) await product.stop();
  }
}
