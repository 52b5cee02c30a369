import { expect, test } from 'vitest';
import { digest } from '../../src/store/digest.ts';
import { rebuild } from '../../src/store/rebuild.ts';
import { projection } from '../../src/store/record-type.ts';
import { verify } from '../../src/store/verify.ts';
import { dropNote, noteByEnt, noteId, notes, seeNote, withNotes, writeLine, writeNote } from './notes.ts';
import { temporaryStore } from './temporary-store.ts';

test('RB1: rebuilt rows are the rows that grew', async () => {
  const { store } = temporaryStore(withNotes);
  await store.write((tx) => {
    writeNote(tx, 'a', 'one', { z: 1, a: [undefined, -0, { y: undefined, b: 2 }] });
    writeNote(tx, 'b', 'two'.repeat(2_000));
    writeNote(tx, 'a', 'three', { z: 1, a: 2 });
    dropNote(tx, 'b');
    writeNote(tx, 'b', 'back');
    writeLine(tx, 'line');
  });
  const before = digest(store);
  expect(Object.keys(before).sort()).toEqual(['all', 'lines', 'notes']);
  expect(rebuild(store)).toBe(7);
  expect(digest(store)).toEqual(before);
  expect(verify(store, 'deep').problems).toEqual([]);
});

test('RB2: local columns keep their values over a rebuild, and are no part of the digest', async () => {
  const { store } = temporaryStore(withNotes);
  await store.write((tx) => {
    for (const key of ['a', 'b', 'c']) writeNote(tx, key, key);
  });
  const before = digest(store);
  await store.write((tx) => {
    for (const key of ['a', 'c', 'c']) tx.run(seeNote, { ent: noteId(key) });
  });
  expect(digest(store)).toEqual(before);
  rebuild(store);
  rebuild(store); // nothing of the first is in the way
  expect(['a', 'b', 'c'].map((key) => store.read.one(noteByEnt, { ent: noteId(key) })?.seen)).toEqual([1, 0, 2]);
});

test('RB3: only the projections asked for are computed again', async () => {
  const other = projection({ name: 'other', version: 1, tables: {}, handlers: [] });
  const { store } = temporaryStore({ ...withNotes, projections: [notes, other] });
  await store.write((tx) => writeNote(tx, 'a', 'one'));
  store.db.exec("update notes set text = 'tampered'");
  rebuild(store, new Set(['other']));
  expect(store.read.one(noteByEnt, { ent: noteId('a') })?.text).toBe('tampered');
  rebuild(store, new Set(['notes']));
  expect(store.read.one(noteByEnt, { ent: noteId('a') })?.text).toBe('one');
});

test('RB3: a table stands for all that is counted with it, and an unknown one is refused', async () => {
  const { store } = temporaryStore(withNotes);
  await store.write((tx) => writeNote(tx, 'a', 'one'));
  const before = digest(store);
  expect(rebuild(store, new Set(['notes']))).toBe(2);
  expect(digest(store)).toEqual(before);
  expect(() => rebuild(store, new Set(['notes', 'nope']))).toThrow('no table nope is computed here');
  expect(digest(store)).toEqual(before);
});

test('RB4: a rebuild that fails leaves the old rows', async () => {
  const { store } = temporaryStore(withNotes);
  await store.write((tx) => writeNote(tx, 'a', 'one'));
  const before = digest(store);
  store.db.exec("create trigger no before insert on notes begin select raise(abort, 'no'); end");
  expect(() => rebuild(store)).toThrow('no');
  expect(digest(store)).toEqual(before);
  store.db.exec('drop trigger no');
  rebuild(store);
  expect(digest(store)).toEqual(before);
});

test('RB5: erased records and records of a newer version are passed over', async () => {
  const { store } = temporaryStore(withNotes);
  await store.write((tx) => writeNote(tx, 'a', 'one'));
  await store.write((tx) => writeNote(tx, 'b', 'two'));
  await store.write((tx) => writeNote(tx, 'c', 'three'));
  store.db.exec('update records set body = null, salt = null, state = 1 where seq = 3');
  store.db.exec('update records set state = 2 where seq = 4');
  expect(rebuild(store)).toBe(2);
  expect(store.statements.all('select text from notes', [])).toEqual([{ text: 'one' }]);
  expect(verify(store, 'chain').problems).toEqual([]);
  expect(store.read.fields(3)).toEqual({});
});
