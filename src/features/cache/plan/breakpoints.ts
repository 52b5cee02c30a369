import type { Breakpoint, BreakpointName, PlanWarning } from './cache-plan.ts';
import type { Block, Layout } from './layout.ts';

export interface Wanted {
  readonly name: BreakpointName;
  /** Position; below 0 nothing is wanted. */
  readonly at: number;
  readonly ttl: string | null;
}

export interface BreakpointRules {
  readonly mayStandOn: (block: Block) => boolean;
  /** Prefixes below are not cached at all. */
  readonly minTokens: number;
  readonly max: number;
}

export interface Placed {
  readonly breakpoints: readonly Breakpoint[];
  readonly warnings: readonly PlanWarning[];
}

/** Of more than a provider takes, these go first: what is behind them still finds what they wrote. */
const spareFirst: readonly BreakpointName[] = ['shared', 'previous', 'anchor', 'snapshot', 'newest'];

/**
 * Puts breakpoints where the provider takes them: never on a forbidden block, never below the minimum (moved down to the
 * next border that reaches it, or dropped with a warning), never two on one block, never in the tail, never too many.
 */
export function placeBreakpoints(layout: Layout, wanted: readonly Wanted[], rules: BreakpointRules): Placed {
  const warnings: PlanWarning[] = [];
  const placed = new Map<number, Wanted>();
  for (const each of wanted) {
    if (each.at < 0) continue;
    const at = borderFor(layout, each.at, rules);
    if (at === undefined) warnings.push(dropped(layout, each, rules));
    else if (!placed.has(at)) placed.set(at, each);
  }
  const kept = [...placed].sort(([a], [b]) => a - b);
  while (kept.length > rules.max) {
    const spare = spareFirst.find((name) => kept.some(([, each]) => each.name === name));
    kept.splice(
      kept.findIndex(([, each]) => each.name === spare),
      1,
    );
  }
  return { breakpoints: kept.map(([at, each]) => breakpointAt(layout, at, each)), warnings };
}

/** The breakpoint of a position, wherever it was wanted. */
export function breakpointAt({ blocks }: Layout, at: number, { name, ttl }: Omit<Wanted, 'at'>): Breakpoint {
  const block = blocks[at];
  return { name, at, slot: block?.segment.slot ?? '', tokens: block?.upto ?? 0, ttl, implicit: false };
}

/** The last block up to a position, and behind another one, that may carry a breakpoint. */
export function lastAllowed(
  { blocks }: Layout,
  { upto, behind }: { readonly upto: number; readonly behind: number },
  mayStandOn: (block: Block) => boolean,
): number | undefined {
  for (let at = upto; at > behind; at -= 1) {
    const block = blocks[at];
    if (block && mayStandOn(block)) return at;
  }
  return undefined;
}

/** A text without anything in it carries nothing, neither does a list of no tools. */
export function isEmpty({ segment }: Block): boolean {
  return /^\s*(?:\[\s*\])?\s*$/.test(segment.text);
}

function borderFor(layout: Layout, at: number, { mayStandOn, minTokens }: BreakpointRules): number | undefined {
  const { blocks, historyEnd } = layout;
  const block = blocks[at];
  if (!block || at > historyEnd) return undefined;
  const above = mayStandOn(block)
    ? at
    : lastAllowed(layout, { upto: at, behind: firstOfZone(blocks, at) - 1 }, mayStandOn);
  if (above !== undefined && (blocks[above]?.upto ?? 0) >= minTokens) return above;
  for (let next = at; next <= historyEnd; next += 1) {
    const below = blocks[next];
    if (below && below.upto >= minTokens && mayStandOn(below)) return next;
  }
  return undefined;
}

function firstOfZone(blocks: readonly Block[], at: number): number {
  return blocks.findIndex(({ zone }) => zone === blocks[at]?.zone);
}

function dropped({ blocks }: Layout, { name, at }: Wanted, { minTokens }: BreakpointRules): PlanWarning {
  const block = blocks[at];
  const [slot, tokens] = [block?.segment.slot ?? '', block?.upto ?? 0];
  const text =
    tokens < minTokens
      ? `the ${name} breakpoint is left out: ${tokens} tokens up to ${slot} are below the minimum of ${minTokens}`
      : `the ${name} breakpoint is left out: no block up to it may carry one`;
  return { code: tokens < minTokens ? 'below-minimum' : 'forbidden-block', text, slot };
}
