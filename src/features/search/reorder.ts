// A budgeted result in the order of a reranker, where one is set and answers in time; else in the order it came.
import type { Parsed, Reply } from '../../core/operation.ts';
import type { contract } from './contract.ts';
import { withinTokens } from './result.ts';

type Query = (typeof contract)['search.query'];
type Answer = Omit<Reply<Query>, 'took_ms'>;

/** How many of the best are read once more. */
export const reorderedMost = 30;

/** The scores of texts, in order, or why there are none. Never throws. */
export type Scores = (query: string, texts: readonly string[]) => Promise<readonly number[] | string>;

/** Puts the best results in the order of their scores, and cuts the list at the budget. reply: not cut yet. */
export async function reordered(reply: Answer, { query, budget_tokens }: Parsed<Query>, scores: Scores) {
  const best = reply.results.slice(0, reorderedMost);
  const told =
    best.length < 2
      ? 'off'
      : await scores(
          query,
          best.map(({ text = '' }) => text),
        );
  const isReordered = typeof told !== 'string';
  const first = isReordered ? byScore(best, told) : best;
  const results = withinTokens([...first, ...reply.results.slice(reorderedMost)], budget_tokens);
  return { ...reply, results, result_count: results.length, reranked: isReordered };
}

/** Of equals the one that stood first. */
function byScore<T>(items: readonly T[], scores: readonly number[]): readonly T[] {
  const scored = items.map((item, i) => ({ item, score: scores[i] ?? Number.NEGATIVE_INFINITY }));
  return scored.toSorted((a, b) => b.score - a.score).map(({ item }) => item);
}
