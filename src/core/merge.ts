/**
 * Merge: the state of an entity as a pure function of the set of its records. Per field (members of object values are
 * fields, too) only the writes count that no other write to it had seen, directly or through others; where several are
 * left, the rules of merge-rules.ts decide. Order, repetition and grouping of the records cannot matter.
 */
import { canonical } from './canonical.ts';
import { uuidV8 } from './ids.ts';
import { type MergeRecord, type Order, orderOf, type Those } from './merge-order.ts';
import { formOf, type Resolution, type Side } from './merge-rules.ts';
import { type Kind, type MergeTable, type TextOf, tableOf } from './merge-tables.ts';
import { type Apart, Field } from './merge-value.ts';
import { allOf, type FieldWrite, settlingsOf, sidesOf, standing, writesOf } from './merge-writes.ts';

export interface Merging {
  readonly resolution: Resolution;
  readonly text: TextOf;
  /** True for what nobody is told unasked; nothing is, when absent. */
  readonly isQuarantined?: (record: MergeRecord) => boolean;
  /** That of the records' type when absent. */
  readonly table?: MergeTable;
}

export interface MergedField {
  readonly value: unknown;
  /** Whose word it is, by (hlc, dev); of a set nobody's. */
  readonly by: readonly Side[];
}

/** Several values for one field, written apart. */
export interface Conflict {
  /** The same on every device: of the field and the addresses of its sides. */
  readonly id: string;
  /** Of a member of a value: the field, a dot, the member. */
  readonly field: string;
  /** By (hlc, dev). */
  readonly sides: readonly Side[];
  /** The place among the sides of the one that is displayed. */
  readonly shown: number;
  /** The value that all sides had in common last; undefined when there was none. */
  readonly before: unknown;
  /** Who settled it; absent while it is open. human: the rule that a person's word beats that of agents. */
  readonly settled?: 'human' | MergeRecord;
}

export interface Merged {
  readonly order: Order;
  /** Fields that somebody wrote. */
  readonly fields: Readonly<Record<string, MergedField | undefined>>;
  /** Open and settled ones, by id. */
  readonly conflicts: readonly Conflict[];
  /** How a field that is no set stood for somebody who had seen these records. */
  readonly at: (field: string, within: Those) => MergedField | undefined;
  /** It was retired by somebody who had not seen its last edit. */
  readonly isEditedAfterRetire: boolean;
}

/** Merges the records of one entity; those of types without a table are left out. Throws nothing, whatever they say. */
export function merge(records: readonly MergeRecord[], merging: Merging): Merged {
  const order = orderOf(records);
  const table = merging.table ?? tableOf(order.records);
  const conflicts = new Map<string, Conflict>();
  const known = new Map<string, Field>();
  const fields: Record<string, MergedField> = {};
  if (!table) return { order, fields, conflicts: [], at: () => undefined, isEditedAfterRetire: false };
  const writes = writesOf(order, table, merging.text);
  const settlings = settlingsOf(order, merging.text);
  const by = { resolution: merging.resolution, isQuarantined: merging.isQuarantined ?? (() => false) };
  for (const [name, written] of writes) {
    const kind: Kind = table.kinds[name] ?? 'plain';
    const isPlain = kind !== 'set' && kind !== 'life';
    if (!isPlain) {
      if (written.length > 0) fields[name] = kind === 'set' ? setOf(order, written) : lifeOf(order, written);
      continue;
    }
    const field = new Field({ name, order, kind, by }, written, settlings);
    known.set(name, field);
    const { value, by: sides, apart } = field.at(allOf(order));
    if (sides.length > 0) fields[name] = { value, by: sides };
    for (const each of apart) note(conflicts, each, undefined);
    for (const { apart: each, place } of field.ended()) note(conflicts, each, order.records[place]);
  }
  return {
    ...{ order, fields, conflicts: [...conflicts.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) },
    at: (name, within) => known.get(name)?.at(within),
    isEditedAfterRetire: fields['life']?.value === 'live' && fields['life'].by.some(({ value }) => value === 'retired'),
  };
}

/** The id of a conflict, alike on every device. */
export function conflictId(ent: string, field: string, sides: readonly Side[]): string {
  return uuidV8(['conflict', ent, field, canonical(sides.map(({ record }) => [record.log, record.seq]))]);
}

/** What ended first is what settled it; who comes later settles nothing any more. */
function note(conflicts: Map<string, Conflict>, { field, sides, decided, before }: Apart, ended?: MergeRecord): void {
  const ent = sides[0]?.record.body.ent ?? '';
  const id = conflictId(ent, field, sides);
  const settled = decided.kept === 'human' ? 'human' : ended;
  const known = conflicts.get(id);
  if (known && (!ended || known.settled === 'human' || isFirst(known.settled, ended))) return;
  const shown = sides.findIndex((side) => decided.by.includes(side));
  conflicts.set(id, { id, field, sides, shown: Math.max(0, shown), before, ...(settled ? { settled } : {}) });
}

function isFirst(known: MergeRecord | undefined, { body, dev }: MergeRecord): boolean {
  if (!known) return false;
  return known.body.hlc < body.hlc || (known.body.hlc === body.hlc && known.dev <= dev);
}

/** An element is there when somebody added it whom nobody who took it away had seen. */
function setOf(order: Order, writes: readonly FieldWrite[]): MergedField {
  const elements = new Map<string, { readonly value: unknown; readonly writes: FieldWrite[] }>();
  for (const { place, over, value } of writes) {
    // an element both taken away and added by one record is added
    const added = new Map(listed(value, 'add').map((each) => [formOf(each), each]));
    const removed = listed(value, 'remove').map((each) => [formOf(each), each] as const);
    for (const [form, element] of [...added, ...removed.filter(([each]) => !added.has(each))]) {
      const known = elements.get(form) ?? { value: element, writes: [] };
      known.writes.push({ place, over, value: added.has(form) });
      elements.set(form, known);
    }
  }
  const there = [...elements].filter(([, each]) =>
    standing(each.writes, allOf(order)).some(({ value }) => value === true),
  );
  return { value: there.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { value }]) => value), by: [] };
}

function listed(value: unknown, name: 'add' | 'remove'): readonly unknown[] {
  const list = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  return Array.isArray(list) ? list : [];
}

function lifeOf(order: Order, writes: readonly FieldWrite[]): MergedField {
  const by = sidesOf(order, standing(writes, allOf(order)));
  return { value: by.some(({ value }) => value === 'live') ? 'live' : 'retired', by };
}
