import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placeOf } from '../../src/platform/own-place.ts';
import { logMarks, packFiles } from '../../src/platform/pack-files.ts';
import { bindLog } from '../../src/store/binding.ts';
import { verify } from '../../src/store/verify.ts';
import { withNotes, writeLine } from './notes.ts';
import { openStore, storeSetting, temporaryDirectory } from './temporary-store.ts';

test('PK40: a log is bound to where its database is; a copy elsewhere, or an older one in its place, goes on in a new log', async () => {
  const { settings, file } = storeSetting(withNotes);
  const instance = join(temporaryDirectory(), 'instance');
  const place = () => placeOf(file, instance);
  let store = openStore(settings);
  const first = store.log.log;
  expect(bindLog(store, place(), 0)).toBe('new');
  expect(bindLog(store, place(), 1)).toBe('bound');
  await store.write((tx) => writeLine(tx, 'a'));
  const older = store.db.serialize();
  await store.write((tx) => writeLine(tx, 'b'));
  const mark = store.log.seq;
  store.close();
  store = openStore(settings);
  expect(bindLog(store, place(), mark)).toBe('bound');
  expect(store.log.log).toBe(first);
  store.close();
  // the same file, with what it held before
  fs.writeFileSync(file, older);
  store = openStore(settings);
  expect(bindLog(store, place(), mark)).toBe('older');
  const second = store.log.log;
  expect(second).not.toBe(first);
  const opening = store.read.fields(store.statements.one<{ n: number }>('select max(n) as n from records', [])?.n ?? 0);
  expect(opening).toMatchObject({ prev_log: first, store: 'project' });
  expect(bindLog(store, place(), 0)).toBe('bound');
  await store.write((tx) => writeLine(tx, 'c'));
  expect(verify(store, 'deep').problems).toEqual([]);
  store.close();
  // a copy: another inode
  fs.copyFileSync(file, `${file}.copy`);
  fs.renameSync(`${file}.copy`, file);
  store = openStore(settings);
  expect(bindLog(store, place(), 0)).toBe('elsewhere');
  expect(bindLog(store, { ...place(), instance: 'of another installation' }, 0)).toBe('elsewhere');
  expect(bindLog(store, { ...place(), machine: 'another' }, 0)).toBe('elsewhere');
  const states = store.statements.all('select state, count(*) as count from logs group by state order by state', []);
  expect(states).toEqual([
    { state: 'closed', count: 4 },
    { state: 'open', count: 1 },
  ]);
});

test('PK41: marks only rise, outlive a restart, and a file that is none counts for nothing', () => {
  const file = join(temporaryDirectory(), 'marks.json');
  const marks = logMarks(file);
  marks.raise({ a: 3, b: 1 });
  marks.raise({ a: 2 });
  expect([logMarks(file).get('a'), logMarks(file).get('b'), logMarks(file).get('c')]).toEqual([3, 1, 0]);
  fs.writeFileSync(file, '{"a": "x", "b"');
  expect(logMarks(file).get('a')).toBe(0);
});

test('PK42: packs are kept for nobody else to read, under keys alone', () => {
  const directory = join(temporaryDirectory(), 'packs');
  const files = packFiles(directory);
  const key = `${'0f'.repeat(16)}.pack`;
  expect(files.read(key)).toBe(undefined);
  files.write(key, Buffer.from('bytes'));
  expect(Buffer.from(files.read(key) ?? []).toString()).toBe('bytes');
  expect([fs.statSync(directory).mode & 0o777, fs.statSync(join(directory, key)).mode & 0o777]).toEqual([0o700, 0o600]);
  files.remove(key);
  expect(files.read(key)).toBe(undefined);
  for (const bad of ['../x', `${'0f'.repeat(16)}`, 'prsist1/a/p']) expect(() => files.read(bad)).toThrow('no key');
});
