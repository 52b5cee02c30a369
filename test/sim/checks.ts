// What must hold once everybody has everything.
import { holdingErased, leavingWithErased } from '../../src/features/sync/queries.ts';
import { digest } from '../../src/store/digest.ts';
import { isUnproven } from '../../src/store/head-start.ts';
import { rebuild } from '../../src/store/rebuild.ts';
import { query } from '../../src/store/record-type.ts';
import { verify } from '../../src/store/verify.ts';
import type { SimDevice } from './device.ts';
import { heldBy } from './exchange.ts';
import type { Due, Oracle } from './oracle.ts';
import { type Shown, type Sides, shownBy } from './shown.ts';
import { marksIn } from './texts.ts';

/** The devices hold the same logs, as far. */
export function unequalVectors(devices: readonly SimDevice[]): readonly string[] {
  const vectors = devices.map(({ name, store }) => [name, JSON.stringify([...heldBy(store)].sort())] as const);
  const [first] = vectors;
  return vectors
    .filter(([, vector]) => vector !== first?.[1])
    .map(([name]) => `${name} holds other records than ${first?.[0]}`);
}

/** Equal rows for equal records. */
export function unequalRows(devices: readonly SimDevice[]): readonly string[] {
  const [first, ...others] = devices.map((device) => ({ device, sums: digest(device.store) }));
  return others.flatMap(({ device, sums }) =>
    differing(sums, first?.sums ?? {}).map((table) => `${device.name}: ${table} differs from ${first?.device.name}`),
  );
}

/** Whoever writes anywhere says that they have seen the same. */
export function unequalHeads(devices: readonly SimDevice[]): readonly string[] {
  const [first, ...others] = devices.map(({ name, store }) => ({
    name,
    heads: store.statements.all(
      'select h.ent, l.log, h.seq from heads h join logs l using (log_n) order by h.ent, l.log, h.seq',
      [],
    ),
  }));
  return others.flatMap(({ name, heads }) =>
    JSON.stringify(heads) === JSON.stringify(first?.heads) ? [] : [`${name} goes on from others than ${first?.name}`],
  );
}

/** Rows computed again from the log are the rows that grew. Once for all, where all have the same. */
export function rebuiltOtherwise({ name, store }: SimDevice): readonly string[] {
  const grown = digest(store);
  rebuild(store);
  return differing(digest(store), grown).map((table) => `${name}: ${table} rebuilt is another`);
}

type Sums = Readonly<Record<string, string>>;

function differing(some: Sums, others: Sums): readonly string[] {
  return Object.keys(some).filter((table) => table !== 'all' && some[table] !== others[table]);
}

/** Every record once, each chain whole. */
export function brokenLogs(devices: readonly SimDevice[]): readonly string[] {
  return devices.flatMap(({ name, store }) => [
    ...verify(store, 'chain').problems.map((problem) => `${name}: ${problem}`),
    ...(isUnproven(store.statements) ? [`${name}: what it began with was never proven`] : []),
  ]);
}

/** Every write is on every device, under one address. */
export function lostRecords(devices: readonly SimDevice[], oracle: Oracle): readonly string[] {
  return devices.flatMap(({ name, store }) => {
    const rows = store.statements.all<{ id: string; count: number }>(
      'select id, count(*) as count from records where id is not null group by id',
      [],
    );
    const counts = new Map(rows.map(({ id, count }) => [id, count]));
    return [...oracle.writes.values()].flatMap((write) => {
      const { id, ent } = write;
      const count = counts.get(id) ?? 0;
      return count === (oracle.isErased(write) ? 0 : 1)
        ? []
        : [`${name}: record ${id} of ${ent} stands there ${count} times`];
    });
  });
}

const ownReplaced = query<Record<string, never>, { name: string }>(
  'select p.name from packs p join logs l using (log_n) where l.own = 1 and p.delete_after = 0',
);

