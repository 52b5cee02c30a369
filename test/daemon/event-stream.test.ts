import { expect, test } from 'vitest';
import { eventName, typeFilter } from '../../src/daemon/event-names.ts';
import { EventStream, readCursor } from '../../src/daemon/event-stream.ts';
import { lastChange } from '../../src/store/changes.ts';
import { lineAdd, notes, notesMigration } from '../store/notes.ts';
import { temporaryStore } from '../store/temporary-store.ts';

const notesStore = () => temporaryStore({ migrations: [notesMigration], projections: [notes] }).store;

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
    return new EventStream({ positions, read: () => store.read, wants: () => true, outlet, onBug: fail });
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
  const stream = new EventStream({ positions, read: () => store.read, wants: () => true, outlet, onBug: fail });
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

function fail(error: unknown): void {
  throw error;
}

async function settled(isDone: () => boolean): Promise<void> {
  while (!isDone()) await new Promise((resolve) => setImmediate(resolve));
}
