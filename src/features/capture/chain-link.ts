// What is said of one link of a chain, whoever looks at it.

/** In the order in which things go: from an agent's settings to the memory, and back to the agent. */
export const linkNames = ['config', 'script', 'event', 'spool', 'transcript', 'brief', 'mcp', 'git'] as const;
export type LinkName = (typeof linkNames)[number];

/** waiting: as it should be, but nothing was seen of it yet. */
export const linkStates = ['proven', 'waiting', 'degraded', 'broken'] as const;
export type LinkState = (typeof linkStates)[number];

export interface ChainLink {
  readonly link: LinkName;
  readonly state: LinkState;
  /** What was seen. */
  readonly what: string;
  /** The command that mends it; '' where nothing is to be mended. */
  readonly fix: string;
}

/** Says several things of one link. */
export function links(link: LinkName): (state: LinkState, what: string, fix?: string) => ChainLink {
  return (state, what, fix = '') => ({ link, state, what, fix });
}

/** Whether something is to be mended, or lost. */
export function isWeak({ state }: Pick<ChainLink, 'state'>): boolean {
  return state === 'degraded' || state === 'broken';
}