/** Words of erased writes, in any page of a database; packs on the disk and on remotes that still hold them. */
export function leftOfErased(
  devices: readonly SimDevice[],
  oracle: Oracle,
  remotes: readonly Iterable<string>[],
): readonly string[] {
  const gone = [...oracle.writes.values()].filter((write) => oracle.isErased(write));
  const marks = new Set(gone.flatMap(({ says }) => [...says.values()].flatMap((text) => [...marksIn(text)])));
  return devices.flatMap(({ name, store }) => {
    const found = marksIn(store.db.serialize().toString('latin1')).intersection(marks);
    const held = store.read.all(holdingErased, {}).filter(({ own, kept }) => own === 1 || kept === 1);
    // those that were joined without an erase stay for a day, for whoever has just listed them
    const atOnce = store.read.all(ownReplaced, {});
    const old = new Set([...atOnce, ...store.read.all(leavingWithErased, { now: 0 })].map((row) => row.name));
    const there = remotes.flatMap((remote) => [...remote]).filter((each) => old.has(each));
    return [
      ...[...found].map((mark) => `${name}: the words ${mark} were erased and are there`),
      ...held.map((row) => `${name}: pack ${row.name} holds what was erased`),
      ...there.map((each) => `${name}: ${each} is on a remote still`),
    ];
  });
}

/** Ids that stand in a log somewhere. */
export function idsOn(devices: readonly SimDevice[]): ReadonlySet<string> {
  return new Set(
    devices.flatMap(({ store }) =>
      store.statements.all<{ id: string }>('select id from records where id is not null', []).map(({ id }) => id),
    ),
  );
}

/** What is shown and listed of every entity is what the oracle says. */
export function wrongValues(device: SimDevice, oracle: Oracle, strictness: Strictness): readonly string[] {
  return oracle.entities.flatMap((ent) => {
    const shown = shownBy(device.store, ent);
    if (!shown) return [`${device.name}: nothing is shown of ${ent}`];
    const fields = [...oracle.fieldsOf(ent)];
    const wrong = fields.flatMap((field) => wrongField(oracle.due(ent, field), shown, field, strictness));
    const known = new Set(fields);
    const invented = Object.keys(shown.fields).filter((field) => !known.has(field) && !isGiven(field));
    return [...wrong, ...invented.map((field) => `${field} is nobody's`)].map(
      (what) => `${device.name}: ${ent}: ${what}`,
    );
  });
}

/** loose: where a history was split, one conflict too many is right, an edit lost is not. */
export type Strictness = 'exact' | 'loose';

/** What a row has that nobody need have said. */
function isGiven(field: string): boolean {
  return ['layer', 'priority', 'category', 'status', 'state'].includes(field);
}

function wrongField(due: Due, shown: Shown, field: string, strictness: Strictness): readonly string[] {
  const value = shown.fields[field] ?? '';
  const listed = shown.sides.get(field) ?? [];
  const open = listed.filter((sides) => sides.open);
  const say = (what: string) => [
    `${field}: ${what}; it shows ${clip(value)}, beside ${listed.map(clipAll).join(' and ')}`,
  ];
  switch (due.is) {
    case 'value': {
      if (open.length > 0 && strictness === 'exact') return say('a conflict over one value');
      if (value === due.value) return [];
      const isListed = open.some(({ values }) => values.has(due.value));
      return strictness === 'loose' && isListed ? [] : say(`should be ${clip(due.value)}`);
    }
    case 'text':
      return wrongText(due, value, listed).flatMap(say);
    default: {
      const all = [...due.values];
      const missing = listed.some(({ values }) => all.every((each) => values.has(each))) ? [] : all;
      if (missing.length > 0) return say(`nowhere side by side: ${missing.map(clip).join(' | ')}`);
      if (strictness === 'loose') return [];
      if (!due.shown.has(value)) return say(`should show ${[...due.shown].map(clip).join(' or ')}`);
      return open.length === (due.is === 'open' ? 1 : 0) ? [] : say(`should be ${due.is}`);
    }
  }
}

/** Put together, it has what it must have and not what was taken out; otherwise every value is listed. */
function wrongText(due: Extract<Due, { is: 'text' }>, value: string, listed: readonly Sides[]): readonly string[] {
  if (listed.some(({ values }) => [...due.values].every((each) => values.has(each)))) return [];
  const marks = marksIn(value);
  const missing = [...due.has].filter((mark) => !marks.has(mark));
  const back = [...due.lacks].filter((mark) => marks.has(mark));
  return [
    ...(missing.length > 0 ? [`lost the words ${missing.join(' ')}`] : []),
    ...(back.length > 0 ? [`has the removed words ${back.join(' ')}`] : []),
  ];
}

function clipAll({ values }: Sides): string {
  return [...values].map(clip).join(' | ');
}

function clip(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
