import type { Parsed, Reply } from '../../core/operation.ts';
import type { JobContext } from '../feature.ts';
import type { runContract } from './contract-runs.ts';
import type { verifyContract } from './contract-verify.ts';

type Json = Readonly<Record<string, unknown>>;
type Contract = typeof runContract & typeof verifyContract;

/** Who carries runs out: the daemon. */
export interface RunNeeds {
  readonly run: (input: Parsed<Contract['sync.run']>, job: JobContext) => Promise<Json>;
  readonly verify: (input: Parsed<Contract['sync.verify']>, job: JobContext) => Promise<Json>;
  readonly preview: () => Promise<Reply<Contract['sync.preview']>>;
  readonly status: () => Promise<Reply<Contract['sync.status']>>;
}

export function runVerbs({ run, verify, preview, status }: RunNeeds) {
  return {
    'sync.run': async (context: JobContext, input: Parsed<Contract['sync.run']>) => run(input, context),
    'sync.verify': async (context: JobContext, input: Parsed<Contract['sync.verify']>) => verify(input, context),
    'sync.preview': preview,
    'sync.status': status,
  };
}
