import { expect, test } from 'vitest';
import { checkAside } from '../../src/daemon/check-aside.ts';
import { dropLeftovers, isSafeVersion, type Looking, sqliteVersion, troubles } from '../../src/store/health.ts';
import { recreate } from '../../src/store/recreate.ts';
import { importWorld } from '../features/capture/import-world.ts';

const pace = { monotonic: () => performance.now(), breathe: async () => undefined };

async function library() {
  const world = importWorld();
  const session = '22222222-2222-4222-8222-222222222222';
  const line = {
    ...{ type: 'user', uuid: session, parentUuid: null, sessionId: session, cwd: world.root, version: '2.0.0' },
    ...{ timestamp: '2026-02-01T10:00:00.000Z', message: { role: 'user', content: 'Plant a walnut tree' } },
  };
  await world.read(world.file(`${session}.jsonl`, `${JSON.stringify(line)}\n`));
  const store = world.projects.store(world.projects.resolve('shop').id);
  const look = (more: Partial<Looking> = {}) =>
    troubles(store, { depth: 'quick', walSize: 0, now: world.clock.now, pace, check: checkAside, ...more });
  const found = () => store.statements.all("select rowid from search_fts where search_fts match 'walnut'", []).length;
  return { store, look, found, now: world.clock.now };
}

test('DO14: a database that is well has no trouble', async () => {
  const { store, look } = await library();
  expect(await look({ depth: 'deep' })).toEqual([]);
  expect(isSafeVersion(sqliteVersion(store))).toBe(true);
  expect(['3.51.2', '3.51.3', '3.60.0', '4.0.0', ''].map(isSafeVersion)).toEqual([false, true, true, true, false]);
});

test('DO14: settings that were changed are read back', async () => {
  const { store, look } = await library();
  store.db.pragma('synchronous = off');
  expect(await look()).toEqual([{ kind: 'pragma', name: 'synchronous', value: '0', wanted: '2' }]);
});

test('DO14: an index that is gone or damaged is made anew and finds what it found', async () => {
  const { store, look, found } = await library();
  expect(found()).toBe(1);
  store.db.unsafeMode(true).exec('delete from search_fts_data where id > 10');
  expect(await look()).toMatchObject([{ kind: 'index', table: 'search_fts' }]);
  recreate(store, ['search_fts']);
  expect([await look(), found()]).toEqual([[], 1]);
  store.db.exec('drop table search_fts; drop table search_item');
  expect(await look()).toEqual([
    { kind: 'table', table: 'search_item' },
    { kind: 'table', table: 'search_fts' },
  ]);
  recreate(store, ['search_item', 'search_fts']);
  expect([await look(), found()]).toEqual([[], 1]);
  const index = store.statements.one("select 1 from sqlite_schema where name = 'search_item_session'", []);
  expect(index).toBeDefined();
});

test('DO16: deep, texts that the index lacks and those of nothing are told, and the index is whole again', async () => {
  const { store, look, found } = await library();
  store.db.exec("delete from search_fts; insert into search_fts (rowid, text) values (77, 'walnut')");
  expect(await look()).toEqual([]);
  expect(await look({ depth: 'deep' })).toEqual([
    { kind: 'damage', what: 'index search_fts: 1 texts were missing, 1 were of nothing; rebuilt' },
  ]);
  const row = 'select rowid from search_fts where search_fts match ?';
  expect(store.statements.all(row, ['walnut'])).toEqual(
    store.statements.all('select item_id as rowid from search_item', []),
  );
  expect([await look({ depth: 'deep' }), found()]).toEqual([[], 1]);
});

test('DO14: texts that nothing names, a WAL, refused records and a clock that was ahead are told', async () => {
  const { store, look, now } = await library();
  const left = "insert into blobs (hash, codec, bytes, refs, data, created_at) values (x'00', 0, 1, 0, x'61', 0)";
  store.db.exec(left);
  expect(await look()).toEqual([{ kind: 'leftovers', count: 1 }]);
  expect(dropLeftovers(store)).toBe(1);
  store.db.exec('update records set state = 3 where n = 2');
  expect(await look()).toEqual([{ kind: 'refused', count: 1 }]);
  store.db.exec('update records set state = 0 where n = 2');
  expect(await look({ walSize: 1e9 })).toEqual([{ kind: 'wal', bytes: 1e9 }]);
  expect(await look({ now: now - 3_600_000 })).toMatchObject([{ kind: 'clock' }]);
});

test('DO15: deep, others have their turn and read what was; SQLite looks at the file in a thread, and here where it finds damage', async () => {
  const { look, found } = await library();
  let ms = 0;
  const seen: number[] = [];
  // a clock by which every step ends its slice
  const slices = { monotonic: () => (ms += 100), breathe: async () => void seen.push(found()) };
  const asked: string[] = [];
  const check: Looking['check'] = (file, depth) => {
    asked.push(depth);
    return checkAside(file, depth);
  };
  expect(await look({ depth: 'deep', pace: slices, check })).toEqual([]);
  expect(asked).toEqual(['quick', 'whole']);
  expect(seen.length).toBeGreaterThan(10);
  expect(new Set(seen)).toEqual(new Set([1]));
  const whole = seen.length;
  const damaged: Looking['check'] = async (_, depth) => (depth === 'quick' ? ['ok'] : ['wrong # of entries in index']);
  expect(await look({ depth: 'deep', pace: slices, check: damaged })).toEqual([]);
  expect(seen.length - whole).toBeGreaterThan(whole); // a table at a time
  expect(await look({ depth: 'deep', pace: slices, check: async () => undefined })).toEqual([]); // no thread to be had
});
