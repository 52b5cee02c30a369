// What a threshold of probability leaves of the results that fit into a budget.
import { estimateTokens } from '../../../src/core/tokens.ts';

export interface Answered {
  /** How many texts answer the question. */
  readonly gold: number;
  /** The results, best first. */
  readonly results: readonly {
    readonly probability: number;
    readonly answers: boolean;
    readonly line: string;
  }[];
}

export interface Cut {
  readonly threshold: number;
  /** Of what answers a question, the share within the budget, in percent. */
  readonly evidence: number;
  /** Questions of which everything that answers them is within the budget, in percent. */
  readonly whole: number;
  readonly results: number;
  readonly tokens: number;
}

/** Means over all questions. The best result stays whatever its probability. */
export function cutAt(threshold: number, budget: number, questions: readonly Answered[]): Cut {
  const kept = questions.map(({ gold, results }) => {
    let tokens = 0;
    const within = results
      .filter(({ probability }, place) => place === 0 || probability >= threshold)
      .filter(({ line }) => {
        tokens += estimateTokens(line);
        return tokens <= budget;
      });
    const found = within.filter(({ answers }) => answers).length;
    return { share: found / gold, count: within.length, tokens: Math.min(tokens, budget) };
  });
  const mean = (of: (each: (typeof kept)[number]) => number) =>
    kept.reduce((sum, each) => sum + of(each), 0) / Math.max(1, kept.length);
  return {
    threshold,
    evidence: 100 * mean(({ share }) => share),
    whole: 100 * mean(({ share }) => (share >= 1 ? 1 : 0)),
    ...{ results: mean(({ count }) => count), tokens: mean(({ tokens }) => tokens) },
  };
}

/** The cuts as lines of a table. */
export function cutLines(cuts: readonly Cut[]): readonly string[] {
  return [
    'threshold  evidence  whole  results  tokens',
    ...cuts.map(
      ({ threshold, evidence, whole, results, tokens }) =>
        `${String(threshold).padEnd(9)}  ${evidence.toFixed(1).padStart(8)}  ${whole.toFixed(1).padStart(5)}  ${results.toFixed(1).padStart(7)}  ${tokens.toFixed(0).padStart(6)}`,
    ),
  ];
}
