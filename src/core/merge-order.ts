// Who had seen what: the records of one entity as a graph of their bases. Pure; any order of the records gives the same.
import type { RecordBody, RecordName } from './record.ts';

/**
 * A record of an entity, with the address and the device that its log gives it. What it names, it names by address alone;
 * a name with a mark is of a record that is not here.
 */
export interface MergeRecord {
  readonly log: string;
  readonly seq: number;
  readonly dev: string;
  readonly body: RecordBody;
}

/** Some of an entity's records, as bits by their place in `Order.records`. */
export type Those = bigint;

export interface Order {
  /** By (hlc, dev), then by address; a record that came under two addresses stands here once. */
  readonly records: readonly MergeRecord[];
  /** What each one's author had seen, itself left out. */
  readonly seen: readonly Those[];
  /** The newest of what each one's author had seen. */
  readonly bases: readonly (readonly number[])[];
  /** All places, what was seen before what saw it. */
  readonly sequence: readonly number[];
  /** Places of the records that are named and are here. */
  readonly placesOf: (names: readonly RecordName[]) => readonly number[];
}

/** The graph of an entity's records. A base that is not here counts when it comes; bases in a circle count for nothing. */
export function orderOf(given: readonly MergeRecord[]): Order {
  const places = new Map<string, number>();
  const records: MergeRecord[] = [];
  const byId = new Map<string, number>();
  for (const record of given.toSorted(byReading)) {
    const known = byId.get(record.body.id);
    const place = known ?? records.length;
    places.set(address(record.log, record.seq), place);
    if (known !== undefined) continue;
    byId.set(record.body.id, place);
    records.push(record);
  }
  const placesOf: Order['placesOf'] = (names) => [
    ...new Set(names.flatMap(([log, seq, mark]) => (mark === undefined ? (places.get(address(log, seq)) ?? []) : []))),
  ];
  return { records, ...seenBy(records, placesOf), placesOf };
}

/** The records themselves and everything that their authors had seen. */
export function withSeen(order: Order, places: readonly number[]): Those {
  return places.reduce((those, place) => those | bit(place) | (order.seen[place] ?? 0n), 0n);
}

/** The newest of some records whose authors had seen all the others named; undefined when none had. */
export function newestKnowing(order: Order, places: readonly number[], others: readonly number[]): number | undefined {
  const about = withSeen(order, others);
  const knowing = places.filter((place) => (about & ~(order.seen[place] ?? 0n)) === 0n);
  return knowing.filter((place) => !knowing.some((other) => isIn(order.seen[other] ?? 0n, place))).at(-1);
}

/** One record as a set. */
export function bit(place: number): Those {
  return 1n << BigInt(place);
}

/** Whether a record is among some. */
export function isIn(those: Those, place: number): boolean {
  return (those & bit(place)) !== 0n;
}

/** By clock reading, then device, then address: the one total order that every device agrees on. */
function byReading(a: MergeRecord, b: MergeRecord): number {
  return compare(a.body.hlc, b.body.hlc) || compare(a.dev, b.dev) || compare(a.log, b.log) || a.seq - b.seq;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function address(log: string, seq: number): string {
  return `${log}:${seq}`;
}

type Seen = Pick<Order, 'seen' | 'bases' | 'sequence'>;

/** Mostly a base stands before what names it; where a clock was wrong it takes another round. */
function seenBy(records: readonly MergeRecord[], placesOf: Order['placesOf']): Seen {
  const bases = records.map(({ body }, place) => placesOf(body.base).filter((base) => base !== place));
  const sequence: number[] = [];
  const seen = new Map<number, Those>();
  const settle = (place: number) => {
    const those = (bases[place] ?? []).reduce((sum, base) => sum | (seen.get(base) ?? 0n) | bit(base), 0n);
    seen.set(place, those);
    sequence.push(place);
  };
  for (let before = -1; before < sequence.length; ) {
    before = sequence.length;
    bases.forEach((base, place) => {
      if (!seen.has(place) && base.every((each) => seen.has(each))) settle(place);
    });
  }
  // what is left names itself in a circle, which nobody can have written: those bases are as if they were not here
  const circle = bases.flatMap((_, place) => (seen.has(place) ? [] : [place]));
  for (const place of circle) bases[place] = (bases[place] ?? []).filter((base) => !circle.includes(base));
  for (const place of circle) settle(place);
  return { bases, sequence, seen: records.map((_, place) => seen.get(place) ?? 0n) };
}
