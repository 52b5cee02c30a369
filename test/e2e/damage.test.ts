// T12: what can be computed again is thrown away or spoilt, copies are damaged, put back and made projects of their own.
import fs from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { digestOf, findings } from '../harness/audit.ts';
import { createHome, type Home, until } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

let home: Home;
let cwd: string;
let file: string;
let whole: Readonly<Record<string, string>>;

beforeAll(async () => {
  home = createHome();
  const repository = createRepository(home);
  cwd = repository.path;
  const { result } = (await home.json(['init'], { cwd })) as { result: { project_id: string } };
  file = join(home.paths.projects, result.project_id, 'memory.db');
  const client = home.client(cwd);
  for (let i = 0; i < 40; i += 1) {
    const more = i % 10 === 0 ? { priority: 'critical' as const } : {};
    await client.call('context.store', { key: `key-${i}`, value: `value ${i} `.repeat(50), ...more });
  }
  await client.call('session.start', { session_id: 's1' });
  for (let i = 0; i < 10; i += 1) {
    await client.call('session.message', { session_id: 's1', role: 'user', content: `said ${i}` });
  }
  await home.json(['task', 'add', 'mend it'], { cwd });
  await stopped();
  whole = digestOf(file);
});
afterAll(() => home.remove());

async function stopped(): Promise<void> {
  await home.prsist(['daemon', 'stop']);
  await until('nothing runs', () => home.processes().length === 0);
}

function spoil(sql: string): void {
  const db = new Database(file);
  db.unsafeMode(true);
  db.exec(sql);
  db.close();
}

function named(type: 'table' | 'index'): string[] {
  const db = new Database(file, { readonly: true });
  const names = db
    .prepare("select name from sqlite_schema where type = ? and sql is not null and name not like '%fts%'")
    .pluck()
    .all(type)
    .map(String);
  db.close();
  return names;
}

const log = ['meta', 'logs', 'records', 'blobs', 'heads', 'cursors', 'idempotency'];
const local = ['transcript_segments', 'memory_sync_events'];

describe('T12: rows and indexes', () => {
  test('T12: every projection emptied, dropped, spoilt; every index dropped: told, mended, the same as before', async () => {
    const tables = named('table').filter((name) => ![...log, ...local, 'sqlite_sequence'].includes(name));
    expect(tables.length).toBeGreaterThan(8);
    const filled = tables.filter((name) => whole[name] !== undefined);
    const damages = [
      filled.map((name) => `delete from ${name}`).join(';'),
      tables.map((name) => `drop table ${name}`).join(';'),
      'update memory_context_registry set value = \'"spoilt"\'; update messages set at = at + 1',
      named('index')
        .map((name) => `drop index ${name}`)
        .join(';'),
      "insert into search_fts (search_fts) values ('delete-all')",
    ];
    for (const damage of damages) {
      spoil(damage);
      const found = await home.prsist(['store', 'verify', '--deep', '--json'], { cwd });
      if (!damage.includes('search_fts')) expect(found.exit, `${damage}\n${found.stdout}`).toBe(1);
      else await home.json(['store', 'rebuild', '--tables', 'search'], { cwd });
      const again = await home.prsist(['store', 'verify', '--deep', '--json'], { cwd });
      expect(again.exit, `${damage}\n${again.stdout}`).toBe(0);
      expect((await home.prsist(['search', 'value'], { cwd })).stdout).toContain('key-');
      await stopped();
      expect(digestOf(file), damage).toEqual(whole);
    }
  });

  test('T12: the daemon answers while rows are computed again, and stays the same one', async () => {
    await home.json(['daemon', 'start'], { cwd });
    const before = (await home.json(['daemon', 'status'], { cwd })) as { pid?: number };
    const client = home.client(cwd);
    const { job_id } = await client.call('store.rebuild', {});
    let answered = 0;
    for (let state = 'running'; state === 'running'; answered += 1) {
      expect((await client.call('context.retrieve', { key: 'key-0' })).value).toContain('value 0');
      state = (await client.call('job.show', { job_id })).state;
    }
    expect(answered).toBeGreaterThan(0);
    expect((await home.json(['daemon', 'status'], { cwd })).pid).toBe(before.pid);
    await stopped();
    expect(digestOf(file)).toEqual(whole);
  });
});

describe('T12: copies', () => {
  test('T12: a copy with flipped bytes is refused wherever they are flipped, or holds the same', async () => {
    const { result } = (await home.json(['backup'], { cwd })) as { result: { path: string } };
    expect(fs.statSync(result.path).mode & 0o777).toBe(0o600);
    const bytes = fs.readFileSync(result.path);
    const copy = join(home.root, 'flipped.db');
    let refused = 0;
    for (let page = 0; page < bytes.length / 4096; page += 7) {
      const flipped = Buffer.from(bytes);
      const at = page * 4096 + 2048;
      flipped.fill(0xa5, at, at + 512);
      fs.writeFileSync(copy, flipped);
      const { exit } = await home.prsist(['restore', copy, '--json'], { cwd });
      if (exit === 0) await home.json(['store', 'rebuild'], { cwd });
      else refused += 1;
    }
    expect(refused).toBeGreaterThan(0);
    await stopped();
    expect(findings(home)).toEqual([]);
    expect(digestOf(file)).toEqual(whole);
  });

  test('T12: put back, and as a new project: the same rows, and no log is written by two', async () => {
    const path = join(home.root, 'mine.db');
    await home.json(['backup', '--out', path], { cwd });
    await home.json(['context', 'store', 'later', 'gone again'], { cwd });
    await home.json(['restore', path], { cwd });
    const made = (await home.json(['restore', path, '--as-new'], { cwd })) as { result: { project_id: string } };
    await home.json(['context', 'store', 'key-1', 'own', '--project', made.result.project_id], { cwd });
    await stopped();
    expect(digestOf(file)).toEqual(whole);
    expect(findings(home)).toEqual([]);
    const logs = [file, join(home.paths.projects, made.result.project_id, 'memory.db')].map((each) => {
      const db = new Database(each, { readonly: true });
      const open = db.prepare("select log from logs where own = 1 and state = 'open'").pluck().all();
      db.close();
      return open;
    });
    expect(new Set(logs.flat()).size).toBe(2);
  });

  test('T12: a database that cannot even be opened is replaced by its copy', async () => {
    const { result } = (await home.json(['backup'], { cwd })) as { result: { path: string } };
    await stopped();
    const handle = fs.openSync(file, 'r+');
    fs.writeSync(handle, Buffer.alloc(20_000, 0xa5), 0, 20_000, 0);
    fs.closeSync(handle);
    const broken = await home.prsist(['context', 'get', 'key-1', '--json'], { cwd });
    expect([broken.exit, broken.stdout]).toEqual([1, expect.stringContaining('store/corrupt')]);
    const { items } = (await home.json(['backup', '--list'], { cwd })) as { items: { path: string }[] };
    expect(items[0]?.path).toBe(result.path);
    await home.json(['restore', result.path], { cwd });
    await stopped();
    expect(digestOf(file)).toEqual(whole);
    expect(findings(home)).toEqual([]);
  });

  test('T12: a project whose database and clone are gone comes back with a fresh clone', async () => {
    fs.rmSync(join(file, '..'), { recursive: true });
    const { stdout, exit } = await home.prsist(['init', '--no-import'], { cwd });
    expect(exit, stdout).toBe(0);
    const { value } = await home.json(['context', 'get', 'key-7'], { cwd });
    expect(value).toBe('value 7 '.repeat(50));
  });
});
