import { type SegmentKind, segmentKinds } from '../segment.ts';

/** What part of the cache each class is sure of; what a class does not use the others may borrow. */
export const classFloors: Readonly<Record<SegmentKind, number>> = {
  system: 0.4,
  template: 0.3,
  documentation: 0.2,
  dynamic: 0.1,
};

export type ByClass = Readonly<Record<SegmentKind, number>>;

/**
 * How much each class may give so that something fits, in the unit of the capacity: what it has above its floor, what is
 * about to come counted in. A class that would have less than its floor afterwards gives nothing.
 */
export function spare(
  used: ByClass,
  incoming: { readonly kind: SegmentKind; readonly size: number },
  capacity: number,
  floors: ByClass = classFloors,
): ByClass {
  const above = (kind: SegmentKind) => {
    const then = used[kind] + (kind === incoming.kind ? incoming.size : 0);
    return Math.max(0, then - floors[kind] * capacity);
  };
  const [system, template, documentation, dynamic] = segmentKinds;
  return {
    [system]: above(system),
    [template]: above(template),
    [documentation]: above(documentation),
    [dynamic]: above(dynamic),
  };
}

/** Whether a segment of a class may leave: what remains of its class stays at its floor or above. */
export function mayGive(spared: ByClass, leaving: { readonly kind: SegmentKind; readonly size: number }): boolean {
  return leaving.size <= spared[leaving.kind];
}
