// What is tuned for: a weighed sum of means, kept by groups of questions so that one group can be left out.

/** One question: the group it is left out with, and what each measure it counts for comes to, from 0 to 1. */
export interface Measures {
  readonly group: string;
  readonly values: Readonly<Record<string, number>>;
}

/** Of each group, of each measure the sum and the number of questions. */
export type Sums = ReadonlyMap<string, Readonly<Record<string, { readonly sum: number; readonly count: number }>>>;

/** How much each measure counts; all in points of a hundred. */
const shares: Readonly<Record<string, number>> = {
  ...{ 'ev@2k': 1, 'R@5': 0.6, 'R@10': 0.4, 'R@5 cat 5': 0.3, 'hit@1': 0.2, 'all-ev@2k cat 1': 0.15 },
  'MRR of pairs': 1,
};

/** What a question of a conversation set counts for. slice: its category. */
export function ofDialogue(slice: string, got: Got): Readonly<Record<string, number>> {
  return {
    'hit@1': got.hit1,
    ...(slice === 'cat5' ? { 'R@5 cat 5': got.r5 } : { 'ev@2k': got.ev2k, 'R@5': got.r5, 'R@10': got.r10 }),
    ...(slice === 'cat1' ? { 'all-ev@2k cat 1': Number(got.ev2k === 1) } : {}),
  };
}

/** What a question of a set of pairs counts for. */
export function ofPairs(got: Got): Readonly<Record<string, number>> {
  return { 'MRR of pairs': got.mrr };
}

export interface Got {
  readonly ev2k: number;
  readonly r5: number;
  readonly r10: number;
  readonly mrr: number;
  readonly hit1: number;
}

export interface Truth {
  readonly gold: readonly string[];
  readonly goldSessions: readonly string[];
}

/** A ranking measured as the scorer does it. costOf: tokens of an item. */
export function measured(
  ranked: readonly string[],
  sessions: readonly string[],
  { gold, goldSessions }: Truth,
  costOf: (id: string) => number,
): Got {
  const wanted = new Set(gold);
  const recall = (most: number) => ranked.slice(0, most).filter((id) => wanted.has(id)).length / wanted.size;
  const first = ranked.findIndex((id) => wanted.has(id));
  let used = 0;
  const within = ranked.findIndex((id) => {
    used += costOf(id);
    return used > 2_000;
  });
  return {
    ...{ ev2k: recall(within < 0 ? ranked.length : within), r5: recall(5), r10: recall(10) },
    mrr: first < 0 ? 0 : 1 / (first + 1),
    hit1: Number(sessions[0] !== undefined && goldSessions.includes(sessions[0])),
  };
}

/** Adds questions up. */
export function sumsOf(all: readonly Measures[]): Sums {
  const sums = new Map<string, Record<string, { sum: number; count: number }>>();
  for (const { group, values } of all) {
    const of = sums.get(group) ?? {};
    sums.set(group, of);
    for (const [name, value] of Object.entries(values)) {
      const { sum, count } = of[name] ?? { sum: 0, count: 0 };
      of[name] = { sum: sum + value, count: count + 1 };
    }
  }
  return sums;
}

/** All groups but one. */
export function without(sums: Sums, group: string): Sums {
  return new Map([...sums].filter(([name]) => name !== group));
}

/** Each measure over all groups, in points. */
export function meansOf(sums: Sums): Readonly<Record<string, number>> {
  const means = Object.keys(shares).map((name): [string, number] => {
    const of = [...sums.values()].flatMap((each) => each[name] ?? []);
    const count = of.reduce((total, each) => total + each.count, 0);
    return [name, count === 0 ? 0 : (100 * of.reduce((total, { sum }) => total + sum, 0)) / count];
  });
  return Object.fromEntries(means);
}

/** The number that is to grow. */
export function objectiveOf(sums: Sums): number {
  return Object.entries(meansOf(sums)).reduce((total, [name, mean]) => total + (shares[name] ?? 0) * mean, 0);
}

/** What each measure gains or loses. */
export function change(before: Sums, after: Sums): Readonly<Record<string, number>> {
  const then = meansOf(before);
  return Object.fromEntries(Object.entries(meansOf(after)).map(([name, mean]) => [name, mean - (then[name] ?? 0)]));
}
