import { expect, test } from 'vitest';
import { canonical } from '../../src/core/canonical.ts';
import type { Id } from '../../src/core/ids.ts';
import { type Merged, merge } from '../../src/core/merge.ts';
import type { MergeRecord } from '../../src/core/merge-order.ts';
import type { Resolution } from '../../src/core/merge-rules.ts';
import { mergeLines } from '../../src/core/merge-text.ts';
import type { Origin } from '../../src/core/record.ts';
import { faultsOf, history } from '../harness/merge-history.ts';
import { seeded } from '../harness/seed.ts';

type Fields = Readonly<Record<string, unknown>>;

interface Of {
  readonly at: string;
  readonly base?: readonly MergeRecord[];
  readonly name?: string;
  readonly origin?: Origin;
  readonly time?: number;
}

/** A record at 'a1', the first of device a; later devices write later, unless a time is given. */
function said(fields: Fields, { at, base = [], name = 'context.put', origin = 'agent', time }: Of): MergeRecord {
  const [dev = '', seq = '1'] = [at[0], at.slice(1)];
  const [type = '', op = ''] = name.split('.');
  const clock = time ?? Number(seq) * 10 + dev.charCodeAt(0);
  return {
    ...{ log: `log-${dev}`, dev: `dev-${dev}`, seq: Number(seq) },
    body: {
      ...{
        hlc: clock.toString(16).padStart(16, '0'),
        id: `id-${at}` as Id,
        ent: 'ent' as Id,
        type,
        op,
        fields,
        origin,
      },
      ...{ base: base.map((each) => [each.log, each.seq] as const), actor: { user: 'u' }, schema: 1 },
    },
  };
}

const value = (json: unknown, of: Of) => said({ value: canonical(json) }, of);
const stateOf = (records: readonly MergeRecord[], resolution: Resolution = 'intelligent'): Merged =>
  merge(records, { resolution, text: (fields, name) => String(fields[name] ?? '') });
const shown = (merged: Merged, field = 'value') => merged.fields[field]?.value;
const told = ({ conflicts }: Merged) =>
  conflicts.map(({ field, sides, shown: n, settled }) => ({
    field,
    values: sides.map((side) => side.value),
    shown: sides[n]?.value,
    settled: typeof settled === 'object' ? settled.body.id : (settled ?? 'open'),
  }));

test('T23: any order, repetition and grouping of the records gives the same bytes, and no word is lost', () => {
  const random = seeded('T23');
  for (let n = 0; n < 2_500; n += 1) {
    const one = history(random);
    const faults = faultsOf(one, random, 8);
    expect(faults, JSON.stringify(one.writes.map(({ record }) => record))).toEqual([]);
  }
});

test('MG1: different fields, members and lines written apart are all kept', () => {
  const start = value({ theme: 'dark', size: 1 }, { at: 'a1' });
  const high = said({ priority: 'high' }, { at: 'a2', base: [start] });
  const light = value({ theme: 'light', size: 1 }, { at: 'b1', base: [start] });
  const large = value({ theme: 'dark', size: 2, port: 80 }, { at: 'c1', base: [start] });
  const merged = stateOf([start, high, light, large]);
  expect(shown(merged)).toEqual({ theme: 'light', size: 2, port: 80 });
  expect(shown(merged, 'priority')).toBe('high');
  expect(merged.conflicts).toEqual([]);
  const text = value('one\ntwo\nthree', { at: 'a1' });
  const second = value('one\nTWO\nthree', { at: 'a2', base: [text] });
  const fourth = value('one\ntwo\nthree\nfour', { at: 'b1', base: [text] });
  expect(shown(stateOf([text, second, fourth]))).toBe('one\nTWO\nthree\nfour');
  const made = [value({ engine: 'x' }, { at: 'a1' }), value({ port: 1 }, { at: 'b1' })];
  expect(shown(stateOf(made))).toEqual({ engine: 'x', port: 1 });
});

test('MG2: two values for one field are a conflict that shows the later one, until a word that has seen both', () => {
  const start = value(10, { at: 'a1' });
  const [a, b] = [value(30, { at: 'a2', base: [start] }), value(60, { at: 'b2', base: [start] })];
  const open = { field: 'value', values: [30, 60], shown: 60 };
  expect(told(stateOf([start, a, b]))).toEqual([{ ...open, settled: 'open' }]);
  expect(stateOf([start, a, b]).conflicts[0]?.before).toBe(10);
  const heads = [a, b].map(({ log, seq }) => [log, seq]);
  const c = said({ field: 'value', heads, pick: 0 }, { at: 'c3', base: [a, b], name: 'conflict.resolve' });
  const settled = stateOf([start, a, b, c]);
  expect([shown(settled), told(settled)]).toEqual([30, [{ ...open, settled: 'id-c3' }]]);
  const d = value(90, { at: 'd2', base: [a] });
  const again = stateOf([start, a, b, c, d]);
  expect(told(again)).toContainEqual({ field: 'value', values: [90, 30], shown: 30, settled: 'open' });
  expect(told(again)).toHaveLength(2);
});

