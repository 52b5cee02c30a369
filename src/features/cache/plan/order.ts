import type { Segment, SegmentPlace } from '../segment.ts';
import { segmentPlaces } from '../segment.ts';
import type { Zone } from './cache-plan.ts';

/** What changes more often than this goes to the end of the messages: there it breaks nothing behind it. */
export const tailChange = 1 / 50;

export interface Ordered {
  /** Where it stands among the segments that were handed in. */
  readonly index: number;
  readonly zone: Zone;
}

type Keyed = Ordered & { readonly segment: Segment };

/**
 * Orders segments so that a change breaks as little as possible: tools, system, messages; inside each by odds of change per
 * token, ascending, frozen ones last, since they change with each session; then the turns as they were said; then what
 * changes more often than every fiftieth request. Tools stay among the tools however often they change.
 * Equal segments are put in the order of their slots, so the same segments in any order give the same order.
 */
export function orderSegments(segments: readonly Segment[]): readonly Ordered[] {
  const stable: Record<SegmentPlace, Keyed[]> = { tools: [], system: [], messages: [] };
  const history: Keyed[] = [];
  const tail: Keyed[] = [];
  for (const [index, segment] of segments.entries()) {
    const zone = zoneOf(segment);
    const list = zone === 'stable' ? stable[segment.place] : zone === 'history' ? history : tail;
    list.push({ index, zone, segment });
  }
  const sorted = (list: readonly Keyed[]) => list.toSorted((a, b) => compare(a.segment, b.segment));
  const before = segmentPlaces.flatMap((place) => sorted(stable[place]));
  return [...before, ...history, ...sorted(tail)];
}

/**
 * Tokens that one more request is expected to send anew, when segments stand in this order: each is sent anew when it or
 * one before it changes.
 */
export function expectedRewrite(ordered: readonly Pick<Segment, 'tokens' | 'change'>[]): number {
  let intact = 1;
  let tokens = 0;
  for (const segment of ordered) {
    intact *= 1 - segment.change;
    tokens += segment.tokens * (1 - intact);
  }
  return tokens;
}

export interface Reordering {
  readonly from: readonly Pick<Segment, 'tokens' | 'change'>[];
  readonly to: readonly Pick<Segment, 'tokens' | 'change'>[];
  /** Of a session in the median. */
  readonly requests: number;
  /** Times the price of uncached input. */
  readonly write: number;
  readonly read: number;
}

/** Another order writes everything once more: it is taken only when a session saves more than that. Free when cold. */
export function isWorthReordering({ from, to, requests, write, read }: Reordering): boolean {
  const saved = (expectedRewrite(from) - expectedRewrite(to)) * (write - read) * requests;
  const rewrite = to.reduce((sum, { tokens }) => sum + tokens, 0) * (write - read);
  return saved > rewrite;
}

function zoneOf(segment: Segment): Zone {
  if (segment.place === 'messages' && segment.role !== undefined) return 'history';
  return segment.change > tailChange && segment.frozen !== true && segment.place !== 'tools' ? 'tail' : 'stable';
}

function compare(a: Segment, b: Segment): number {
  const late = Number(a.frozen === true) - Number(b.frozen === true);
  // two that change every time have the same odds, whose difference is no number
  return late || odds(a) - odds(b) || bySlot(a.slot, b.slot);
}

/** Odds of change per token. */
function odds({ change, tokens }: Segment): number {
  return change >= 1 ? Number.POSITIVE_INFINITY : change / (1 - change) / Math.max(1, tokens);
}

function bySlot(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
