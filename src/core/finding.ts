// What doctor looks at and what it finds: the same shape from the command line, which works without a daemon, and from
// the daemon, which alone may open databases.

export const checkGroups = ['daemon', 'store', 'security', 'capture', 'sync', 'config'] as const;
export type CheckGroup = (typeof checkGroups)[number];

export interface Finding {
  readonly group: CheckGroup;
  /** `group/problem`, for scripts. */
  readonly code: string;
  /** What is wrong, with the path or name it is about. */
  readonly what: string;
  /** Why it matters, in one sentence. */
  readonly why: string;
  /** The command that mends it. */
  readonly fix: string;
  /** doctor --fix does it by itself. */
  readonly mends: boolean;
}

/** One thing that was looked at; well when nothing was found. */
export interface Check {
  readonly group: CheckGroup;
  readonly name: string;
  readonly findings: readonly Finding[];
}

const byItself = 'prsist doctor --fix';

/** A finding that `doctor --fix` mends. */
export function mendable(finding: Omit<Finding, 'fix' | 'mends'>): Finding {
  return { ...finding, fix: byItself, mends: true };
}

/** A finding that only a person can mend, with this command. */
export function manual(finding: Omit<Finding, 'mends'>): Finding {
  return { ...finding, mends: false };
}