test('MG3: whoever settles a conflict settles the sides they named, and no other that came meanwhile', () => {
  const start = value(1, { at: 'a1' });
  const sides = ['b1', 'c1', 'd1'].map((at, n) => value(n + 2, { at, base: [start] }));
  const heads = sides.slice(0, 2).map(({ log, seq }) => [log, seq]);
  const settling = said({ field: 'value', heads, value: '9' }, { at: 'a5', base: sides, name: 'conflict.resolve' });
  expect(told(stateOf([start, ...sides, settling]))).toContainEqual(
    expect.objectContaining({ values: [4, 9], settled: 'open' }),
  );
});

test('MG4: a settled member is settled, and the others stay as they are', () => {
  const start = value({ a: 1, b: 1 }, { at: 'a1' });
  const sides = [
    value({ a: 2, b: 2 }, { at: 'a2', base: [start] }),
    value({ a: 3, b: 3 }, { at: 'b2', base: [start] }),
  ];
  const heads = sides.map(({ log, seq }) => [log, seq]);
  const settling = said({ field: 'value.a', heads, pick: 0 }, { at: 'c3', base: sides, name: 'conflict.resolve' });
  const merged = stateOf([start, ...sides, settling]);
  expect(shown(merged)).toEqual({ a: 2, b: 3 });
  expect(told(merged).map(({ field, settled }) => [field, settled])).toEqual(
    expect.arrayContaining([
      ['value.a', 'id-c3'],
      ['value.b', 'open'],
    ]),
  );
  // who changes another member has not decided about the open one
  const next = value({ a: 2, b: 3, c: 1 }, { at: 'a4', base: [settling] });
  expect(told(stateOf([start, ...sides, settling, next]))).toContainEqual(
    expect.objectContaining({ field: 'value.b', settled: 'open' }),
  );
});

test('MG5: typed fields meet by their kind', () => {
  const start = said({ priority: 'low', layer: 'session', expires_at: 5 }, { at: 'a1' });
  const apart = (left: Fields, right: Fields, name = 'context.put') =>
    stateOf([start, said(left, { at: 'a2', base: [start], name }), said(right, { at: 'b2', base: [start], name })]);
  expect(shown(apart({ priority: 'critical' }, { priority: 'medium' }), 'priority')).toBe('critical');
  expect(shown(apart({ layer: 'permanent' }, { layer: 'short_term' }), 'layer')).toBe('permanent');
  expect(shown(apart({ expires_at: null }, { expires_at: 9 }), 'expires_at')).toBe(null);
  expect(shown(apart({ expires_at: 12 }, { expires_at: 9 }), 'expires_at')).toBe(12);
  expect(shown(apart({ add: ['x'] }, { remove: ['x'] }, 'context.tag'), 'tags')).toEqual(['x']);
});

test('MG6: of a task the furthest status counts, one end beats all, and two different ends are a conflict', () => {
  const add = said({ description: 'd' }, { at: 'a1', name: 'task.add' });
  const apart = (...statuses: readonly string[]) =>
    stateOf([
      add,
      ...statuses.map((status, n) => said({ status }, { at: `${'abcd'[n]}2`, base: [add], name: 'task.update' })),
    ]);
  expect(shown(apart('done', 'in_progress'), 'status')).toBe('done');
  expect(shown(apart('done', 'in_progress', 'rejected'), 'status')).toBe('rejected');
  expect(told(apart('done', 'in_progress', 'rejected'))).toEqual([]);
  expect(told(apart('superseded', 'done', 'rejected'))).toEqual([
    { field: 'status', values: ['superseded', 'done', 'rejected'], shown: 'rejected', settled: 'open' },
  ]);
});

test('MG7: the word of one person beats that of agents, which stays to be seen; by hand it is a conflict like any', () => {
  const start = value('none', { at: 'a1' });
  const mine = value('use Postgres', { at: 'a2', base: [start], origin: 'human' });
  const theirs = value('use MySQL', { at: 'b3', base: [start] });
  const values = ['use Postgres', 'use MySQL'];
  expect(told(stateOf([start, mine, theirs]))).toEqual([
    { field: 'value', values, shown: values[0], settled: 'human' },
  ]);
  expect(told(stateOf([start, mine, theirs], 'manual'))).toEqual([
    { field: 'value', values, shown: values[1], settled: 'open' },
  ]);
  const too = value('use SQLite', { at: 'c2', base: [start], origin: 'human' });
  expect(told(stateOf([start, mine, theirs, too]))).toEqual([expect.objectContaining({ settled: 'open' })]);
  const text = value('one\ntwo\nthree', { at: 'a1' });
  const apart = [
    value('ONE\ntwo\nthree', { at: 'a2', base: [text] }),
    value('one\ntwo\nTHREE', { at: 'b2', base: [text] }),
  ];
  expect(told(stateOf([text, ...apart], 'manual'))).toEqual([expect.objectContaining({ settled: 'open' })]);
});

