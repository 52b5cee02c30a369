// Looks for better numbers in weights.ts on dev sets: one number at a time, on candidates that were gathered once. A step
// counts only when it also helps conversations that had no say in choosing it. Prints what it would change; changes no file.
import type { Measures } from './tune-objective.ts';
import { change, meansOf, objectiveOf, type Sums, sumsOf, without } from './tune-objective.ts';
import type { Tunable } from './tune-weights.ts';

export interface Trial {
  /** What every question comes to under the weights as they are now. */
  readonly measures: () => readonly Measures[];
  readonly tunables: readonly Tunable[];
  readonly say: (line: string) => void;
  /** Milliseconds on a clock that only goes forward, after which no new number is tried. */
  readonly until: number;
  readonly monotonic: () => number;
}

export interface Step {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly gain: number;
  /** Of the conversations that were left out while the value was chosen by the others, together. */
  readonly heldOut: number;
  readonly measures: Readonly<Record<string, number>>;
}

interface Tried {
  readonly value: number;
  readonly sums: Sums;
}

/** Less than that is chance. */
const least = 0.02;

/** Goes through every number once, in their order; weights are left as they were proposed last. */
export function tune({ measures, tunables, say, until, monotonic }: Trial): readonly Step[] {
  let best = sumsOf(measures());
  say(`objective ${objectiveOf(best).toFixed(2)}, ${best.size} groups of questions, ${tunables.length} numbers`);
  say(told(meansOf(best)));
  const steps: Step[] = [];
  for (const tunable of tunables) {
    if (monotonic() > until) {
      say(`out of time before ${tunable.name}`);
      break;
    }
    const from = tunable.get();
    const tried = [{ value: from, sums: best }, ...triedAround(tunable, from, measures)];
    tunable.set(from);
    const chosen = bestOf(tried);
    const gain = objectiveOf(chosen.sums) - objectiveOf(best);
    const heldOut = heldOutGain(tried);
    const line = `${tunable.name} ${short(from)} → ${short(chosen.value)}: ${signed(gain)}, held out ${signed(heldOut)}`;
    if (gain < least || heldOut <= 0) {
      say(gain < least ? `${tunable.name} ${short(from)} stays` : `${line}: left alone`);
      continue;
    }
    tunable.set(chosen.value);
    steps.push({ name: tunable.name, from, to: chosen.value, gain, heldOut, measures: change(best, chosen.sums) });
    best = chosen.sums;
    say(line);
  }
  return steps;
}

/** Each measure with its value, to compare with what the product itself comes to. */
function told(means: Readonly<Record<string, number>>): string {
  return Object.entries(means)
    .map(([name, mean]) => `${name} ${mean.toFixed(1)}`)
    .join(', ');
}

function triedAround(tunable: Tunable, from: number, measures: Trial['measures']): readonly Tried[] {
  return tunable.around(from).map((value) => {
    tunable.set(value);
    return { value, sums: sumsOf(measures()) };
  });
}

/** The value chosen by all groups but one, judged by that one; over all of them. The first one tried is what is now. */
function heldOutGain(tried: readonly Tried[]): number {
  const [now] = tried;
  if (!now) return 0;
  const pieces = [...now.sums.keys()].map((group) => {
    const chosen = bestOf(tried.map(({ value, sums }) => ({ value, sums: without(sums, group) }))).value;
    const sums = tried.find(({ value }) => value === chosen)?.sums ?? now.sums;
    return [group, sums.get(group) ?? now.sums.get(group)] as const;
  });
  const together: Sums = new Map(pieces.flatMap(([group, sum]) => (sum ? [[group, sum]] : [])));
  return objectiveOf(together) - objectiveOf(now.sums);
}

function bestOf(tried: readonly Tried[]): Tried {
  const [first, ...rest] = tried;
  if (!first) throw new Error('nothing was tried');
  return rest.reduce((best, each) => (objectiveOf(each.sums) > objectiveOf(best.sums) ? each : best), first);
}

/** What was found, for people; model: of the embedder whose weight was looked for as well. */
export function proposal(steps: readonly Step[], model?: string): string {
  if (steps.length === 0) return 'no number of weights.ts gains enough on every conversation';
  const lines = steps.map(({ name, from, to, gain, heldOut, measures }) => {
    const told = Object.entries(measures).filter(([, value]) => Math.abs(value) >= 0.05);
    const named = name === 'meaning' && model !== undefined ? `meaningOf['${model}']` : name;
    const parts = told.map(([measure, value]) => `${measure} ${signed(value)}`).join(', ');
    return `| ${named} | ${short(from)} | ${short(to)} | ${signed(gain)} | ${signed(heldOut)} | ${parts} |`;
  });
  const head = ['| number | now | proposed | gain | held out | measures |', '| --- | --- | --- | --- | --- | --- |'];
  return [...head, ...lines].join('\n');
}

function short(value: number): string {
  return String(Number(value.toFixed(3)));
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;
}
