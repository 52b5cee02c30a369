// Small packs that lie side by side become one, on every remote, and nobody loses anything by it.
import { expect, test } from 'vitest';
import { parseName } from '../../../src/features/sync/names.ts';
import { allPacks } from '../../../src/features/sync/queries.ts';
import { digest } from '../../../src/store/digest.ts';
import { eraseEntities } from '../../../src/store/erase.ts';
import { recordErase } from '../../../src/store/erasures.ts';
import { verify } from '../../../src/store/verify.ts';
import { memoryRemote } from '../../harness/memory-remote.ts';
import { noteId, writeNote } from '../../store/notes.ts';
import { bytesOf, type Device, device, deviceId, project, shown } from './sync-world.ts';

type Remote = ReturnType<typeof memoryRemote>;
const [hourMs, dayMs] = [3_600_000, 24 * 3_600_000];
const long = (n: number) => `a text of its own, number ${n} `.repeat(100);

/** Packs of records, or of texts, of the first device on a remote. */
function packsOn({ objects }: Remote, ending = '.pk') {
  const read = [...objects.keys()].map(parseName).filter((name) => name?.is === 'pack');
  return read.filter((each) => each.name.endsWith(ending) && each.project === project && each.dev === deviceId(1));
}

/** Writes and sends one after the other, so that each exchange leaves a pack. */
async function writeApart(each: Device, remote: Remote, count: number, text = (n: number) => `text ${n}`) {
  const before = packsOn(remote).length;
  for (let i = 0; i < count; i += 1) {
    await each.store.write((tx) => writeNote(tx, `${each.dev}-${before}-${i}`, text(before + i)));
    await each.sync(remote);
  }
}

function eraseNotes({ store }: Device, ...keys: string[]): Promise<unknown> {
  return store.write((tx) => {
    const ents = keys.map(noteId);
    const { targets } = eraseEntities(tx, store.settings.projections, ents);
    const fields = { targets, ents, reason: 'a test', authority: 'person' } as const;
    return tx.append(recordErase, { fields, actor: { user: 'ana' }, origin: 'human' });
  });
}

function expectSame(devices: readonly Device[]): void {
  const [first] = devices;
  for (const each of devices) {
    expect(verify(each.store, 'deep').problems).toEqual([]);
    if (first) expect(digest(each.store)).toEqual(digest(first.store));
  }
}

test('CP1: sixteen small packs side by side become one, with their texts; the old ones go a day later', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  await writeApart(a, remote, 15, long);
  await b.sync(remote);
  expect(packsOn(remote).filter(({ rev }) => rev > 0)).toEqual([]);
  for (const each of [a, b]) each.clock.now += hourMs;
  await writeApart(a, remote, 1, long);
  const [one, ...more] = packsOn(remote).filter(({ rev }) => rev > 0);
  expect([one?.from, one?.to, more]).toEqual([1, 17, []]);
  expect(packsOn(remote, '.bk').filter(({ rev }) => rev > 0)).toHaveLength(1);
  expect(packsOn(remote)).toHaveLength(16); // what was cut and joined in one exchange was never sent alone
  // one that has the old ones holds it, one that has none takes nothing else
  expect((await b.sync(remote)).received).toMatchObject({ records: 1 });
  const c = device(3);
  c.clock.now = a.clock.now;
  expect((await c.sync(remote)).received).toMatchObject({ packs: 5, records: 20 });
  expect((await c.sync(remote, { full: true })).received).toMatchObject({ packs: 0 });
  await b.sync(remote);
  expect((await b.sync(remote, { full: true })).received).toMatchObject({ packs: 0 });
  expectSame([a, b, c]);
  a.clock.now += dayMs;
  await a.sync(remote);
  expect([packsOn(remote), packsOn(remote, '.bk')].map((all) => all.map(({ rev }) => rev))).toEqual([[1], [1]]);
  const d = device(4);
  for (const each of [b, c, d]) {
    each.clock.now = a.clock.now;
    expect((await each.sync(remote, { full: true })).notes).toEqual([]);
  }
  expectSame([a, b, c, d]);
  expect(packsOn(remote)).toHaveLength(1);
});

test('CP2: at most once an hour, unless somebody asks; what was joined is joined again', async () => {
  const [a, remote] = [device(1), memoryRemote()];
  await writeApart(a, remote, 16);
  await writeApart(a, remote, 16);
  expect(
    packsOn(remote)
      .filter(({ rev }) => rev > 0)
      .map(({ to }) => to),
  ).toEqual([17]);
  await a.sync(remote, { tidy: true });
  expect(Math.max(...packsOn(remote).map(({ rev }) => rev))).toBe(2);
  a.clock.now += dayMs;
  await a.sync(remote);
  expect(packsOn(remote).map(({ from, to }) => [from, to])).toEqual([[1, 33]]);
  const b = device(2);
  await b.sync(remote);
  expectSame([a, b]);
});

