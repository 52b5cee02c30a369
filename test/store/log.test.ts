import { expect, test } from 'vitest';
import { hlcMs } from '../../src/core/hlc.ts';
import { markOf } from '../../src/core/record.ts';
import { verify } from '../../src/store/verify.ts';
import { noteByEnt, noteId, withNotes, writeLine, writeNote } from './notes.ts';
import { openStore, temporaryStore } from './temporary-store.ts';

interface Row {
  readonly seq: number;
  readonly com: Uint8Array;
  readonly hlc: string;
  readonly type: string;
  readonly body: string;
}

test('LO1: a new log begins with log.open, and the chain of a used one is clean', async () => {
  const { store, settings } = temporaryStore(withNotes);
  for (const text of ['a', 'b', 'c']) await store.write((tx) => writeNote(tx, text, text));
  const [first] = store.statements.all<Row>('select seq, hlc, type, body from records order by n', []);
  expect(first).toMatchObject({ seq: 1, type: 'log' });
  expect(JSON.parse(first?.body ?? '')).toMatchObject({
    op: 'open',
    ent: store.log.log,
    fields: { device: 'laptop', project_id: settings.identity.project, store: 'project' },
  });
  expect(verify(store, 'deep')).toMatchObject({ records: 4, blobs: 0, problems: [] });
});

test('LO2: a store opened again goes on in the same log, after the last record', async () => {
  const { store, settings, clock } = temporaryStore(withNotes);
  await store.write((tx) => writeNote(tx, 'a', 'one'));
  const before = { ...store.log };
  store.close();
  clock.now -= 1_000_000; // the machine's clock went back meanwhile
  const again = openStore(settings);
  expect(again.log).toEqual(before);
  await again.write((tx) => writeNote(tx, 'a', 'two'));
  expect(again.log).toMatchObject({ log: before.log, seq: before.seq + 1 });
  expect(again.log.hlc > before.hlc).toBe(true);
  expect(verify(again, 'chain')).toMatchObject({ records: 3, problems: [] });
});

test('LO3: readings rise whatever the clock does, and keep to it where it goes on', async () => {
  const { store, clock } = temporaryStore(withNotes);
  const start = clock.now;
  for (const at of [0, 5, -10_000, -10_000, 3, 9]) {
    clock.now = start + at;
    await store.write((tx) => writeLine(tx, `${at}`));
  }
  const hlcs = store.statements.all<Row>('select hlc from records order by n', []).map((row) => row.hlc);
  expect(hlcs).toEqual([...hlcs].sort());
  expect(new Set(hlcs).size).toBe(hlcs.length);
  expect(hlcs.map((hlc) => hlcMs(hlc) - start)).toEqual([0, 0, 5, 5, 5, 5, 9]);
});

test('LO4: a change names the heads it has seen, each with its mark; a fact that never changes has none', async () => {
  const { store } = temporaryStore(withNotes);
  await store.write((tx) => writeNote(tx, 'a', 'one'));
  await store.write((tx) => {
    writeLine(tx, 'fact');
    writeNote(tx, 'a', 'two');
  });
  const { log } = store.log;
  const rows = store.statements.all<Row>("select seq, com, body from records where type <> 'log' order by n", []);
  const [first] = rows;
  expect(rows.map((row) => [row.seq, JSON.parse(row.body).base])).toEqual([
    [2, []],
    [3, []],
    [4, [[log, 2, markOf(first?.com ?? new Uint8Array())]]],
  ]);
  expect(store.statements.all('select ent, seq from heads', [])).toEqual([{ ent: noteId('a'), seq: 4 }]);
});

