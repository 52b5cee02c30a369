import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { z } from 'zod';
import { canonical } from '../../../src/core/canonical.ts';
import { uuidV8 } from '../../../src/core/ids.ts';
import type { Origin, RecordBody } from '../../../src/core/record.ts';
import { contract } from '../../../src/features/conflicts/contract.ts';
import { conflictsFeature } from '../../../src/features/conflicts/feature.ts';
import { conflictText } from '../../../src/features/entries/in-conflict.ts';
import { type EntryRow, entryByEnt } from '../../../src/features/entries/queries.ts';
import { contextPut, contextRetire } from '../../../src/features/entries/records.ts';
import type { Caller, Context } from '../../../src/features/feature.ts';
import { taskAdd, taskUpdate } from '../../../src/features/sessions/records.ts';
import type { Write } from '../../../src/store/record-type.ts';
import { type Device, device, exchange, give } from './devices.ts';

const feature = conflictsFeature({ nameOf: (read, { ent }) => read.one(entryByEnt, { ent })?.key });
const ent = uuidV8(['entry', 'timeout']);
const task = uuidV8(['task', 'build']);

/** Devices that each have the entry and the task, and nothing in conflict. */
async function devices(names: string, value: unknown, resolution?: 'manual'): Promise<readonly Device[]> {
  const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-conflicts-'));
  const all = [...names].map((name) => device(name, directory, resolution));
  onTestFinished(() => {
    for (const { store } of all) store.close();
    fs.rmSync(directory, { recursive: true });
  });
  const [first] = all as [Device];
  const made = { key: 'timeout', scope: 'project', source: 'test', value: canonical(value) } as const;
  await say(first, 'agent', (tx, by) => tx.append(contextPut, { ...by, ent, fields: made }));
  await say(first, 'agent', (tx, by) =>
    tx.append(taskAdd, { ...by, ent: task, fields: { task_id: 'build', description: 'build it' } }),
  );
  await exchange(all);
  return all;
}

type By = { readonly actor: { readonly user: string; readonly agent?: string }; readonly origin: Origin };

let moment = Date.UTC(2026, 0, 2, 4);
const ahead = new Map<Device, number>();

/** Each writes later than all before, by a clock that may be ahead. */
async function say(at: Device, origin: Origin, work: (tx: Write, by: By) => unknown): Promise<void> {
  moment += 1_000;
  at.clock.now = moment + (ahead.get(at) ?? 0);
  const actor = { user: 'ann', ...(origin === 'agent' ? { agent: 'codex' } : {}) };
  await at.store.write((tx) => work(tx, { actor, origin }));
}

const put = (at: Device, value: unknown, origin: Origin = 'agent') =>
  say(at, origin, (tx, by) => tx.append(contextPut, { ...by, ent, fields: { value: canonical(value) } }));
const status = (at: Device, to: 'in_progress' | 'done' | 'rejected' | 'superseded') =>
  say(at, 'agent', (tx, by) => tx.append(taskUpdate, { ...by, ent: task, fields: { status: to } }));

const entryOf = ({ store }: Device): EntryRow => {
  const row = store.read.one(entryByEnt, { ent });
  if (!row) throw new Error('no entry');
  return row;
};
const shownIn = (at: Device): unknown => JSON.parse(entryOf(at).value);
const statusOf = ({ store }: Device) =>
  store.read.one<{ ent: string }, { status: string }>(
    { sql: 'select status from tasks where ent = :ent' },
    { ent: task },
  )?.status;

const person: Caller = { user: 'ann', origin: 'human' };
function contextOf({ store, clock }: Device, caller: Caller = person): Context {
  return {
    ...{ caller, now: clock.now, project: { id: 'p', name: 'p' }, read: { project: store.read, user: store.read } },
    ...{ worktree: undefined, branch: undefined, git: null },
  };
}

type Output<N extends keyof typeof contract> = z.output<(typeof contract)[N]['output']>;
type Verb = (first: unknown, second: unknown, third?: unknown) => unknown;

function list(at: Device, input: object = {}, caller?: Caller): Output<'conflict.list'> {
  const verb = feature.verbs['conflict.list'] as Verb;
  const asked = contract['conflict.list'].input.parse(input);
  return contract['conflict.list'].output.parse(verb(contextOf(at, caller), asked));
}

