import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, test } from 'vitest';
import { closeOwnLogs, contentsOf, copyDatabase, copyDatabaseNow, copyFile } from '../../src/store/backup.ts';
import { compact } from '../../src/store/compact.ts';
import { digest } from '../../src/store/digest.ts';
import { migration } from '../../src/store/migrate.ts';
import { Store } from '../../src/store/store.ts';
import { verify } from '../../src/store/verify.ts';
import { withNotes, writeNote } from './notes.ts';
import { openStore, temporaryDirectory, temporaryStore } from './temporary-store.ts';

const breathe = async () => undefined;

async function filled() {
  const world = temporaryStore(withNotes);
  await world.store.write((tx) => {
    for (let i = 0; i < 300; i += 1) writeNote(tx, `n${i}`, randomBytes(4_000).toString('hex'));
  });
  return { ...world, target: join(temporaryDirectory(), 'copy.db') };
}

describe('copies', () => {
  test('KE20: a copy is one whole file, holds what is written while it is made, and opens as the same store', async () => {
    const { store, settings, target } = await filled();
    const onHalf = () => void store.write((tx) => writeNote(tx, 'late', 'written meanwhile'));
    await copyDatabase(store.db, target, { breathe, onHalf });
    expect(fs.readdirSync(join(target, '..'))).toEqual(['copy.db']);
    expect(contentsOf(target, 2)).toMatchObject({ kind: 'project', records: 302, schema: 2 });
    const copy = openStore({ ...settings, file: target });
    expect(digest(copy)).toEqual(digest(store));
    expect(verify(copy, 'deep').problems).toEqual([]);
  });

  test('KE21: with its logs closed, a copy goes on in a log of its own', async () => {
    const { store, settings, target } = await filled();
    copyDatabaseNow(store.db, target);
    closeOwnLogs(target);
    const copy = openStore({ ...settings, file: target, random: randomBytes });
    expect(copy.log.log).not.toBe(store.log.log);
    await copy.write((tx) => writeNote(tx, 'n0', 'after'));
    expect(copy.log.seq).toBe(2);
    expect(verify(copy, 'deep').problems).toEqual([]);
  });

  test('KE22: garbage, a foreign, a newer, an empty, a damaged and a missing file are refused and stay as they are', async () => {
    const { store, target } = await filled();
    const directory = join(target, '..');
    const write = (name: string, bytes: string | Buffer) => {
      fs.writeFileSync(join(directory, name), bytes);
      return join(directory, name);
    };
    const made = (name: string, sql: string) => {
      const db = new Database(join(directory, name));
      db.exec(sql);
      db.close();
      return join(directory, name);
    };
    copyDatabaseNow(store.db, target);
    const whole = fs.readFileSync(target);
    const flipped = Buffer.from(whole);
    for (let at = 20_000; at < flipped.length; at += 4_096) flipped.fill(0xff, at, at + 64);
    const cases = [
      [write('garbage.db', 'no database at all, only words'), 'store/corrupt'],
      [write('empty.db', ''), 'store/corrupt'],
      [made('foreign.db', 'create table t (x)'), 'store/corrupt'],
      [write('flipped.db', flipped), 'store/corrupt'],
      [join(directory, 'absent.db'), 'file/unreadable'],
    ] as const;
    for (const [file, code] of cases) {
      const before = fs.existsSync(file) ? fs.readFileSync(file) : undefined;
      const copied = copyFile(file, join(directory, 'out.db'), { schema: 2, breathe });
      await expect(copied, file).rejects.toThrow(expect.objectContaining({ code }));
      fs.rmSync(join(directory, 'out.db'), { force: true });
      if (before) expect(fs.readFileSync(file).equals(before), file).toBe(true);
    }
    expect(() => contentsOf(target, 1)).toThrow(expect.objectContaining({ code: 'store/newer-schema' }));
    await expect(copyFile(target, join(directory, 'x.db'), { schema: 1, breathe })).rejects.toThrow('newer');
  });

  test('KE23: before the schema of a filled database changes, it is copied; a copy that fails leaves it as it is', async () => {
    const { store, settings, target } = await filled();
    const before = digest(store);
    store.close();
    const more = migration('0003-more.sql', '-- both: test\ncreate table more (x integer) strict;\n');
    const migrations = [...settings.migrations, more];
    const refuse = () => {
      throw new Error('no room');
    };
    expect(() => new Store({ ...settings, migrations, beforeMigration: refuse })).toThrow('no room');
    const asked: number[] = [];
    const beforeMigration = (db: Database.Database, from: number) => {
      asked.push(from);
      copyDatabaseNow(db, target);
    };
    openStore({ ...settings, migrations, beforeMigration }).close();
    openStore({ ...settings, migrations, beforeMigration }).close();
    expect(asked).toEqual([2]);
    expect(contentsOf(target, 3).schema).toBe(2);
    expect(digest(openStore({ ...settings, file: target }))).toEqual(before);
  });

  test('KE24: compacting gives free pages back, in slices, and changes nothing', async () => {
    const { store, file } = await filled();
    await store.write((tx) => {
      for (let i = 0; i < 300; i += 1) writeNote(tx, `n${i}`, 'short');
    });
    store.db.exec('delete from blobs');
    store.db.pragma('wal_checkpoint(truncate)');
    const [before, rows] = [fs.statSync(file).size, digest(store)];
    let ms = 0;
    await compact(store, { monotonic: () => (ms += 100), breathe });
    expect(fs.statSync(file).size).toBeLessThan(before);
    expect(fs.statSync(`${file}-wal`).size).toBe(0);
    expect(digest(store)).toEqual(rows);
  });
});
