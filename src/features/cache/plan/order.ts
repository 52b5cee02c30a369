import type { Segment, SegmentPlace } from '../segment.ts';
import { segmentPlaces } from '../segment.ts';

/** What changes more often than this goes to the end of the messages: there it breaks nothing behind it. */
export const tailChange = 1 / 50;

/** stable: what every request begins with · history: the conversation, as it was said · tail: what is new every time. */
export type Zone = 'stable' | 'history' | 'tail';

export interface Ordered {
  /** Where it stands among the segments that were handed in. */
  readonly index: number;
  readonly zone: Zone;
}

/**
 * Orders segments so that a change breaks as little as possible: tools, system, messages; inside each by odds of change per
 * token, ascending, frozen ones last, since they change with each session; then the turns as they were said; then what
 * changes more often than every fiftieth request. Tools stay among the tools however often they change.
 * Equal segments are put in the order of their slots, so the same segments in any order give the same order.
 */
export function orderSegments(segments: readonly Segment[]): readonly Ordered[] {
  const zones = segments.map((segment, index): Ordered => ({ index, zone: zoneOf(segment) }));
  const of = (zone: Zone, place?: SegmentPlace) =>
    zones.filter((each) => each.zone === zone && (place === undefined || segments[each.index]?.place === place));
  const sorted = (list: readonly Ordered[]) => {
    const keyed = list.map((each) => ({ each, ...keyOf(segments[each.index]) }));
    return keyed.sort((a, b) => a.late - b.late || a.odds - b.odds || bySlot(a.slot, b.slot)).map(({ each }) => each);
  };
  const stable = segmentPlaces.flatMap((place) => sorted(of('stable', place)));
  return [...stable, ...of('history'), ...sorted(of('tail'))];
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

function keyOf(segment: Segment | undefined) {
  const { change = 0, tokens = 0, slot = '', frozen } = segment ?? {};
  const odds = change >= 1 ? Number.POSITIVE_INFINITY : change / (1 - change) / Math.max(1, tokens);
  return { odds, slot, late: frozen === true ? 1 : 0 };
}

function bySlot(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