async function resolve(at: Device, input: object): Promise<Output<'conflict.resolve'>> {
  const verb = feature.verbs['conflict.resolve'] as Verb;
  const parsed = contract['conflict.resolve'].input.parse(input);
  return contract['conflict.resolve'].output.parse(await at.store.write((tx) => verb(tx, parsed, contextOf(at))));
}

const open = (at: Device) =>
  list(at).items.map(({ field, sides, shown }) => [field, sides.map(({ value }) => value), shown]);

test('CF2: example 1 — different members and lines are merged, and nobody is asked', async () => {
  const [a, b] = (await devices('ab', 'one\ntwo\nthree')) as [Device, Device];
  await put(a, 'one\nTWO\nthree');
  await say(a, 'agent', (tx, by) => tx.append(contextPut, { ...by, ent, fields: { priority: 'high' } }));
  await put(b, 'one\ntwo\nthree\nfour');
  await exchange([a, b]);
  for (const at of [a, b]) {
    expect([shownIn(at), entryOf(at).priority, open(at)]).toEqual(['one\nTWO\nthree\nfour', 'high', []]);
  }
});

test('CF3: example 2 — a conflict shows the later value, is settled everywhere at once, and a word not seen opens another', async () => {
  const [a, b, c, d] = (await devices('abcd', 10)) as [Device, Device, Device, Device];
  await put(a, 30);
  await put(b, 60);
  await exchange([a, b, c]);
  for (const at of [a, b, c]) expect([shownIn(at), open(at)]).toEqual([60, [['value', [30, 60], 2]]]);
  expect(entryOf(a).flags).toBe(1);
  expect(conflictText(c.store.read, ent)).toBe(' (conflict: 30, codex on a)');
  const conflict_id = list(c).items[0]?.conflict_id ?? '';
  moment += 1_000;
  c.clock.now = moment;
  const done = await resolve(c, { conflict_id: conflict_id.slice(0, 8), pick: 1 });
  // by the names by which it says what it had seen, marks included
  const [written] = c.store.statements.all<{ body: string }>("select body from records where type = 'conflict'", []);
  const { base, fields } = JSON.parse(written?.body ?? '') as RecordBody;
  expect(fields).toMatchObject({ heads: expect.arrayContaining([...base]) });
  expect(base.map(({ length }) => length)).toEqual([3, 3]);
  expect(done).toMatchObject({
    value: 30,
    conflict: { status: 'resolved', resolved_how: 'resolved', name: 'timeout', before: 10 },
  });
  await exchange([a, b, c]);
  for (const at of [a, b, c]) expect([shownIn(at), open(at), entryOf(at).flags]).toEqual([30, [], 0]);
  await expect(resolve(a, { conflict_id, pick: 2 })).rejects.toMatchObject({ code: 'conflict/settled' });
  await put(d, 90, 'human'); // an agent's word would not stand against the person's who settled it
  await exchange([a, b, c, d]);
  for (const at of [a, b, c, d]) expect(open(at)).toEqual([['value', [30, 90], 2]]);
});

test('CF4: example 3 — a person’s word stays against an agent’s, and can be taken back by one command', async () => {
  const [a, b] = (await devices('ab', 'nothing')) as [Device, Device];
  await put(a, 'use Postgres', 'human');
  await put(b, 'use MySQL');
  await exchange([a, b]);
  for (const at of [a, b]) expect([shownIn(at), open(at), entryOf(at).trust]).toEqual(['use Postgres', [], 3]);
  const [settled] = list(b, { settled: true }).items;
  expect(settled).toMatchObject({
    resolved_how: 'rule',
    sides: [{ value: 'use Postgres' }, { value: 'use MySQL', agent: 'codex' }],
  });
  await resolve(b, { conflict_id: settled?.conflict_id, pick: 2 });
  await exchange([a, b]);
  for (const at of [a, b]) expect([shownIn(at), open(at)]).toEqual(['use MySQL', []]);
});

