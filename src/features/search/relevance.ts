// The probability that a result answers the question, told from where it stands among the others and from how much of the
// question it has. Pure. A logistic regression; its weights are fitted by scripts/eval/relevance.ts.
import type { Coverage } from './coverage.ts';
import { relevanceFit } from './relevance-fit.ts';

/** What the probability is told from; each a number of about the same size. */
export interface Signs extends Readonly<Record<string, number>> {
  /** ln of the place in the list, from ln 1 = 0. */
  readonly rank: number;
  /** Share of the best score. */
  readonly share: number;
  /** How much better it is than the next one. */
  readonly gap: number;
  /** 1 for the best of all, and how much better that one is. */
  readonly first: number;
  readonly lead: number;
  /** Of the question's words, by weight: in the text, and in it with those around it. */
  readonly own: number;
  readonly around: number;
  /** Somebody is named in the question, and said it; or another one did. */
  readonly agrees: number;
  readonly differs: number;
  /** ln of how many words are looked for. */
  readonly words: number;
}

export interface Standing {
  /** From 0. */
  readonly place: number;
  readonly score: number;
  /** The score of the one after it; 0 for the last. */
  readonly next: number;
  readonly coverage: Coverage;
  readonly byNamed: boolean;
  /** How many names the question has, and how many words to look for. */
  readonly named: number;
  readonly words: number;
}

export interface Fit {
  readonly bias: number;
  readonly weights: Readonly<Record<string, number>>;
}

/** The signs of a result. */
export function signsOf({ place, score, next, coverage, byNamed, named, words }: Standing): Signs {
  const gap = Math.max(0, score - next);
  const first = place === 0 ? 1 : 0;
  return {
    ...{ rank: Math.log(place + 1), share: score, gap, first, lead: first * gap },
    ...{ own: coverage.own, around: coverage.around },
    ...{ agrees: byNamed ? 1 : 0, differs: named > 0 && !byNamed ? 1 : 0 },
    words: Math.log(Math.max(1, words)),
  };
}

/** How probable it is that a result with these signs answers the question, from 0 to 1. */
export function relevanceOf(signs: Readonly<Record<string, number>>, { bias, weights }: Fit = relevanceFit): number {
  let sum = bias;
  for (const [name, weight] of Object.entries(weights)) sum += weight * (signs[name] ?? 0);
  return 1 / (1 + Math.exp(-sum));
}
