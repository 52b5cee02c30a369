// How often what was called probable came true.

export interface Judged {
  readonly probability: number;
  readonly answers: boolean;
}

export interface Bin {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly predicted: number;
  readonly came_true: number;
}

const edges = [0, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1] as const;

/** The judged in bins of their probability; bins that nothing fell into are left out. */
export function reliability(judged: readonly Judged[]): readonly Bin[] {
  return edges.slice(1).flatMap((to, i) => {
    const from = edges[i] ?? 0;
    const within = judged.filter(({ probability: p }) => p >= from && (p < to || to === 1));
    if (within.length === 0) return [];
    return [{ from, to, count: within.length, ...meansOf(within) }];
  });
}

function meansOf(judged: readonly Judged[]): Pick<Bin, 'predicted' | 'came_true'> {
  const sum = judged.reduce((total, { probability }) => total + probability, 0);
  return {
    predicted: sum / judged.length,
    came_true: judged.filter(({ answers }) => answers).length / judged.length,
  };
}

/** The bins as lines of a table. */
export function binLines(bins: readonly Bin[]): readonly string[] {
  const share = (value: number) => value.toFixed(3);
  return [
    'probability   results  predicted  came true',
    ...bins.map(
      ({ from, to, count, predicted, came_true }) =>
        `${from.toFixed(2)} - ${to.toFixed(2)}  ${String(count).padStart(8)}      ${share(predicted)}      ${share(came_true)}`,
    ),
  ];
}
