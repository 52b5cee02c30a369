import { expect, test } from 'vitest';
import { hlcMs } from '../../../src/core/hlc.ts';
import { limits } from '../../../src/core/limits.ts';
import { acceptRollback } from '../../../src/features/sync/engine.ts';
import type { Remote } from '../../../src/features/sync/remote.ts';
import { digest } from '../../../src/store/digest.ts';
import { eraseEntities } from '../../../src/store/erase.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { recordType } from '../../../src/store/record-type.ts';
import { verify } from '../../../src/store/verify.ts';
import { memoryRemote } from '../../harness/memory-remote.ts';
import { noteByEnt, noteId, writeLine, writeNote } from '../../store/notes.ts';
import { device, linesOf, project, shown, user } from './sync-world.ts';

test('PK30: what one device wrote is on the other after a push and a pull, with its large texts; again, nothing moves', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  await a.store.write((tx) => {
    writeNote(tx, 'a', 'short');
    writeNote(tx, 'b', 'long '.repeat(2_000));
    writeLine(tx, 'one');
  });
  const sent = await a.sync(remote);
  expect(sent).toMatchObject({ sent: { packs: 3, records: 5 }, notes: [], pending: 0 });
  const got = await b.sync(remote);
  expect(got).toMatchObject({ received: { packs: 3, records: 5 }, notes: [], late: [] });
  expect(shown(b)).toEqual(shown(a));
  expect(linesOf(b)).toEqual(['one']);
  expect(verify(b.store, 'deep').problems).toEqual([]);
  const before = remote.objects.size;
  for (const each of [a, b, a, b]) {
    const again = await each.sync(remote);
    expect(again.notes).toEqual([]);
  }
  const names = [...remote.objects.keys()];
  expect((await a.sync(remote)).sent.packs + (await b.sync(remote)).received.packs).toBe(0);
  expect([...remote.objects.keys()]).toEqual(names);
  expect(before).toBeLessThanOrEqual(names.length);
});

/** A remote that hides some names for now. */
function hiding(remote: ReturnType<typeof memoryRemote>, hidden: (name: string) => boolean): Remote {
  return {
    ...remote,
    async *list(prefix, signal) {
      for await (const each of remote.list(prefix, signal)) if (!hidden(each.name)) yield each;
    },
  };
}

test('PK43: records are taken in by long slices while nobody asks, by short ones as soon as somebody does', async () => {
  const slicesOf = async (isQuiet?: (slices: number) => boolean) => {
    let [now, slices] = [0, 0];
    const [from, to, remote] = [device(1), device(2), memoryRemote()];
    await from.store.write((tx) => {
      for (let i = 0; i < 300; i += 1) writeLine(tx, `line ${i}`);
    });
    await from.sync(remote);
    const failpoint = (name: string) => {
      if (name === 'apply.half') slices += 1;
    };
    const monotonic = () => {
      now += 1; // a record takes a millisecond
      return now;
    };
    await to.sync(remote, { failpoint, monotonic, ...(isQuiet ? { isQuiet: () => isQuiet(slices) } : {}) });
    expect(linesOf(to)).toEqual(linesOf(from));
    return slices;
  };
  // the lines with the opening of their log; the database of the user has one slice
  const [lines, users] = [301, 1];
  expect(await slicesOf()).toBe(users + Math.ceil(lines / limits.sliceMs));
  expect(await slicesOf(() => true)).toBe(users + Math.ceil(lines / limits.bulkSliceMs));
  const asked = await slicesOf((slices) => slices < users + 1);
  expect(asked).toBe(users + 1 + Math.ceil((lines - limits.bulkSliceMs) / limits.sliceMs));
});

test('PK31: records are complete without their large texts, which are taken when they come', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  const long = 'long '.repeat(2_000);
  await a.store.write((tx) => writeNote(tx, 'b', long));
  await a.sync(remote);
  const first = await b.sync(hiding(remote, (name) => name.endsWith('.bk')));
  expect(first).toMatchObject({ received: { records: 3 }, late: [] });
  expect(b.store.read.one(noteByEnt, { ent: noteId('b') })?.text).toBe('');
  expect(verify(b.store, 'deep').problems).toEqual([]);
  const second = await b.sync(remote, { full: true });
  expect(second.late).toEqual([project]);
  rebuild(b.store);
  expect(b.store.read.one(noteByEnt, { ent: noteId('b') })?.text).toBe(long);
  const c = device(3);
  await c.sync(remote, { texts: 'none' });
  expect(c.store.read.one(noteByEnt, { ent: noteId('b') })?.text).toBe('');
  await a.store.write((tx) => writeNote(tx, 'other', long));
  const again = await a.sync(remote);
  expect(again.sent.packs, 'the text is there already').toBe(1);
});

test('PK32: a record that no projection takes, or that is none, is kept and stops nothing', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  const strange = recordType<{ readonly text: unknown }>('line.add', 'grow');
  const by = { actor: { user }, origin: 'human' } as const;
  await a.store.write((tx) => writeLine(tx, 'before'));
  // what this device's own projection takes, others' may not
  a.store.db.exec('drop table lines; create table lines (n integer primary key, ent text, text)');
  await a.store.write((tx) => {
    tx.append(strange, { ...by, fields: { text: null } });
    writeLine(tx, 'after');
    tx.append(recordType<object>('later.kind', 'grow'), { ...by, fields: {} });
  });
  await a.sync(remote);
  const { notes } = await b.sync(remote);
  expect(notes).toContainEqual(expect.objectContaining({ is: 'poison', records: 1 }));
  expect(linesOf(b)).toEqual(['after', 'before']);
  const states = b.store.statements.all("select state, count(*) as n from records where type <> 'log' group by 1", []);
  expect(states).toEqual([
    { state: 0, n: 3 },
    { state: 3, n: 1 },
  ]);
  expect(verify(b.store, 'deep').problems).toEqual([]);
  await a.store.write((tx) => writeLine(tx, 'and on'));
  await a.sync(remote);
  expect((await b.sync(remote)).received.records).toBe(1);
});

