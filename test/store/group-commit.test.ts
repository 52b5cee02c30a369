import { expect, test } from 'vitest';
import { PrsistError } from '../../src/core/errors.ts';
import { limits } from '../../src/core/limits.ts';
import type { Write } from '../../src/store/record-type.ts';
import { verify } from '../../src/store/verify.ts';
import { countNotes, noteByEnt, noteId, withNotes, writeLine, writeNote } from './notes.ts';
import { openStore, storeSetting, temporaryStore } from './temporary-store.ts';

test('ST1: the writes of one tick share one commit, each with its own answer', async () => {
  const { store, commits } = temporaryStore(withNotes);
  const answers = await Promise.all(['a', 'b', 'c'].map((key) => store.write((tx) => writeNote(tx, key, key).ent)));
  expect(answers).toEqual(['a', 'b', 'c'].map(noteId));
  expect(commits.map((events) => events.map(({ name, ent }) => [name, ent]))).toEqual([
    answers.map((ent) => ['note.put', ent]),
  ]);
});

test('ST2: a request that fails is undone alone: rows, blobs, log position, head and events', async () => {
  const { store, commits } = temporaryStore(withNotes);
  const big = 'x'.repeat(5_000);
  const done = store.write((tx) => writeNote(tx, 'a', 'first'));
  const failed = store.write((tx) => {
    writeNote(tx, 'b', big);
    writeLine(tx, 'gone');
    throw new PrsistError('entry/not-found', 'no');
  });
  const after = store.write((tx) => writeNote(tx, 'c', 'last'));
  await expect(failed).rejects.toMatchObject({ code: 'entry/not-found' });
  const first = await done;
  expect((await after).n).toBe(first.n + 1);
  expect(store.log.seq).toBe(3);
  expect(commits.flat().map((event) => event.ent)).toEqual([noteId('a'), noteId('c')]);
  expect(store.read.one(noteByEnt, { ent: noteId('b') })).toBeUndefined();
  expect(store.statements.all('select * from blobs', [])).toEqual([]);
  expect(verify(store, 'deep').problems).toEqual([]);
});

test('LO12: a group in which requests fail is run again: each has the answer and the effect of one run', async () => {
  const { store, commits } = temporaryStore(withNotes);
  const runs: string[] = [];
  const writing = (key: string, outcome: 'works' | 'fails') =>
    store.write((tx) => {
      runs.push(key);
      const { n } = writeNote(tx, key, `${key} ${tx.keep('text', 'x'.repeat(5_000))['text_blob']}`);
      if (outcome === 'fails') throw new PrsistError('entry/not-found', key);
      return n;
    });
  const outcomes = ['works', 'fails', 'works', 'fails', 'works'] as const;
  const told = await Promise.allSettled(outcomes.map((outcome, i) => writing(`n${i}`, outcome)));
  const first = store.log.seq - 2;
  expect(told.map((one) => (one.status === 'fulfilled' ? one.value : one.reason.message))).toEqual([
    ...[first, 'n1', first + 1, 'n3', first + 2],
  ]);
  expect(runs).toEqual(['n0', 'n1', 'n0', 'n1', 'n2', 'n3', 'n4']);
  expect(commits.flat().map((event) => event.ent)).toEqual([noteId('n0'), noteId('n2'), noteId('n4')]);
  expect(store.statements.all('select refs from blobs', [])).toEqual([{ refs: 3 }]);
  expect(verify(store, 'deep').problems).toEqual([]);
});

test('ST9: what waits for the commit happens once it is on disk, and never for a request that is undone', async () => {
  const { store } = temporaryStore(withNotes);
  const done: string[] = [];
  const writing = (key: string, fails = false) =>
    store.write((tx) => {
      writeNote(tx, key, key);
      tx.after(() => done.push(`${key} ${store.db.inTransaction ? 'early' : 'on disk'}`));
      if (fails) throw new PrsistError('entry/not-found', key);
    });
  await Promise.allSettled([writing('a'), writing('b', true), writing('c')]);
  expect(done.splice(0)).toEqual(['a on disk', 'c on disk']);
  await Promise.allSettled([writing('d', true)]);
  await writing('e');
  expect(() =>
    store.maintain((tx) => {
      tx.after(() => done.push('never'));
      throw new Error('no');
    }),
  ).toThrow('no');
  store.maintain((tx) => tx.after(() => done.push('maintained')));
  store.outside.after(() => done.push('outside'));
  expect(done).toEqual(['e on disk', 'maintained', 'outside']);
});

test('LO12: a request that fails alone is run once', async () => {
  const { store } = temporaryStore(withNotes);
  let runs = 0;
  const failing = store.write(() => {
    runs += 1;
    throw new PrsistError('entry/not-found', 'no');
  });
  await expect(failing).rejects.toMatchObject({ code: 'entry/not-found' });
  expect(runs).toBe(1);
});

test('ST3: a full disk fails the whole group, and the store goes on as if it had not been', async () => {
  const { store, commits } = temporaryStore(withNotes);
  await store.write((tx) => writeNote(tx, 'before', 'here'));
  const before = { ...store.log };
  const pages = Number(store.db.pragma('page_count', { simple: true }));
  store.db.pragma(`max_page_count = ${pages + 4}`);
  const small = store.write((tx) => writeNote(tx, 'small', 'x'));
  const large = store.write((tx) => {
    for (let i = 0; i < 100; i += 1) writeLine(tx, `${i} `.repeat(500));
  });
  await expect(small).rejects.toMatchObject({ code: 'disk/full' });
  await expect(large).rejects.toMatchObject({ code: 'disk/full' });
  expect(store.log).toEqual(before);
  store.db.pragma('max_page_count = 1000000');
  await store.write((tx) => writeNote(tx, 'after', 'too'));
  expect(store.read.one(countNotes, {})).toEqual({ count: 2 });
  expect(commits.flat().map((event) => event.ent)).toEqual([noteId('before'), noteId('after')]);
  expect(verify(store, 'deep').problems).toEqual([]);
});

