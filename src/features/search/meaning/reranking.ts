// A second look at the best texts by a model that reads them beside the question; without an answer in time, without it.
import { type Fault, isFault, type Reranker } from './embedder.ts';

export interface Reranking {
  readonly reranker: Reranker;
  readonly redact: (text: string) => string;
  readonly deadlineMs: number;
  /** Ends what is under way when the daemon leaves. */
  readonly ended: AbortSignal;
}

/** The scores of texts, in order, or why there are none; never throws. */
export async function scoresInTime(
  { reranker, redact, deadlineMs, ended }: Reranking,
  query: string,
  texts: readonly string[],
): Promise<readonly number[] | Fault> {
  const signal = AbortSignal.any([ended, AbortSignal.timeout(deadlineMs)]);
  try {
    return await reranker.score(redact(query), texts, signal);
  } catch (error) {
    return isFault(error) ? error.fault : 'unusable';
  }
}
