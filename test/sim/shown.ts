// What a device shows of an entity, and what it lists beside it, read from its rows.
import { type EntryRow, entryByEnt } from '../../src/features/entries/queries.ts';
import { taskByEnt } from '../../src/features/sessions/queries.ts';
import type { Store } from '../../src/store/store.ts';
import { fieldsOf } from './hand.ts';

export interface Shown {
  readonly fields: Readonly<Record<string, string>>;
  /** Values listed beside the shown one, by field; several times where several were settled one after the other. */
  readonly sides: ReadonlyMap<string, readonly Sides[]>;
}

export interface Sides {
  readonly open: boolean;
  /** Who settled it. */
  readonly by: string | null;
  readonly values: ReadonlySet<string>;
}

/** undefined where nothing is shown of it. */
export function shownBy(store: Store, ent: string): Shown | undefined {
  const entry = store.read.one(entryByEnt, { ent });
  if (entry) return { fields: entryFields(entry), sides: sidesOf(store, ent) };
  const task = store.read.one(taskByEnt, { ent });
  if (!task) return undefined;
  const { description, status, priority } = task;
  return { fields: { description, status, priority }, sides: sidesOf(store, ent) };
}

function entryFields(row: EntryRow): Record<string, string> {
  const tags = JSON.parse(row.tags) as string[]; // a list of words, written by the projection
  return { ...fieldsOf(row), state: row.state, ...Object.fromEntries(tags.map((tag) => [`tag.${tag}`, tag])) };
}

interface ConflictRow {
  readonly field: string;
  readonly sides: string;
  readonly status: string;
  readonly resolved_by: string | null;
}

/** Open ones, and what a rule settled: what a person or a later edit ended is over. */
function sidesOf(store: Store, ent: string): Shown['sides'] {
  const rows = store.statements.all<ConflictRow>(
    `select field, sides, status, resolved_by from conflicts
     where ent = ? and (status = 'open' or resolved_by = 'rule:human')`,
    [ent],
  );
  const told = rows.map(({ field, sides, status, resolved_by }) => ({
    field,
    sides: { open: status === 'open', by: resolved_by, values: valuesIn(sides) },
  }));
  return new Map(
    [...Map.groupBy(told, ({ field }) => field)].map(([field, all]) => [field, all.map(({ sides }) => sides)]),
  );
}

/** Whether there is something for a person to decide. */
export function isOpen(shown: Shown | undefined): boolean {
  return [...(shown?.sides.values() ?? [])].flat().some(({ open }) => open);
}

function valuesIn(sides: string): ReadonlySet<string> {
  const all = JSON.parse(sides) as readonly { readonly value: unknown }[];
  return new Set(all.map(({ value }) => String(value)));
}
