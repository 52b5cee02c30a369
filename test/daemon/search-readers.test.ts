import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { SearchReaders } from '../../src/daemon/search-readers.ts';
import { query } from '../../src/store/record-type.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';

const word = query<Record<string, never>, { word: string }>('select word from said');

test('FI67: a search of many projects reads all of them to its end, and so does the next one', () => {
  const place = temporaryDirectory();
  const files = Array.from({ length: 30 }, (_, n) => join(place, `${n}.db`));
  for (const [n, file] of files.entries()) {
    const db = new Database(file);
    db.exec(`create table said (word text); insert into said values ('word ${n}')`);
    db.close();
  }
  const readers = new SearchReaders();
  const ask = () =>
    readers.answer(({ read }) => {
      const reads = files.map((file) => read(file));
      return reads.map((each) => each.one(word, {})?.word);
    });
  const all = files.map((_, n) => `word ${n}`);
  try {
    expect([ask(), ask()]).toEqual([all, all]);
  } finally {
    readers.closeAll();
  }
});