test('CF4: with manual resolution it is a conflict like any other', async () => {
  const [a, b] = (await devices('ab', 'nothing', 'manual')) as [Device, Device];
  await put(a, 'use Postgres', 'human');
  await put(b, 'use MySQL');
  await exchange([a, b]);
  expect(open(a)).toEqual([['value', ['use Postgres', 'use MySQL'], 2]]);
});

test('CF5: example 4 — an edit survives a retire it did not see; one end of a task beats all, two are a conflict', async () => {
  const [a, b, c] = (await devices('abc', 1)) as [Device, Device, Device];
  await say(a, 'agent', (tx, by) => tx.append(contextRetire, { ...by, ent, fields: {} }));
  await put(b, 2);
  await status(a, 'done');
  await status(b, 'in_progress');
  await status(c, 'rejected');
  await exchange([a, b, c]);
  for (const at of [a, b, c]) {
    expect([entryOf(at).state, entryOf(at).flags, shownIn(at), statusOf(at)]).toEqual(['live', 2, 2, 'rejected']);
  }
  const [x, y] = (await devices('ac', 1)) as [Device, Device];
  await status(x, 'superseded');
  await status(y, 'rejected');
  await exchange([x, y]);
  for (const at of [x, y]) expect(open(at)).toEqual([['status', ['superseded', 'rejected'], 2]]);
});

test('CF6: a decision says one thing that fits the field, and names one conflict', async () => {
  const [a, b] = (await devices('ab', ['x'])) as [Device, Device];
  await put(a, ['x', 1]);
  await put(b, ['x', 2]);
  await status(a, 'superseded');
  await status(b, 'rejected');
  await exchange([a, b]);
  const of = (field: string) => list(a).items.find((each) => each.field === field)?.conflict_id;
  const refused = [
    { conflict_id: of('value') },
    { conflict_id: of('value'), pick: 1, both: true },
    { conflict_id: of('value'), pick: 3 },
    { conflict_id: of('status'), value: 'finished' },
    { conflict_id: of('status'), value: 4 },
    { conflict_id: of('status'), both: true },
  ];
  for (const input of refused) await expect(resolve(a, input)).rejects.toMatchObject({ code: 'input/invalid' });
  await expect(resolve(a, { conflict_id: 'ffff', pick: 1 })).rejects.toMatchObject({ code: 'conflict/not-found' });
  await resolve(a, { conflict_id: of('value'), both: true });
  expect(shownIn(a)).toEqual(['x', 1, 2]);
  await resolve(a, { conflict_id: of('status'), value: 'done' });
  expect([statusOf(a), open(a)]).toEqual(['done', []]);
});

test('CF7: what is in quarantine is a side for people, and kept from agents', async () => {
  const [a, b] = (await devices('ab', 1)) as [Device, Device];
  await put(a, 2);
  await put(b, 3, 'tool-output');
  await exchange([a, b]);
  expect([shownIn(a), entryOf(a).trust]).toEqual([2, 2]);
  const agent: Caller = { user: 'ann', agent: 'codex', origin: 'agent' };
  expect(list(a, {}, agent).items[0]?.sides[1]).toMatchObject({ value: null, withheld: true });
  expect(list(a).items[0]?.sides[1]).toMatchObject({ value: 3, withheld: false });
  expect(conflictText(a.store.read, ent)).toBe('');
  const tied: Caller = { ...agent, bound: { tenant: 't' } };
  expect(list(a, {}, tied)).toMatchObject({ items: [], open: 0 });
});

test('CF8: a clock ten years ahead takes nobody along, and what was written after it replaces it all the same', async () => {
  const [a, b] = (await devices('ab', 1)) as [Device, Device];
  const far = 10 * 365 * 86_400_000;
  ahead.set(b, far);
  await put(b, 2);
  await give(b, a);
  await put(a, 3);
  const row = a.store.statements.one<{ hlc: string }>('select hlc from records order by n desc limit 1', []);
  expect(Number.parseInt(row?.hlc.slice(0, 12) ?? '', 16)).toBeLessThan(a.clock.now + 6 * 60_000);
  await give(a, b);
  for (const at of [a, b]) expect([shownIn(at), open(at)]).toEqual([3, []]);
  expect(a.store.statements.all('select state from logs where own = 0', [])).toEqual([{ state: 'suspect' }]);
});
