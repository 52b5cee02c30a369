// Which states go when there is no room: those at the end of a chain first, of these what is worth least per byte.

export interface Kept {
  readonly state_key: string;
  readonly engine: string;
  /** Links of 16 bytes in hex, one after the other. */
  readonly chain: string;
  readonly bytes: number;
  readonly prefill_ms: number;
  readonly uses: number;
  readonly made_at: number;
  readonly last_used: number;
}

const dayMs = 86_400_000;
interface At {
  readonly now: number;
  readonly spared?: string;
}

const gigabyte = 1e9;
const linkDigits = 32;
/** Unused for so long, it is half as likely to be used again. */
const halfLifeMs = 2 * dayMs;

/** Seconds of computing that a state will probably save in a day, for each gigabyte it takes. now: milliseconds. */
export function worth(state: Kept, now: number): number {
  const ageDays = Math.max(0, now - state.made_at) / dayMs;
  const idleMs = Math.max(0, now - state.last_used);
  const usesADay = ((state.uses + 1) / (ageDays + 1)) * 2 ** (-idleMs / halfLifeMs);
  return ((state.prefill_ms / 1000) * usesADay) / (Math.max(1, state.bytes) / gigabyte);
}

/**
 * States to drop, in order, so that the others take at most `most` bytes. spared: one that has only just come and stays; its
 * own bytes are at most `most`. What a longer state begins with goes only when no end of a chain is left.
 */
export function statesToDrop<S extends Kept>(states: readonly S[], most: number, at: At): readonly S[] {
  const left = new Map(states.map((state) => [state.state_key, state]));
  let bytes = states.reduce((sum, state) => sum + state.bytes, 0);
  const dropped: S[] = [];
  while (bytes > most) {
    const next = leastWorth([...left.values()], at);
    if (!next) break;
    left.delete(next.state_key);
    bytes -= next.bytes;
    dropped.push(next);
  }
  return dropped;
}

function leastWorth<S extends Kept>(states: readonly S[], { now, spared }: At): S | undefined {
  const others = states.filter((state) => state.state_key !== spared);
  const inner = innerChains(states);
  const ends = others.filter((state) => !inner.has(placeOf(state.engine, state.chain)));
  const [first, ...rest] = ends.length > 0 ? ends : others;
  if (!first) return undefined;
  return rest.reduce((least, state) => (isLess(state, least, now) ? state : least), first);
}

function isLess(state: Kept, least: Kept, now: number): boolean {
  const [mine, other] = [worth(state, now), worth(least, now)];
  if (mine !== other) return mine < other;
  return (
    state.last_used < least.last_used || (state.last_used === least.last_used && state.state_key < least.state_key)
  );
}

/** The beginnings of all chains, without the chains themselves. */
function innerChains(states: readonly Kept[]): ReadonlySet<string> {
  const inner = new Set<string>();
  for (const { engine, chain } of states) {
    for (let end = linkDigits; end < chain.length; end += linkDigits) inner.add(placeOf(engine, chain.slice(0, end)));
  }
  return inner;
}

/** A link stands for all before it, so the last one is enough. */
function placeOf(engine: string, chain: string): string {
  return `${engine} ${chain.slice(-linkDigits)}`;
}
