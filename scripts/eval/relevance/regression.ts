// Logistic regression by Newton's method: few weights, so that every step is exact and the result always the same.

export interface Row {
  readonly signs: Readonly<Record<string, number>>;
  /** It answers its question. */
  readonly answers: boolean;
}

export interface Fitted {
  readonly bias: number;
  readonly weights: Readonly<Record<string, number>>;
}

/** Keeps weights from running away where signs say the same. */
const ridge = 1;
const steps = 30;
const still = 1e-9;

/** Weights under which what came true is most probable. names: of the signs to use. */
export function fitted(rows: readonly Row[], names: readonly string[]): Fitted {
  const columns: readonly number[][] = rows.map(({ signs }) => [1, ...names.map((name) => signs[name] ?? 0)]);
  const weights = new Array<number>(names.length + 1).fill(0);
  for (let step = 0; step < steps; step += 1) {
    const change = newtonStep(columns, rows, weights);
    for (const [i, by] of change.entries()) weights[i] = (weights[i] ?? 0) + by;
    if (change.every((by) => Math.abs(by) < still)) break;
  }
  const [bias = 0, ...others] = weights;
  return { bias, weights: Object.fromEntries(names.map((name, i) => [name, others[i] ?? 0])) };
}

function newtonStep(columns: readonly number[][], rows: readonly Row[], weights: readonly number[]): number[] {
  const slope = weights.map((weight, i) => (i === 0 ? 0 : -ridge * weight));
  const curve = weights.map((_, i) => weights.map((_, j) => (i === j ? Number(ridge) : 0)));
  for (const [n, column] of columns.entries()) {
    const sum = column.reduce((total, value, i) => total + value * (weights[i] ?? 0), 0);
    const probability = 1 / (1 + Math.exp(-sum));
    const missed = (rows[n]?.answers ? 1 : 0) - probability;
    const spread = probability * (1 - probability);
    for (const [i, a] of column.entries()) {
      slope[i] = (slope[i] ?? 0) + missed * a;
      const line = curve[i] ?? [];
      for (const [j, b] of column.entries()) line[j] = (line[j] ?? 0) + spread * a * b;
    }
  }
  return solved(curve, slope);
}

/** Solves a symmetric positive system by elimination. */
function solved(matrix: readonly (readonly number[])[], right: readonly number[]): number[] {
  const lines = matrix.map((line, i) => [...line, right[i] ?? 0]);
  const at = (i: number, j: number) => lines[i]?.[j] ?? 0;
  for (const i of lines.keys()) {
    for (const k of lines.keys()) {
      if (k === i) continue;
      const share = at(k, i) / at(i, i);
      lines[k] = (lines[k] ?? []).map((value, j) => value - share * at(i, j));
    }
  }
  return lines.map((line, i) => (line.at(-1) ?? 0) / (line[i] ?? 1));
}