test('MG8: an edit that a retire had not seen survives, and is told', () => {
  const start = value(1, { at: 'a1' });
  const retire = said({}, { at: 'a2', base: [start], name: 'context.retire' });
  const edit = value(2, { at: 'b2', base: [start] });
  expect(stateOf([start, retire])).toMatchObject({
    isEditedAfterRetire: false,
    fields: { life: { value: 'retired' } },
  });
  const apart = stateOf([start, retire, edit]);
  expect(apart).toMatchObject({ isEditedAfterRetire: true, fields: { life: { value: 'live' }, value: { value: 2 } } });
  const later = value(3, { at: 'a3', base: [retire, edit] });
  expect(stateOf([start, retire, edit, later]).isEditedAfterRetire).toBe(false);
});

test('MG9: of those nobody is told unasked none is displayed while there is another', () => {
  const start = value(1, { at: 'a1' });
  const records = [
    start,
    value(2, { at: 'a2', base: [start] }),
    value(3, { at: 'b2', base: [start], origin: 'tool-output' }),
  ];
  const merged = merge(records, {
    ...{ resolution: 'intelligent', text: (fields, name) => String(fields[name] ?? '') },
    isQuarantined: ({ body }) => body.origin === 'tool-output',
  });
  expect(shown(merged)).toBe(2);
});

test('MG10: an object and another kind of value are a conflict of whole values, and who ends it leaves nothing behind', () => {
  const start = value({ a: 1, b: 1 }, { at: 'a1' });
  const [word, member] = [value('x', { at: 'a2', base: [start] }), value({ a: 2, b: 1 }, { at: 'b2', base: [start] })];
  const apart = stateOf([start, word, member]);
  expect(told(apart)).toEqual([
    { field: 'value', values: ['x', { a: 2, b: 1 }], shown: { a: 2, b: 1 }, settled: 'open' },
  ]);
  const end = value({ c: 1 }, { at: 'a3', base: [word, member] });
  expect(shown(stateOf([start, word, member, end]))).toEqual({ c: 1 });
  expect(shown(stateOf([start, word, value({ c: 1 }, { at: 'a3', base: [word] })]))).toEqual({ c: 1 });
});

test('MG11: records that name each other, or what never came, are merged all the same', () => {
  const far = { log: 'log-z', seq: 7 } as MergeRecord;
  const [a, b] = [
    value(1, { at: 'a1', base: [far] }),
    value(2, { at: 'b1', base: [{ log: 'log-a', seq: 1 } as MergeRecord] }),
  ];
  expect(shown(stateOf([a, b]))).toBe(2);
  const left = value(1, { at: 'a1', base: [b] });
  const right = value(2, { at: 'b1', base: [left] });
  const merged = stateOf([left, right]);
  expect(told(merged)).toEqual([expect.objectContaining({ values: [1, 2], settled: 'open' })]);
  expect(stateOf([right, left]).fields).toEqual(merged.fields);
});

test('MG12: texts are merged by line, then by sentence, never within one', () => {
  const base = 'a\nThe port is 80. It is open. Nobody uses it.\nc';
  const ours = base.replace('80', '81');
  expect(mergeLines({ base, ours, theirs: base.replace('Nobody uses', 'Everybody uses') })).toBe(
    'a\nThe port is 81. It is open. Everybody uses it.\nc',
  );
  expect(mergeLines({ base, ours, theirs: base.replace('80', '82') })).toBe(undefined);
  expect(mergeLines({ base: 'a\nb\nc', ours: 'a\nB\nc', theirs: 'a\nb\nC' })).toBe('a\nB\nC');
  expect(mergeLines({ base: 'a\nb\nc', ours: 'a\nc', theirs: 'a\nb\nc\nd' })).toBe('a\nc\nd');
});

test('MG13: who goes on from one of two texts that stand apart, and who from the other, are apart as well', () => {
  const start = value('one\ntwo\nthree', { at: 'a1' });
  const [b, c] = ['B', 'C'].map((two, i) => value(`one\n${two}\nthree`, { at: `${'ab'.charAt(i)}2`, base: [start] }));
  if (!b || !c) throw new Error('two were written');
  const ofC = value('one\nC\nthree\nfour', { at: 'c3', base: [b, c] });
  const ofB = value('zero\none\nB\nthree', { at: 'd3', base: [b, c] });
  const apart = stateOf([start, b, c, ofC, ofB]);
  expect(told(apart)).toContainEqual(
    expect.objectContaining({ values: ['one\nC\nthree\nfour', 'zero\none\nB\nthree'], settled: 'open' }),
  );
  const alsoOfC = value('zero\none\nC\nthree', { at: 'd3', base: [b, c] });
  expect(shown(stateOf([start, b, c, ofC, alsoOfC]))).toBe('zero\none\nC\nthree\nfour');
});
