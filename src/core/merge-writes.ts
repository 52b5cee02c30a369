// Who wrote what about one field, and which of those writes nobody had seen.
import { bit, isIn, type MergeRecord, type Order, type Those, withSeen } from './merge-order.ts';
import type { Side } from './merge-rules.ts';
import type { MergeTable, TextOf } from './merge-tables.ts';
import { isRecordName } from './record.ts';

/** One record's word about a field. */
export interface FieldWrite {
  readonly place: number;
  /** undefined: it took the field away. */
  readonly value: unknown;
  /** The records whose words about this field it replaces. */
  readonly over: Those;
  /** It settles a conflict: it had seen the sides it names and no others. */
  readonly settles?: true;
}

/** A word that settles a conflict, before it is known what it picks. */
export interface Settling {
  readonly place: number;
  readonly field: string;
  readonly over: Those;
  /** Of the side it picks; undefined when it brings a value of its own. */
  readonly picked: number | undefined;
  readonly value: unknown;
}

/** What the records say, by field, without what settles conflicts. */
export function writesOf(order: Order, table: MergeTable, text: TextOf): Map<string, FieldWrite[]> {
  const writes = new Map<string, FieldWrite[]>(Object.keys(table.kinds).map((field) => [field, []]));
  order.records.forEach(({ body }, place) => {
    const said = table.says[`${body.type}.${body.op}`]?.(body.fields, text) ?? {};
    for (const [field, list] of writes) {
      const value = said[field];
      if (value !== undefined) list.push({ place, value, over: order.seen[place] ?? 0n });
    }
  });
  return writes;
}

/** What settles conflicts, in the order of their writing. */
export function settlingsOf(order: Order, text: TextOf): readonly Settling[] {
  return order.records.flatMap(({ body }, place) => {
    if (body.type !== 'conflict' || body.op !== 'resolve') return [];
    const { field, heads, pick } = body.fields;
    if (typeof field !== 'string' || !Array.isArray(heads)) return [];
    const named = heads.filter(isRecordName);
    const over = withSeen(order, order.placesOf(named));
    const [picked] = typeof pick === 'number' ? order.placesOf(named.slice(pick, pick + 1)) : [];
    if (typeof pick === 'number' && picked === undefined) return []; // the side it picks is not here yet
    return [
      { place, field, over, picked, value: picked === undefined ? parsed(text(body.fields, 'value')) : undefined },
    ];
  });
}

/** No text: the field is taken away. */
function parsed(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return null;
  }
}

/** The writes among some records that none of the others there had seen, by (hlc, dev). */
export function standing(writes: readonly FieldWrite[], within: Those): readonly FieldWrite[] {
  const there = writes.filter(({ place }) => isIn(within, place));
  if (there.length < 2) return there;
  const seen = there.reduce((sum, { over }) => sum | over, 0n);
  return there.filter(({ place }) => !isIn(seen, place));
}

/** Writes as sides of a decision. */
export function sidesOf(order: Order, writes: readonly FieldWrite[]): readonly Side[] {
  return writes.flatMap(({ place, value }) => {
    const record: MergeRecord | undefined = order.records[place];
    return record ? [{ record, value }] : [];
  });
}

/** What the authors of all these writes had seen. */
export function commonPast(order: Order, writes: readonly FieldWrite[]): Those {
  const [first, ...rest] = writes.map(({ place }) => order.seen[place] ?? 0n);
  return rest.reduce((both, seen) => both & seen, first ?? 0n);
}

/** Every record there is. */
export function allOf(order: Order): Those {
  return bit(order.records.length) - 1n;
}
