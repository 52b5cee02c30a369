// Weights of the relevance probability, as `node scripts/eval/relevance.ts` prints them: fitted on dialogues of people,
// where an answer is one message; with another order of the results they have to be fitted again.

export const relevanceFit = {
  fitted: '2026-11-21',
  bias: -5.63,
  weights: {
    ...{ rank: -0.412, share: 4.085, gap: 2.737, first: -0.229, lead: 2.942 },
    ...{ own: 0.154, around: 0.944, agrees: -0.136, differs: 0.291, words: -0.03 },
  },
} as const;
