import type { Parsed, Reply } from '../../core/operation.ts';
import type { JobContext } from '../feature.ts';
import type { runContract } from './contract-runs.ts';

type Json = Readonly<Record<string, unknown>>;
type Contract = typeof runContract;

/** Who carries runs out: the daemon. */
export interface RunNeeds {
  readonly run: (input: Parsed<Contract['sync.run']>, job: JobContext) => Promise<Json>;
  readonly preview: () => Promise<Reply<Contract['sync.preview']>>;
  readonly status: () => Promise<Reply<Contract['sync.status']>>;
}

export function runVerbs({ run, preview, status }: RunNeeds) {
  return {
    'sync.run': async (context: JobContext, input: Parsed<Contract['sync.run']>) => run(input, context),
    'sync.preview': preview,
    'sync.status': status,
  };
}