test('PK33: a clock that is years ahead is told, and takes nobody further than clocks may differ', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  a.clock.now += 10 * 365 * 86_400_000;
  await a.store.write((tx) => writeNote(tx, 'a', 'from the future'));
  await a.sync(remote);
  const { notes } = await b.sync(remote);
  expect(notes).toContainEqual(expect.objectContaining({ is: 'clock', dev: a.dev }));
  const mine = () => b.store.statements.one<{ hlc: string }>('select max(hlc) as hlc from records where log_n = 1', []);
  await b.store.write((tx) => writeLine(tx, 'mine'));
  // no further than what clocks may differ by
  expect(hlcMs(mine()?.hlc ?? '')).toBe(b.clock.now + limits.clockAheadMs);
  b.reopen();
  await b.store.write((tx) => writeLine(tx, 'after a start'));
  expect(hlcMs(mine()?.hlc ?? '')).toBe(b.clock.now + limits.clockAheadMs);
  await b.sync(remote);
  await a.sync(remote);
  expect(linesOf(a)).toEqual(['after a start', 'mine']);
});

test('PK34: only what changed moves: a change is one small pack, and a second remote gets the very same ones', async () => {
  const [a, b, remote, second] = [device(1), device(2), memoryRemote(), memoryRemote()];
  await a.store.write((tx) => {
    for (let i = 0; i < 2_500; i += 1) writeLine(tx, `line ${i}`);
  });
  expect((await a.sync(remote)).sent.records).toBe(2_502);
  await b.sync(remote);
  await a.store.write((tx) => writeLine(tx, 'one more'));
  expect(await a.sync(remote)).toMatchObject({ sent: { packs: 1, records: 1 } });
  const got = await b.sync(remote);
  expect(got.received).toMatchObject({ packs: 1, records: 1 });
  expect(got.received.bytes).toBeLessThan(2_000);
  expect((await a.sync(second, { remoteId: 'remote-2' })).sent.records).toBe(2_503);
  const packs = (of: typeof remote) => [...of.objects.keys()].filter((name) => name.includes('/p/')).sort();
  expect(packs(remote)).toEqual(expect.arrayContaining(packs(second)));
  a.shelf.kept.clear();
  const third = memoryRemote();
  expect((await a.sync(third, { remoteId: 'remote-3' })).sent.records, 'packed again').toBe(2_503);
  const c = device(3);
  await c.sync(third);
  expect(digest(c.store)).toEqual(digest(a.store));
});

test('PK35: a failing remote is told by its own code, and the next run does what is left', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  await a.store.write((tx) => writeLine(tx, 'one'));
  const full: Remote = {
    ...remote,
    putIfAbsent: async (objects) =>
      objects.map(({ name }) => ({ name, is: 'failed', code: 'remote/full', why: `${name}: no space left` })),
  };
  await expect(a.sync(full)).rejects.toMatchObject({ code: 'remote/full', message: 'no space left' });
  const controller = new AbortController();
  controller.abort(new Error('called off'));
  await expect(a.sync(remote, { signal: controller.signal })).rejects.toThrow('called off');
  await a.sync(remote);
  await b.sync(remote);
  expect(linesOf(b)).toEqual(['one']);
});

test('PK36: a remote that was replaced on purpose is filled again, and is no longer told as rolled back', async () => {
  const [a, b, remote, empty] = [device(1), device(2), memoryRemote(), memoryRemote()];
  await a.store.write((tx) => writeLine(tx, 'one'));
  await a.sync(remote);
  await b.sync(remote);
  await acceptRollback(b.parts(empty));
  await acceptRollback(a.parts(empty));
  for (const each of [b, a, b]) expect((await each.sync(empty)).notes).toEqual([]);
  const c = device(3);
  await c.sync(empty);
  expect(linesOf(c)).toEqual(['one']);
});

test('PK37: what was erased before it was ever sent holds nobody up: the rest of its log travels, its text does not', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  await a.store.write((tx) => {
    writeNote(tx, 'gone', 'a word that is to be forgotten');
    writeLine(tx, 'stays');
  });
  a.store.maintain((tx) => eraseEntities(tx, a.store.settings.projections, [noteId('gone')]));
  await a.store.write((tx) => writeLine(tx, 'later'));
  expect((await a.sync(remote)).sent.records).toBe(5);
  expect(await b.sync(remote)).toMatchObject({ notes: [], received: { records: 5 } });
  expect(linesOf(b)).toEqual(['later', 'stays']);
  expect(digest(b.store)).toEqual(digest(a.store));
  expect(verify(b.store, 'deep').problems).toEqual([]);
  await b.store.write((tx) => writeLine(tx, 'of b'));
  await b.sync(remote);
  await a.sync(remote);
  expect(linesOf(a)).toEqual(['later', 'of b', 'stays']);
});
