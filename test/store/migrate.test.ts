import fs from 'node:fs';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { concerns, migration } from '../../src/store/migrate.ts';
import { Store } from '../../src/store/store.ts';
import { notesMigration, withNotes, writeNote } from './notes.ts';
import { logMigration, openStore, storeSetting, temporaryStore } from './temporary-store.ts';

test('MI1: a new database is configured, ours, and at the schema of its last step', () => {
  const { store } = temporaryStore(withNotes);
  const read = (name: string) => store.db.pragma(name, { simple: true });
  expect({
    ...{ user_version: read('user_version'), application_id: read('application_id') },
    ...{ journal_mode: read('journal_mode'), synchronous: read('synchronous'), auto_vacuum: read('auto_vacuum') },
    ...{ foreign_keys: read('foreign_keys'), secure_delete: read('secure_delete'), mmap_size: read('mmap_size') },
    ...{ trusted_schema: read('trusted_schema'), cell_size_check: read('cell_size_check') },
  }).toEqual({
    ...{ user_version: 2, application_id: 1886548852, journal_mode: 'wal', synchronous: 2, auto_vacuum: 2 },
    ...{ foreign_keys: 1, secure_delete: 1, mmap_size: 0, trusted_schema: 0, cell_size_check: 1 },
  });
});

test('MI2: a step concerns the databases its first line names', () => {
  const kinds = (sql: string) =>
    (['project', 'user'] as const).filter((kind) => concerns(migration('0009-x.sql', sql), kind));
  expect([kinds('-- both: a\n'), kinds('-- project: a\n'), kinds('-- user: a\n')]).toEqual([
    ['project', 'user'],
    ['project'],
    ['user'],
  ]);
  expect(() => migration('0009-x.sql', 'create table t (x);')).toThrow('does not say in its first line');
  expect(() => migration('9-x.sql', '-- both: a\n')).toThrow('is no name of a migration');
});

test('MI3: a step for the other kind of database is passed over, its number is not', () => {
  const step = migration('0002-only.sql', '-- user: test\ncreate table only_user (x integer) strict;');
  const tables = (kind: 'project' | 'user') => {
    const { store } = temporaryStore({ kind, migrations: [step] });
    const table = store.statements.one("select name from sqlite_schema where name = 'only_user'", []);
    return [store.db.pragma('user_version', { simple: true }), table !== undefined];
  };
  expect([tables('project'), tables('user')]).toEqual([
    [2, false],
    [2, true],
  ]);
});

test('MI4: a step that fails leaves the file as it was, and the steps before it done', () => {
  const broken = migration(
    '0003-broken.sql',
    '-- both: test\ncreate table half (x integer) strict;\ninsert into nowhere values (1);',
  );
  const { settings, file } = storeSetting(withNotes);
  new Store({ ...settings, migrations: [logMigration], projections: [] }).close();
  expect(() => new Store({ ...settings, migrations: [logMigration, notesMigration, broken] })).toThrow('nowhere');
  const db = new Database(file);
  const names = db.prepare("select name from sqlite_schema where type = 'table'").pluck().all();
  expect(names).toContain('notes');
  expect(names).not.toContain('half');
  expect(db.pragma('user_version', { simple: true })).toBe(2);
  db.close();
  openStore(settings); // the program before the broken step still opens it
});

test('MI10: a new database is there with its last step, or empty as before', () => {
  const broken = migration('0003-broken.sql', '-- both: test\ninsert into nowhere values (1);');
  const { settings, file } = storeSetting(withNotes);
  expect(() => new Store({ ...settings, migrations: [logMigration, notesMigration, broken] })).toThrow('nowhere');
  const db = new Database(file);
  expect(db.prepare('select count(*) from sqlite_schema').pluck().get()).toBe(0);
  expect(db.pragma('user_version', { simple: true })).toBe(0);
  db.close();
  openStore(settings);
});

test('MI5: an older database is brought up to date and keeps what it holds', async () => {
  const { settings } = storeSetting();
  const old = new Store(settings);
  const { log } = old.log;
  old.close();
  const store = openStore({ ...settings, ...withNotes, migrations: [logMigration, notesMigration] });
  await store.write((tx) => writeNote(tx, 'a', 'x'));
  expect(store.log).toMatchObject({ log, seq: 2 });
});

test('MI6: a database of a newer schema is refused unchanged, with the command that helps', () => {
  const { settings, file } = storeSetting(withNotes);
  new Store(settings).close();
  const db = new Database(file);
  db.pragma('user_version = 99');
  db.pragma('journal_mode = delete');
  db.close();
  const before = fs.readFileSync(file);
  expect(() => new Store(settings)).toThrow(
    expect.objectContaining({
      code: 'store/newer-schema',
      hint: 'npm install -g prsist@latest',
      message: expect.stringContaining('schema 99, this one knows 2'),
    }),
  );
  expect(fs.readFileSync(file).equals(before)).toBe(true);
});

test.each([
  ['with a version of its own', 'pragma user_version = 3; create table t (x)'],
  ['without one', 'create table t (x)'],
  ['of another application', 'pragma application_id = 7'],
])('MI7: a database of somebody else %s is refused unchanged', (_, sql) => {
  const { settings, file } = storeSetting();
  const db = new Database(file);
  db.exec(sql);
  db.close();
  const before = fs.readFileSync(file);
  expect(() => new Store(settings)).toThrow(expect.objectContaining({ code: 'store/corrupt' }));
  expect(fs.readFileSync(file).equals(before)).toBe(true);
});

test('MI8: a file that is no database is refused unchanged', () => {
  const { settings, file } = storeSetting();
  fs.writeFileSync(file, 'not a database, but longer than nothing at all. '.repeat(100));
  expect(() => new Store(settings)).toThrow(expect.objectContaining({ code: 'store/corrupt' }));
  expect(fs.readFileSync(file, 'utf8')).toMatch(/^not a database/);
});