test('ST4: a write that waits is refused, leaves nothing, and can write nothing later', async () => {
  const { store } = temporaryStore(withNotes);
  let late: unknown;
  let settled = () => {};
  const over = new Promise<void>((resolve) => {
    settled = resolve;
  });
  const written = store.write(async (tx) => {
    writeNote(tx, 'a', 'first half');
    await Promise.resolve();
    try {
      writeNote(tx, 'b', 'second half');
    } catch (error) {
      late = error;
      throw error;
    } finally {
      settled();
    }
  });
  await expect(written).rejects.toMatchObject({ code: 'internal', message: 'a write must not wait' });
  await over;
  expect(late).toMatchObject({ code: 'internal' });
  expect(store.read.one(countNotes, {})).toEqual({ count: 0 });
  expect(store.log.seq).toBe(1);
});

test('ST5: a failure of maintenance leaves position and head where they were', () => {
  const { store } = temporaryStore(withNotes);
  const before = { ...store.log };
  expect(() =>
    store.maintain((tx) => {
      writeLine(tx, 'x');
      throw new Error('no');
    }),
  ).toThrow('no');
  expect(store.log).toEqual(before);
  store.maintain((tx) => writeLine(tx, 'y'));
  expect(verify(store, 'chain')).toMatchObject({ records: 2, problems: [] });
});

test('ST6: beyond the queue the answer is busy, and what waits is written', async () => {
  const { store, commits } = temporaryStore(withNotes);
  const waiting = Array.from({ length: limits.queueRequests }, (_, i) => store.write((tx) => writeLine(tx, `${i}`)));
  await expect(store.write((tx) => writeLine(tx, 'one too many'))).rejects.toMatchObject({
    code: 'daemon/busy',
    retryMs: 200,
  });
  await Promise.all(waiting);
  expect(commits.map((events) => events.length)).toEqual([256, 256, 256, 232]);
});

test('CF45: how many share a commit, and how many may wait, can be set, also meanwhile', async () => {
  const bounds = { groupCommit: 2, queue: 5 };
  const { settings, commits } = storeSetting(withNotes);
  const store = openStore({ ...settings, bounds: () => bounds });
  const write = (n: number) => Array.from({ length: n }, (_, i) => store.write((tx) => writeLine(tx, `${n} ${i}`)));
  const waiting = write(5);
  await expect(store.write((tx) => writeLine(tx, 'one too many'))).rejects.toMatchObject({ code: 'daemon/busy' });
  await Promise.all(waiting);
  expect(commits.map((events) => events.length)).toEqual([2, 2, 1]);
  Object.assign(bounds, { groupCommit: 4, queue: 6 });
  await Promise.all(write(6));
  expect(commits.slice(3).map((events) => events.length)).toEqual([4, 2]);
});

test('ST10: between the groups of a long queue everybody else has a turn', async () => {
  const { store, commits } = temporaryStore(withNotes);
  const seen = new Set<number>();
  const waiting = Array.from({ length: limits.queueRequests }, (_, i) => store.write((tx) => writeLine(tx, `${i}`)));
  const look = () => {
    seen.add(commits.length);
    if (commits.length < 4) setImmediate(look);
  };
  setImmediate(look);
  await Promise.all(waiting);
  expect([...seen]).toEqual(expect.arrayContaining([1, 2, 3]));
});

test('ST10: a group ends when the time of a slice is over; the rest is written next, each with its own answer', async () => {
  let spent = 0;
  const { store, commits } = temporaryStore({ ...withNotes, monotonic: () => spent });
  const slow = (text: string) => (tx: Write) => {
    spent += limits.sliceMs / 2;
    writeLine(tx, text);
    return text;
  };
  const before = commits.length;
  const answers = ['a', 'b', 'c', 'd', 'e'].map((text) => store.write(slow(text)));
  expect(await Promise.all(answers)).toEqual(['a', 'b', 'c', 'd', 'e']);
  expect(commits.slice(before).map((events) => events.length)).toEqual([2, 2, 1]);
});

test('ST7: what waits at the close is written before the file is closed', async () => {
  const { store, settings } = temporaryStore(withNotes);
  const written = store.write((tx) => writeNote(tx, 'a', 'last words'));
  store.close();
  await written;
  expect(openStore(settings).read.one(noteByEnt, { ent: noteId('a') })).toMatchObject({ text: 'last words' });
});

test('ST8: a failure before the commit fails the group and nothing of it stays', async () => {
  let armed = false;
  const failpoint = (name: string) => {
    if (armed && name === 'tx.before-commit') throw new Error('here');
  };
  const setting = storeSetting({ ...withNotes, failpoint });
  const store = openStore(setting.settings);
  armed = true;
  await expect(store.write((tx) => writeNote(tx, 'a', 'x'))).rejects.toThrow('here');
  armed = false;
  await store.write((tx) => writeNote(tx, 'b', 'y'));
  expect(store.read.one(countNotes, {})).toEqual({ count: 1 });
  expect(verify(store, 'deep').problems).toEqual([]);
});