test('CP3: killed at any step of joining, the next exchange ends it', async () => {
  const steps = ['pack.cut', 'pack.fsynced', 'pack.rows', 'repack.done', 'put.half', 'announce.put', 'ack.written'];
  const [a, remote] = [device(1), memoryRemote()];
  await writeApart(a, remote, 15, long);
  const before = { copy: a.copy(), objects: new Map(remote.objects), kept: new Map(a.shelf.kept), now: a.clock.now };
  for (const step of steps) {
    a.clock.now = before.now;
    a.reopen(before.copy);
    for (const [map, from] of [
      [remote.objects, before.objects],
      [a.shelf.kept, before.kept],
    ] as const) {
      map.clear();
      for (const [name, bytes] of from) map.set(name, bytes);
    }
    const b = device(2);
    await b.sync(remote);
    await a.store.write((tx) => writeNote(tx, 'last', long(99)));
    let crossed = 0;
    const die = (name: string) => {
      if (name === step) crossed += 1;
      // what is cut first are the new records
      if (name === step && (crossed === 2 || !name.startsWith('pack.'))) throw new Error(`killed at ${name}`);
    };
    await expect(a.sync(remote, { failpoint: die }), step).rejects.toThrow(`killed at ${step}`);
    a.reopen();
    for (let i = 0; i < 2; i += 1) {
      for (const each of [a, b]) await each.sync(remote, { full: true });
      a.clock.now += dayMs;
    }
    await a.sync(remote);
    expect(
      packsOn(remote).map(({ from, to }) => [from, to]),
      step,
    ).toEqual([[1, 17]]);
    const c = device(3);
    await c.sync(remote);
    expectSame([a, b, c]);
  }
});

test('CP4: each of two remotes gets what was joined, and loses what that stands for', async () => {
  const [a, first, second] = [device(1), memoryRemote(), memoryRemote()];
  const other = { remoteId: 'remote-2' };
  for (let i = 0; i < 16; i += 1) {
    await a.store.write((tx) => writeNote(tx, `n${i}`, long(i)));
    await a.sync(first);
    if (i % 2 === 0) await a.sync(second, other);
  }
  await a.sync(second, other);
  a.clock.now += dayMs;
  await a.sync(first);
  await a.sync(second, other);
  for (const remote of [first, second]) expect(packsOn(remote).map(({ from, to }) => [from, to])).toEqual([[1, 17]]);
  const [b, c] = [device(2), device(3)];
  await b.sync(first);
  await c.sync(second);
  expectSame([a, b, c]);
});

test('CP5: what was joined and lies a week is joined to large packs; an erase within seals them again', async () => {
  const [a, remote] = [device(1), memoryRemote()];
  const words = 'words that are to be forgotten';
  await a.store.write((tx) => writeNote(tx, 'gone', words));
  for (let i = 0; i < 18; i += 1) {
    // a quarter of a MiB each, in texts that stand in the records
    await a.store.write((tx) => {
      for (let j = 0; j < 160; j += 1) {
        const text = Buffer.from(bytesOf(i * 200 + j)(600))
          .toString('hex')
          .slice(0, 1_500);
        writeNote(tx, `n${i}-${j}`, `${text} ${i} ${j}`);
      }
    });
    await a.sync(remote);
  }
  a.clock.now += 8 * dayMs;
  await a.sync(remote);
  a.clock.now += dayMs;
  await a.sync(remote);
  const range = packsOn(remote).map(({ from, to }) => [from, to]);
  expect(range).toEqual([[1, 2 + 18 * 160]]);
  const b = device(2);
  await b.sync(remote);
  expectSame([a, b]);
  await eraseNotes(a, 'gone');
  await a.sync(remote);
  await b.sync(remote);
  const c = device(3);
  await c.sync(remote);
  expectSame([a, b, c]);
  for (const each of [a, b, c]) expect(each.store.db.serialize().toString('latin1')).not.toContain(words);
  expect(packsOn(remote).filter(({ from, to }) => from === 1 && to === range[0]?.[1])).toHaveLength(1);
});

test('CP6: a log that went on in two ways is left as it is, and both ways reach everybody', async () => {
  const [a, remote] = [device(1), memoryRemote()];
  await writeApart(a, remote, 8);
  const twin = device(1, { from: a.copy(), salt: 50 });
  await writeApart(a, remote, 10);
  for (let i = 0; i < 10; i += 1) {
    await twin.store.write((tx) => writeNote(tx, `twin-${i}`, `of the twin ${i}`));
  }
  for (let i = 0; i < 3; i += 1) {
    for (const each of [twin, a]) await each.sync(remote, { full: true });
    a.clock.now += dayMs;
    twin.clock.now = a.clock.now;
  }
  const c = device(3);
  await c.sync(remote);
  expectSame([a, twin, c]);
  expect(shown(c)).toHaveLength(28);
});

test('CP7: rows of packs that are gone for long are forgotten', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  await writeApart(a, remote, 16);
  await b.sync(remote);
  for (const days of [1, 100]) {
    for (const each of [a, b]) each.clock.now += days * dayMs;
    await writeApart(a, remote, 16);
    a.clock.now += hourMs;
    await a.sync(remote, { tidy: true });
  }
  const gone = a.store.read.all(allPacks, {}).filter(({ delete_after }) => delete_after !== null);
  expect(gone.every(({ delete_after }) => (delete_after ?? 0) > a.clock.now - 90 * dayMs)).toBe(true);
  await b.sync(remote, { full: true });
  expectSame([a, b]);
});

test('CP8: what is erased goes at once from packs that others stand for since today', async () => {
  const [a, remote] = [device(1), memoryRemote()];
  await writeApart(a, remote, 16);
  expect(packsOn(remote)).toHaveLength(16);
  await eraseNotes(a, `${a.dev}-0-3`);
  await a.sync(remote);
  const held = packsOn(remote).filter(({ from, to }) => from <= 5 && to >= 5);
  expect(held.map(({ from, to }) => [from, to])).toEqual([[1, 17]]);
});
