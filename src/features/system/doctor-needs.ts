import type { Check } from '../../core/finding.ts';
import type { JobContext } from '../feature.ts';

export interface Examination {
  readonly checks: readonly Check[];
  /** What was mended, one sentence each. */
  readonly mended: readonly string[];
}

/** What the daemon can look through of itself. */
export type Examine = (
  how: { readonly deep: boolean; readonly fix: boolean },
  job: Pick<JobContext, 'report' | 'cancelled'>,
) => Promise<Examination>;
