// Whether rules hold, and since when. No clock: the time is handed in.
import type { AlertRule } from './alert-rules.ts';

export type Labels = Readonly<Record<string, string>>;

/** A number with its values now, one per set of labels. */
export interface Measure {
  readonly name: string;
  readonly values: readonly (readonly [labels: Labels, value: number])[];
}

/** A rule that holds for one set of labels. */
export interface Holding {
  /** Name of the rule and labels: the same while it goes on. */
  readonly id: string;
  readonly rule: AlertRule;
  readonly labels: Labels;
  readonly value: number;
  /** Since when it holds without a break, in milliseconds since 1970 UTC. */
  readonly since: number;
  /** It has held for as long as its rule says. */
  readonly isRaised: boolean;
}

export interface Evaluation {
  readonly holding: readonly Holding[];
  /** Raised by this look, and by none before it. */
  readonly raised: readonly Holding[];
  /** Ids that were raised before and hold no more. */
  readonly cleared: readonly string[];
}

/** What is kept from one look to the next. */
export type Known = ReadonlyMap<string, Pick<Holding, 'since' | 'isRaised'>>;

const mostHolding = 200;

/**
 * Looks at all rules. What was raised stays raised without a break until it holds no more; a rule that holds again after
 * that begins anew. A clock that went back never makes a rule wait longer than it says.
 */
export function evaluate(
  rules: readonly AlertRule[],
  measures: readonly Measure[],
  { known, now }: { readonly known: Known; readonly now: number },
): Evaluation {
  const holding = rules
    .flatMap((rule) => broken(rule, measures).map(([labels, value]) => ({ rule, labels, value })))
    .slice(0, mostHolding)
    .map(({ rule, labels, value }): Holding => {
      const id = idOf(rule, labels);
      const before = known.get(id);
      const since = Math.min(before?.since ?? now, now);
      const isRaised = before?.isRaised === true || now - since >= rule.for_minutes * 60_000;
      return { id, rule, labels, value, since, isRaised };
    });
  const still = new Set(holding.map(({ id }) => id));
  return {
    holding,
    raised: holding.filter(({ id, isRaised }) => isRaised && known.get(id)?.isRaised !== true),
    cleared: [...known].flatMap(([id, { isRaised }]) => (isRaised && !still.has(id) ? [id] : [])),
  };
}

function broken({ metric, labels: wanted, above, below }: AlertRule, measures: readonly Measure[]) {
  const isMeant = (labels: Labels) => Object.entries(wanted).every(([label, value]) => labels[label] === value);
  const isOut = (value: number) => (above !== undefined && value > above) || (below !== undefined && value < below);
  return measures
    .filter(({ name }) => name === metric)
    .flatMap(({ values }) => values.filter(([labels, value]) => isMeant(labels) && isOut(value)));
}

function idOf({ name }: AlertRule, labels: Labels): string {
  const sorted = Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1));
  return [name, ...sorted.map(([label, value]) => `${label}=${value}`)].join(' ');
}
