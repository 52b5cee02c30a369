// How probable it is that a context is loaded soon after something happened: by the hour of the week, then by the branch.
// Beta distributions, each with the mean of the one above as its prior, so that few observations say little.

interface Beta {
  readonly used: number;
  readonly seen: number;
}

/** What was learned; as it is kept. */
export interface Learned {
  readonly all: Beta;
  /** By the hour of the week in UTC, 0 to 167, Sunday first. */
  readonly hours: Readonly<Record<string, Beta>>;
  /** By a branch, which is kept as a hash: its name may be erased elsewhere. */
  readonly branches: Readonly<Record<string, Beta>>;
}

export interface Situation {
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  readonly branch: string;
}

export const nothingLearned: Learned = { all: { used: 0, seen: 0 }, hours: {}, branches: {} };

/** A mean from above counts as much as so many observations. */
const weight = 4;
/** Observations beyond so many fade: habits change. */
const mostSeen = 50;
const mostBranches = 200;
const hourMs = 3_600_000;

/** Probability from 0 to 1; 0.5 where nothing is known. */
export function probability({ all, hours, branches }: Learned, { at, branch }: Situation): number {
  const overall = mean(all, 0.5);
  return mean(branches[branch], mean(hours[hourOf(at)], overall));
}

/** What is known after one more observation. */
export function learned(before: Learned, { at, branch }: Situation, used: boolean): Learned {
  const hour = hourOf(at);
  const { [branch]: known, ...others } = before.branches;
  const names = Object.keys(others);
  // the one that was seen longest ago stands first
  const kept = names.slice(Math.max(0, names.length - mostBranches + 1)).map((name) => [name, others[name]] as const);
  return {
    all: more(before.all, used),
    hours: { ...before.hours, [hour]: more(before.hours[hour], used) },
    // every name kept has a value
    branches: { ...(Object.fromEntries(kept) as Record<string, Beta>), [branch]: more(known, used) },
  };
}

function mean(beta: Beta | undefined, prior: number): number {
  const { used, seen } = beta ?? { used: 0, seen: 0 };
  return (used + weight * prior) / (seen + weight);
}

function more({ used, seen }: Beta = { used: 0, seen: 0 }, isUsed: boolean): Beta {
  const fading = seen >= mostSeen ? (mostSeen - 1) / seen : 1;
  return { used: used * fading + (isUsed ? 1 : 0), seen: seen * fading + 1 };
}

/** 1970 began on a Thursday. */
function hourOf(at: number): string {
  return String((Math.floor(at / hourMs) + 4 * 24) % 168);
}
