import { expect, test } from 'vitest';
import { readCursor } from '../../src/daemon/event-cursor.ts';
import { eventName, typeFilter } from '../../src/daemon/event-names.ts';
import { EventStream } from '../../src/daemon/event-stream.ts';
import { EventTail } from '../../src/daemon/event-tail.ts';
import { changesAfter, lastChange } from '../../src/store/changes.ts';
import { lineAdd, notes, notesMigration } from '../store/notes.ts';
import { temporaryStore } from '../store/temporary-store.ts';

const notesStore = () => temporaryStore({ migrations: [notesMigration], projections: [notes] }).store;
const clock = () => 1_771_147_142_000;
type Notes = ReturnType<typeof notesStore>;
const fromLog = (store: Notes) => (_: string, after: number, limit: number) => changesAfter(store.read, after, limit);

function add(store: Notes, text: string): Promise<string> {
  return store.write((tx) => tx.append(lineAdd, { fields: { text }, actor: { user: 'a' }, origin: 'human' }).ent);
}

test('HT40: names are past tense, and chosen by pattern', () => {
  expect(eventName('context', 'put')).toBe('context.stored');
  expect(eventName('context', 'retire')).toBe('context.retired');
  expect(eventName('message', 'add')).toBe('session.messaged');
  expect(eventName('handoff', 'create')).toBe('session.handed_off');
  expect(eventName('handoff', 'accept')).toBe('handoff.accepted');
  expect(eventName('task', 'update')).toBe('task.updated');
  expect(eventName('commit', 'add')).toBe('commit.added');
  const wants = typeFilter('context.*, session.ended');
  expect(['context.stored', 'session.ended', 'session.started'].filter(wants)).toEqual([
    'context.stored',
    'session.ended',
  ]);
});

test('HT41: every change is told once, in order, from any cursor on', async () => {
  const store = notesStore();
  const told: { cursor: string; ent: string }[] = [];
  const listen = (n: number, heard = told) => {
    const outlet = { send: async (text: string) => void heard.push(JSON.parse(text)), close: () => undefined };
    const positions = new Map([['p', n]]);
    return new EventStream({ positions, changes: fromLog(store), wants: () => true, outlet, clock, onBug: fail });
  };
  const start = lastChange(store.read);
  const stream = listen(start);
  stream.run();
  const ents: string[] = [];
  for (let i = 0; i < 250; i += 1) {
    ents.push(
      await store.write(
        (tx) => tx.append(lineAdd, { fields: { text: String(i) }, actor: { user: 'a' }, origin: 'human' }).ent,
      ),
    );
    if (i % 7 === 0) stream.wake('p', lastChange(store.read));
  }
  stream.wake('p', lastChange(store.read));
  await settled(() => told.length === ents.length);
  expect(told.map(({ ent }) => ent)).toEqual(ents);
  for (const from of [0, 99, 100, 200, 248]) {
    const again: typeof told = [];
    const at = readCursor(told[from]?.cursor ?? '').get('p') ?? -1;
    listen(at, again).run();
    await settled(() => again.length === ents.length - from - 1);
    expect(again.map(({ ent }) => ent)).toEqual(ents.slice(from + 1));
  }
});

test('HT42: whoever does not listen is closed with 4008 and may go on later; nothing piles up', async () => {
  const store = notesStore();
  const closed: number[] = [];
  let held = 0;
  let stuck = false;
  const outlet = {
    send: () => {
      held += 1;
      return stuck ? new Promise<void>(() => undefined) : Promise.resolve();
    },
    close: (code: number) => void closed.push(code),
  };
  const positions = new Map([['p', lastChange(store.read)]]);
  const stream = new EventStream({ positions, changes: fromLog(store), wants: () => true, outlet, clock, onBug: fail });
  stream.run();
  await new Promise((resolve) => setImmediate(resolve));
  stuck = true;
  for (let i = 0; i < 1_150; i += 1) {
    await store.write((tx) =>
      tx.append(lineAdd, { fields: { text: String(i) }, actor: { user: 'a' }, origin: 'human' }),
    );
    stream.wake('p', lastChange(store.read));
  }
  expect(closed).toEqual([4008]);
  expect(held).toBeLessThanOrEqual(100);
});

test('HT43: what is no cursor of ours is refused', () => {
  for (const wrong of [
    'x',
    '',
    Buffer.from('{}').toString('base64url'),
    Buffer.from('[["p",-1]]').toString('base64url'),
  ]) {
    expect(() => readCursor(wrong)).toThrow(expect.objectContaining({ code: 'input/invalid', field: 'after' }));
  }
});

test('HT44: changes are read once for all who listen, give what the log gives, and only the newest are held', async () => {
  const store = notesStore();
  let reads = 0;
  const tail = new EventTail(() => {
    reads += 1;
    return store.read;
  });
  const start = tail.last('p');
  for (let i = 0; i < 1_200; i += 1) await add(store, String(i));
  const last = lastChange(store.read);
  tail.committed('p', last);
  reads = 0;
  for (let i = 0; i < 50; i += 1) expect(tail.after('p', last - 100, 100)).toHaveLength(100);
  expect(reads).toBeLessThanOrEqual(2);
  for (const at of [start, last - 1_001, last - 1_000, last - 1, last]) {
    expect(tail.after('p', at, 60), String(last - at)).toEqual(changesAfter(store.read, at, 60));
  }
  tail.committed('p', last - 5); // a copy was put in its place
  expect(tail.last('p')).toBe(last);
});

test('HT45: moments wait for a listener up to a bound; that others were left out is said, with their number', async () => {
  const heard: { event: string; detail?: { missed?: number } }[] = [];
  let release = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const outlet = {
    send: (text: string) => {
      heard.push(JSON.parse(text));
      return gate;
    },
    close: () => undefined,
  };
  const positions = new Map([['p', 0]]);
  const wants = typeFilter('brief.*');
  const stream = new EventStream({ positions, changes: () => [], wants, outlet, clock, onBug: fail });
  for (let i = 0; i < 130; i += 1) stream.notice('p', { event: 'brief.rendered' });
  stream.notice('p', { event: 'sync.progress' });
  stream.notice('q', { event: 'brief.rendered' });
  stream.notice(undefined, { event: 'brief.of_nobody' });
  expect(heard).toHaveLength(100);
  release();
  await settled(() => heard.length > 100);
  expect(heard.at(-1)).toMatchObject({ event: 'events.missed', detail: { missed: 30 } });
  expect(heard).toHaveLength(101);
});

test('HT46: a database that went back says that something is missed, and goes on from there', async () => {
  const told: { event: string; ent: string }[] = [];
  const store = notesStore();
  const outlet = { send: async (text: string) => void told.push(JSON.parse(text)), close: () => undefined };
  await add(store, 'one');
  const last = lastChange(store.read);
  const positions = new Map([['p', last + 40]]);
  const parts = { positions, changes: fromLog(store), wants: () => true, outlet, clock, onBug: fail };
  const stream = new EventStream(parts);
  stream.wake('p', last);
  const ent = await add(store, 'two');
  stream.wake('p', lastChange(store.read));
  await settled(() => told.length === 2);
  expect(told).toMatchObject([{ event: 'events.missed' }, { ent }]);
});

function fail(error: unknown): void {
  throw error;
}

async function settled(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
}
