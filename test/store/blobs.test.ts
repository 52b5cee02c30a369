import { expect, test } from 'vitest';
import { limits } from '../../src/core/limits.ts';
import { noteByEnt, noteId, withNotes, writeNote } from './notes.ts';
import { openStore, temporaryStore } from './temporary-store.ts';

interface BlobRow {
  readonly bytes: number;
  readonly refs: number;
  readonly codec: number;
}
const rows = (store: { statements: { all<R>(sql: string, params: []): R[] } }) =>
  store.statements.all<BlobRow>('select bytes, refs, codec from blobs order by blob_n', []);

test('BL1: a text up to 2 KiB stands in the record, one byte more in a blob; bytes count, not characters', async () => {
  const { store } = temporaryStore(withNotes);
  const whole = 'ü'.repeat(limits.inlineTextBytes / 2);
  expect(await store.write((tx) => tx.keep('text', whole))).toEqual({ text: whole });
  expect(await store.write((tx) => tx.keep('text', `${whole}x`))).toEqual({
    text_blob: expect.stringMatching(/^[0-9a-f]{64}$/),
    text_bytes: limits.inlineTextBytes + 1,
  });
  expect(await store.write((tx) => tx.keep('text', `${whole}x`, 4_096))).toEqual({ text: `${whole}x` });
  expect(rows(store)).toMatchObject([{ bytes: limits.inlineTextBytes + 1, refs: 1 }]);
});

test('BL2: a blob comes back as it was, in its transaction, later, and after a new start', async () => {
  const { store, settings } = temporaryStore(withNotes);
  const text = 'Zwölf Boxkämpfer 🙂\u0000\u2028\ufffd "jagen" '.repeat(200);
  const [now, fields] = await store.write((tx) => {
    const kept = tx.keep('text', text);
    return [tx.text(kept, 'text'), kept];
  });
  expect(now).toBe(text);
  expect(store.read.text(fields, 'text')).toBe(text);
  store.close();
  const again = openStore(settings);
  expect(again.read.text(fields, 'text')).toBe(text);
  expect(again.read.blob('00'.repeat(32))).toBeUndefined();
  expect(again.read.text({}, 'text')).toBe('');
});

test('BL3: equal texts are stored once and counted', async () => {
  const { store } = temporaryStore(withNotes);
  const text = 'again and again '.repeat(300);
  await store.write((tx) => writeNote(tx, 'a', text));
  await store.write((tx) => {
    writeNote(tx, 'b', text);
    writeNote(tx, 'c', 'another '.repeat(300));
  });
  expect(rows(store).map((row) => row.refs)).toEqual([2, 1]);
  expect(store.read.one(noteByEnt, { ent: noteId('b') })?.text).toBe(text);
});

test('BL4: more large texts than a transaction remembers are all there for its projections', async () => {
  const { store } = temporaryStore(withNotes);
  const texts = Array.from({ length: 40 }, (_, i) => `${i} `.repeat(2_000));
  await store.write((tx) => {
    const kept = texts.map((text) => tx.keep('text', text));
    expect(kept.map((fields) => tx.text(fields, 'text'))).toEqual(texts);
  });
});

test('BL5: a text that was only named before is filled in when it comes', async () => {
  const { store } = temporaryStore(withNotes);
  const text = 'late '.repeat(1_000);
  const { text_blob } = await store.write((tx) => tx.keep('text', text));
  store.db.exec('update blobs set data = null');
  expect(store.read.blob(String(text_blob))).toBeUndefined();
  await store.write((tx) => tx.keep('text', text));
  expect(store.read.blob(String(text_blob))).toBe(text);
  expect(rows(store)).toMatchObject([{ refs: 2 }]);
});
