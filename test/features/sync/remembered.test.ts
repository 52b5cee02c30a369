import { expect, test } from 'vitest';
import { Remembered } from '../../../src/features/sync/remembered.ts';
import { withNotes, writeNote } from '../../store/notes.ts';
import { temporaryStore } from '../../store/temporary-store.ts';

test('what was read of a database is read again once something was written there, and within a transaction', async () => {
  const { store } = temporaryStore(withNotes);
  let asked = 0;
  const records = new Remembered(({ statements }) => {
    asked += 1;
    return statements.all('select id from records', []).length;
  });
  const before = records.of(store);
  expect([records.of(store), asked]).toEqual([before, 1]);
  const within = await store.write((tx) => {
    writeNote(tx, 'one', 'a text');
    const first = records.of(store);
    writeNote(tx, 'two', 'another');
    return [first, records.of(store)];
  });
  expect(within).toEqual([before + 1, before + 2]);
  expect([records.of(store), records.of(store), asked]).toEqual([before + 2, before + 2, 4]);
});
