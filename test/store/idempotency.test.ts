import { expect, test } from 'vitest';
import { once, sweepAnswers } from '../../src/store/idempotency.ts';
import { withNotes, writeLine } from './notes.ts';
import { temporaryStore } from './temporary-store.ts';

const asked = { key: 'k1', route: 'line.add', request: '{"text":"x"}', keepMs: 1_000 };

test('ID1: a key asked twice runs once and gets the first answer', async () => {
  const { store } = temporaryStore(withNotes);
  const write = () => store.write((tx) => once(tx, asked, () => writeLine(tx, 'x')));
  const [first, second] = await Promise.all([write(), write()]);
  expect(first.replayed).toBe(false);
  expect(second).toEqual({ answer: first.answer, replayed: true });
  expect(store.log.seq).toBe(2);
});

test.each([
  ['another request', { ...asked, request: '{"text":"y"}' }],
  ['another route', { ...asked, route: 'note.put' }],
])('ID2: a known key for %s is refused', async (_, other) => {
  const { store } = temporaryStore(withNotes);
  await store.write((tx) => once(tx, asked, () => 1));
  await expect(store.write((tx) => once(tx, other, () => 2))).rejects.toMatchObject({ code: 'request/key-reused' });
});

test('ID3: a request that failed is not remembered', async () => {
  const { store } = temporaryStore(withNotes);
  const failing = store.write((tx) =>
    once(tx, asked, () => {
      throw new Error('no');
    }),
  );
  await expect(failing).rejects.toThrow('no');
  expect(await store.write((tx) => once(tx, asked, () => 2))).toEqual({ answer: 2, replayed: false });
});

test('ID4: an answer is kept for its time and then forgotten', async () => {
  const { store, clock } = temporaryStore(withNotes);
  await store.write((tx) => once(tx, asked, () => 1));
  clock.now += 999;
  expect(await store.write((tx) => sweepAnswers(tx))).toBe(0);
  expect(await store.write((tx) => once(tx, asked, () => 2))).toEqual({ answer: 1, replayed: true });
  clock.now += 1;
  expect(await store.write((tx) => once(tx, { ...asked, request: 'new' }, () => 3))).toMatchObject({ answer: 3 });
  clock.now += 1_000;
  expect(await store.write((tx) => sweepAnswers(tx))).toBe(1);
});
