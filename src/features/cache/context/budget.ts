// What goes into a context: system and templates always, documentation by value, what changes last.
import { PrsistError } from '../../../core/errors.ts';
import type { SegmentKind } from '../segment.ts';

/** Shares of the budget that each kind is sure of; what a kind leaves is pooled. */
export type Shares = Readonly<Record<SegmentKind, number>>;

/** What asks to be let in. */
export interface Asking {
  readonly slot: string;
  readonly kind: SegmentKind;
  readonly tokens: number;
  /** Of documentation and dynamic content: of two the smaller number is let in first. */
  readonly rank: number;
  /** Of a text in pieces: a piece is let in only where all before it are. */
  readonly after?: string | undefined;
}

/** Tokens of each kind. */
export type Wanted = Record<SegmentKind, number>;

export interface Fitted<A extends Asking> {
  readonly taken: ReadonlySet<A>;
  readonly left: readonly A[];
  readonly spent: Record<SegmentKind, Spent>;
  readonly wanted: Wanted;
}

export interface Spent {
  readonly floor: number;
  readonly wanted: number;
  readonly used: number;
}

/**
 * Chooses within a budget of tokens. Documentation may take all but what dynamic content is sure of and wants; dynamic
 * content gets what is left then. A segment goes in whole or not at all. Throws limit/too-large where system content and
 * templates alone are larger than the budget.
 */
export function fit<A extends Asking>(asking: readonly A[], budget: number, shares: Shares): Fitted<A> {
  const wanted = byKind(asking);
  const floor = (kind: SegmentKind) => Math.floor(budget * shares[kind]);
  const always = wanted.system + wanted.template;
  const rest = budget - always;
  if (rest < 0) throw tooLarge(always, budget);
  const isAll = rest >= wanted.documentation + wanted.dynamic;
  const taken = new Set(isAll ? asking : within());
  const used = isAll ? wanted : byKind(taken);
  return {
    ...{ taken, wanted, left: isAll ? [] : asking.filter((each) => !taken.has(each)) },
    spent: spentOf(wanted, used, { budget, shares }),
  };

  function within(): A[] {
    const of = (kind: SegmentKind) => asking.filter((each) => each.kind === kind);
    const sure = Math.min(wanted.dynamic, floor('dynamic'), share(rest, shares));
    const documents = chosen(of('documentation'), rest - sure);
    const dynamic = chosen(of('dynamic'), rest - byKind(documents).documentation);
    return [...of('system'), ...of('template'), ...documents, ...dynamic];
  }
}

/** What each kind is sure of, wanted and got. */
export function spentOf(
  wanted: Wanted,
  used: Wanted,
  { budget, shares }: { readonly budget: number; readonly shares: Shares },
): Record<SegmentKind, Spent> {
  const of = (kind: SegmentKind) => {
    return { floor: Math.floor(budget * shares[kind]), wanted: wanted[kind], used: used[kind] };
  };
  return {
    ...{ system: of('system'), template: of('template') },
    ...{ documentation: of('documentation'), dynamic: of('dynamic') },
  };
}

function byKind(list: Iterable<Asking>): Wanted {
  const sums = { system: 0, template: 0, documentation: 0, dynamic: 0 };
  for (const { kind, tokens } of list) sums[kind] += tokens;
  return sums;
}

/** Where system content and templates leave less than both floors, what they leave is shared as the floors are. */
function share(rest: number, { documentation, dynamic }: Shares): number {
  return documentation + dynamic === 0 ? 0 : Math.floor((rest * dynamic) / (documentation + dynamic));
}

function chosen<A extends Asking>(asking: readonly A[], room: number): A[] {
  const order = asking.toSorted((a, b) => a.rank - b.rank || (a.slot < b.slot ? -1 : 1));
  const byPiece = new Map(order.map((each) => [each.slot, each]));
  const taken = new Set<string>();
  let left = room;
  return order.filter(({ slot, tokens, after }) => {
    const follows = after === undefined || !byPiece.has(after) || taken.has(after);
    if (!follows || tokens > left) return false;
    left -= tokens;
    taken.add(slot);
    return true;
  });
}

function tooLarge(tokens: number, budget: number): PrsistError {
  const message = `system content and template alone have ${tokens} tokens, the budget is ${budget}`;
  return new PrsistError('limit/too-large', message, { field: 'budget_tokens', hint: 'give a larger budget' });
}
