import { describe, expect, test } from 'vitest';
import { digest } from '../../src/store/digest.ts';
import { rebuild, rebuildAside } from '../../src/store/rebuild.ts';
import { verify, verifyAside } from '../../src/store/verify.ts';
import { noteByEnt, noteId, withNotes, writeNote } from './notes.ts';
import { temporaryStore } from './temporary-store.ts';

/** A clock by which every step ends its slice, and what is done in each pause. */
function paced(between: () => void, cancelled = () => false) {
  let ms = 0;
  return {
    monotonic: () => (ms += 100),
    breathe: async () => between(),
    cancelled,
  };
}

async function filled() {
  const world = temporaryStore(withNotes);
  for (let i = 0; i < 600; i += 1) void world.store.write((tx) => writeNote(tx, `n${i % 300}`, `text ${i}`));
  await world.store.write((tx) => writeNote(tx, 'a', 'old'));
  return world;
}

describe('maintenance while the store serves', () => {
  test('KE10: readers have the old rows until it is done, and writes that came meanwhile follow it', async () => {
    const { store } = await filled();
    const before = digest(store);
    store.db.exec("update notes set text = 'tampered'");
    const seen = new Set<string | undefined>();
    const written: Promise<unknown>[] = [];
    let pauses = 0;
    const pace = paced(() => {
      pauses += 1;
      seen.add(store.read.one(noteByEnt, { ent: noteId('a') })?.text);
      if (pauses === 2) written.push(store.write((tx) => writeNote(tx, 'a', 'new')));
    });
    expect(await rebuildAside(store, undefined, pace)).toBe(602);
    expect([...seen]).toEqual(['tampered']);
    expect(pauses).toBeGreaterThan(3);
    await Promise.all(written);
    expect(store.read.one(noteByEnt, { ent: noteId('a') })?.text).toBe('new');
    expect(verify(store, 'deep').problems).toEqual([]);
    await store.write((tx) => writeNote(tx, 'a', 'old'));
    expect(digest(store).lines).toBe(before.lines);
  });

  test('KE11: cancelled or failed half way, nothing has changed and writes go on', async () => {
    const { store } = await filled();
    const before = digest(store);
    let pauses = 0;
    const cancelled = () => pauses > 2;
    expect(
      await rebuildAside(
        store,
        undefined,
        paced(() => {
          pauses += 1;
        }, cancelled),
      ),
    ).toBeUndefined();
    expect(digest(store)).toEqual(before);
    store.db.exec(
      "create trigger no before insert on notes when new.text = 'text 299' begin select raise(abort, 'no'); end",
    );
    await expect(
      rebuildAside(
        store,
        undefined,
        paced(() => undefined),
      ),
    ).rejects.toThrow('no');
    store.db.exec('drop trigger no');
    expect(digest(store)).toEqual(before);
    await store.write((tx) => writeNote(tx, 'a', 'still'));
    expect(store.isHeld).toBe(false);
  });

  test('KE12: only one at a time, and no other maintenance beside it', async () => {
    const { store } = await filled();
    const first = rebuildAside(
      store,
      undefined,
      paced(() => undefined),
    );
    expect(() => rebuild(store)).toThrow('is being rebuilt');
    await expect(
      rebuildAside(
        store,
        undefined,
        paced(() => undefined),
      ),
    ).rejects.toThrow('is being rebuilt');
    await first;
    rebuild(store);
  });

  test('KE14: the chain is checked while the log grows, and a log that is longer than it says is told of', async () => {
    const { store } = await filled();
    const pace = paced(() => void store.write((tx) => writeNote(tx, 'grow', 'ing')));
    expect((await verifyAside(store, 'chain', { pace }))?.problems).toEqual([]);
    await store.write((tx) => writeNote(tx, 'a', 'last'));
    store.db.exec('update logs set seq = seq - 1');
    expect((await verifyAside(store, 'chain', { pace }))?.problems.join()).toContain('should hold');
  });

  test.each([
    ['a changed row', "update notes set text = 'x' where text = 'old'", 'table notes differed from the log; rebuilt'],
    ['an empty table', 'delete from lines; delete from notes', 'table notes differed from the log; rebuilt'],
    ['a missing table', 'drop table notes', 'table notes was missing; made again'],
  ])('KE13: deep verify tells of %s and leaves it mended', async (_, damage, problem) => {
    const { store } = await filled();
    const before = digest(store);
    store.db.exec(damage);
    const found = await verifyAside(store, 'deep', { pace: paced(() => undefined) });
    expect(found?.problems).toContain(problem);
    expect(digest(store)).toEqual(before);
    expect((await verifyAside(store, 'deep', { pace: paced(() => undefined) }))?.problems).toEqual([]);
  });

  test('KE13: an index that does not fit its table is told of and made again', async () => {
    const { store } = await filled();
    const define = (sql: string) => {
      store.db.unsafeMode(true);
      store.db.pragma('writable_schema = on');
      store.db.prepare("update sqlite_schema set sql = ? where name = 'records_kind'").run(sql);
      store.db.pragma('writable_schema = reset');
      store.db.unsafeMode(false);
    };
    define('CREATE INDEX records_kind on records (type, op, n) where n < 0');
    await store.write((tx) => writeNote(tx, 'a', 'not in the index'));
    define('CREATE INDEX records_kind on records (type, op, n)');
    const found = await verifyAside(store, 'deep', { pace: paced(() => undefined) });
    expect(found?.problems.join('\n')).toContain('an index of records was damaged; made again');
    expect((await verifyAside(store, 'deep', { pace: paced(() => undefined) }))?.problems).toEqual([]);
  });
});