test('LO5: every single changed byte of a record is found', async () => {
  const { store } = temporaryStore(withNotes);
  await store.write((tx) => writeNote(tx, 'a', 'zwölf \ufffd 🙂'));
  await store.write((tx) => writeLine(tx, 'the one after'));
  for (const column of ['body', 'salt', 'com', 'head']) {
    const row = store.statements.one<{ data: Uint8Array }>(
      `select cast(${column} as blob) as data from records where seq = 2`,
      [],
    );
    const whole = row?.data ?? new Uint8Array();
    expect(whole.length).toBeGreaterThan(15);
    const put = store.db.prepare(
      `update records set ${column} = ${column === 'body' ? 'cast(? as text)' : '?'} where seq = 2`,
    );
    for (let at = 0; at < whole.length; at += 1) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
      put.run(changed);
      expect(verify(store, 'chain').problems, `${column} byte ${at}`).not.toEqual([]);
    }
    put.run(whole);
  }
  expect(verify(store, 'deep').problems).toEqual([]);
});

test.each([
  ['delete from records where seq = 2', 'records 2 to 2 are missing'],
  ['delete from records where seq = 3', 'holds 2 records, should hold 3'],
  ['update records set seq = 9 where seq = 2', 'record 9: the chain is broken here'],
  ['update records set seq = 4 where seq = 3', 'records 3 to 3 are missing'],
  ['update records set body = null where seq = 2', 'record 2: its text is missing'],
  ['update records set salt = null where seq = 2', 'record 2: its text is missing'],
  ['update logs set seq = seq + 1', 'holds 3 records, should hold 4'],
  ['update logs set head = zeroblob(32)', 'its head is not the head of its last record'],
])('LO6: it is found and named after: %s', async (sql, finding) => {
  const { store } = temporaryStore(withNotes);
  await store.write((tx) => writeNote(tx, 'a', 'one'));
  await store.write((tx) => writeNote(tx, 'b', 'two'));
  store.db.exec(sql);
  expect(verify(store, 'chain').problems).toContainEqual(expect.stringContaining(finding));
});

test('LO7: a changed row is found and mended from the log; rows are left alone where a text is damaged', async () => {
  const { store } = temporaryStore(withNotes);
  await store.write((tx) => writeNote(tx, 'a', 'short'));
  await store.write((tx) => writeNote(tx, 'b', 'long '.repeat(1_000)));
  store.db.exec("update notes set text = 'tampered' where text = 'short'");
  expect(verify(store, 'deep').problems).toEqual(['table notes differed from the log; rebuilt']);
  expect(verify(store, 'deep')).toMatchObject({ blobs: 1, problems: [] });
  store.db.exec("update blobs set data = cast('no zstd at all' as blob)");
  expect(verify(store, 'deep').problems).toEqual([
    expect.stringMatching(/^blob [0-9a-f]{12}: its text is damaged$/),
    expect.stringMatching(/^rows were not compared/),
  ]);
  expect(store.read.one(noteByEnt, { ent: noteId('b') })?.text).toBe('long '.repeat(1_000));
});

test.each(['id', 'ent', 'type', 'op', 'hlc'])('LO9: the column %s must say what the text says', async (column) => {
  const { store } = temporaryStore(withNotes);
  const { n } = await store.write((tx) => writeNote(tx, 'a', 'x'));
  store.db.exec(`update records set ${column} = '0' where n = ${n}`);
  expect(verify(store, 'chain').problems).toEqual([]);
  expect(verify(store, 'deep').problems[0]).toBe(`record number ${n}: a column differs from its text`);
});

test('LO8: a request that reads a damaged text fails alone', async () => {
  const { store } = temporaryStore(withNotes);
  const kept = await store.write((tx) => tx.keep('text', 'long '.repeat(1_000)));
  store.db.exec("update blobs set data = cast('no zstd at all' as blob)");
  const reading = store.write((tx) => tx.text(kept, 'text'));
  const writing = store.write((tx) => writeNote(tx, 'a', 'fine'));
  await expect(reading).rejects.toMatchObject({ code: 'store/corrupt' });
  await expect(writing).resolves.toMatchObject({ ent: noteId('a') });
});
