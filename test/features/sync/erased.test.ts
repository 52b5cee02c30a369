// What is erased on one device goes from the others and from the remote, whatever came first.
import { expect, test } from 'vitest';
import { allPacks, holdingErased } from '../../../src/features/sync/queries.ts';
import { digest } from '../../../src/store/digest.ts';
import { doomedRecords, rangesOf } from '../../../src/store/erase.ts';
import { recordErase } from '../../../src/store/erasures.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { verify } from '../../../src/store/verify.ts';
import { memoryRemote } from '../../harness/memory-remote.ts';
import { packKeys } from '../../harness/pack-keys.ts';
import { noteId, writeLine, writeNote } from '../../store/notes.ts';
import { type Device, device, linesOf, members, shown } from './sync-world.ts';

const person = { actor: { user: 'ana' }, origin: 'human' } as const;
const words = 'words that are to be forgotten';
/** More than fits a record: it travels in a companion. */
const long = `${words} `.repeat(200);

function erase({ store }: Device, ...ents: string[]): Promise<unknown> {
  return store.write((tx) => {
    const targets = rangesOf(doomedRecords(tx, ents));
    return tx.append(recordErase, { fields: { targets, ents, reason: 'a test', authority: 'person' }, ...person });
  });
}

/** Every page of both databases and every pack on the disk that can be read, as text. */
function pagesOf({ store, user }: Device): string {
  return [store, user].map(({ db }) => db.serialize().toString('latin1')).join();
}

function expectGone(devices: readonly Device[], remote: ReturnType<typeof memoryRemote>): void {
  const [first] = devices;
  for (const each of devices) {
    expect(pagesOf(each)).not.toContain(words);
    expect(verify(each.store, 'deep').problems).toEqual([]);
    expect(digest(each.store)).toEqual(digest(first?.store ?? each.store));
    expect(each.store.read.all(holdingErased, {}).filter(({ own, kept }) => own === 1 || kept === 1)).toEqual([]);
    const replaced = each.store.read.all(allPacks, {}).filter((row) => row.delete_after !== null);
    for (const { name } of replaced) expect([...remote.objects.keys()]).not.toContain(name);
    rebuild(each.store);
    expect(digest(each.store)).toEqual(digest(first?.store ?? each.store));
  }
}

async function everybody(
  devices: readonly Device[],
  remote: ReturnType<typeof memoryRemote>,
  rounds = 2,
): Promise<void> {
  for (let i = 0; i < rounds; i += 1) for (const each of devices) await each.sync(remote, { full: true });
}

test('ER1: erased on one device it goes from all, and from the packs on the remote; a late one loses what it said of it unknowing', async () => {
  const [a, b, c, remote] = [device(1), device(2), device(3), memoryRemote()];
  await a.store.write((tx) => {
    writeNote(tx, 'gone', words);
    writeNote(tx, 'stays', 'this stays');
  });
  await everybody([a, b, c], remote);
  await b.store.write((tx) => writeNote(tx, 'gone', `${words}, said again`));
  await c.store.write((tx) => writeNote(tx, 'gone', `${words}, by one who is away`));
  await b.sync(remote);
  await a.sync(remote);
  await erase(a, noteId('gone'));
  await everybody([a, b], remote);
  await c.store.write((tx) => writeNote(tx, 'stays', 'changed while away'));
  await everybody([c, a, b], remote);
  expectGone([a, b, c], remote);
  expect(shown(c)).toEqual([expect.objectContaining({ text: 'changed while away' })]);
  const d = device(4);
  await d.sync(remote);
  expectGone([a, d], remote);
});

test('ER2: a text in a companion goes with the last record that names it, and not before', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  await a.store.write((tx) => writeNote(tx, 'one', long));
  await a.sync(remote);
  await a.store.write((tx) => writeNote(tx, 'two', long));
  await everybody([a, b], remote);
  await erase(a, noteId('one'));
  await everybody([a, b], remote);
  const c = device(3);
  await c.sync(remote);
  for (const each of [a, b, c]) expect(shown(each)).toEqual([expect.objectContaining({ text: long })]);
  await erase(b, noteId('two'));
  await everybody([b, a, c], remote);
  expectGone([a, b, c], remote);
  expect([...remote.objects.keys()].filter((name) => name.endsWith('.bk'))).toEqual([]);
});

test('ER3: an old pack that is put back brings nothing back, and goes again', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  await a.store.write((tx) => writeNote(tx, 'gone', words));
  await a.sync(remote);
  const before = new Map(remote.objects);
  await erase(a, noteId('gone'));
  await everybody([a, b], remote);
  for (const [name, bytes] of before) remote.objects.set(name, bytes);
  const c = device(3);
  await c.sync(remote, { full: true });
  expect(pagesOf(c)).not.toContain(words);
  await everybody([a, b, c], remote);
  expectGone([a, b, c], remote);
});

test('ER4: under its name something new may be said; what was said before the erase does not come back with it', async () => {
  const [a, b, c, remote] = [device(1), device(2), device(3), memoryRemote()];
  await a.store.write((tx) => writeNote(tx, 'again', words));
  await everybody([a, b, c], remote);
  await c.store.write((tx) => writeNote(tx, 'again', `${words}, late`));
  await erase(a, noteId('again'));
  await a.sync(remote);
  await b.sync(remote);
  await b.store.write((tx) => writeNote(tx, 'again', 'a new life'));
  await everybody([b, c, a], remote);
  expectGone([a, b, c], remote);
  for (const each of [a, b, c]) expect(shown(each)).toEqual([expect.objectContaining({ text: 'a new life' })]);
  await c.store.write((tx) => writeNote(tx, 'again', 'and it goes on'));
  await everybody([c, a, b], remote);
  for (const each of [a, b, c]) expect(shown(each)).toEqual([expect.objectContaining({ text: 'and it goes on' })]);
});

test('ER5: what belongs to nobody any more is dropped when it comes late, whatever its kind', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  const id = noteId('line');
  const add = (each: Device, text: string) => each.store.write((tx) => writeLine(tx, text, id));
  await add(a, words);
  await a.sync(remote);
  await add(b, words);
  await erase(a, id);
  await everybody([a, b], remote);
  expectGone([a, b], remote);
  expect(linesOf(b)).toEqual([]);
});

test('ER6: killed at any step of sealing again, the next exchange ends it', async () => {
  const steps = [
    'pack.cut',
    'pack.fsynced',
    'pack.rows',
    'put.half',
    'put.done',
    'announce.put',
    'revision.deleted',
    'ack.written',
  ];
  for (const step of steps) {
    const [a, b, remote] = [device(1), device(2), memoryRemote()];
    await a.store.write((tx) => writeNote(tx, 'gone', long));
    await everybody([a, b], remote);
    await erase(a, noteId('gone'));
    const die = (name: string) => {
      if (name === step) throw new Error(`killed at ${name}`);
    };
    await expect(a.sync(remote, { failpoint: die }), step).rejects.toThrow(`killed at ${step}`);
    a.reopen();
    await everybody([a, b], remote);
    expectGone([a, b], remote);
  }
});

test('ER7: of a device that was put out an admin seals the packs again; of one that is no admin they are refused', async () => {
  const remote = memoryRemote();
  const [a, b] = [device(1), device(2)];
  await b.store.write((tx) => writeNote(tx, 'gone', words));
  await everybody([b, a], remote);
  const log = b.store.log;
  const revoked = { [b.dev]: { [log.log]: log.seq, [b.user.log.log]: b.user.log.seq } };
  const keys = (dev: string, plain: readonly string[] = []) => packKeys(dev, { ...members, revoked, members: plain });
  await erase(a, noteId('gone'));
  await a.sync(remote, { keys: keys(a.dev) });
  const c = device(3);
  await c.sync(remote, { keys: keys(c.dev) });
  expectGone([a, c], remote);
  const signed = [...remote.objects.keys()].filter((name) => name.includes('.1.') && name.endsWith('.pk'));
  expect(signed.length).toBeGreaterThan(0);
  const d = device(4);
  const { notes } = await d.sync(remote, { keys: keys(d.dev, [a.dev]) });
  expect(notes).toContainEqual(expect.objectContaining({ is: 'refused', check: 'signer' }));
});

test('ER8: packs of another that a remote lost, and of which no copy is kept, are put there again without what was erased', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  await b.store.write((tx) => {
    writeNote(tx, 'gone', words);
    writeNote(tx, 'stays', 'nobody else has this');
  });
  await everybody([b, a], remote);
  await erase(a, noteId('gone'));
  // before b could do it, everything of it is gone: the remote and the device
  const { store } = a;
  await a.sync(memoryRemote());
  for (const name of [...remote.objects.keys()]) remote.objects.delete(name);
  await a.sync(remote, { full: true });
  const c = device(3);
  await c.sync(remote, { full: true });
  expect(shown(c)).toEqual([expect.objectContaining({ text: 'nobody else has this' })]);
  expect(pagesOf(c)).not.toContain(words);
  expect(verify(store, 'deep').problems).toEqual([]);
});

test('ER9: a device that comes back after half a year and more brings nothing back and loses nothing', async () => {
  const [a, b, c, remote] = [device(1), device(2), device(3), memoryRemote()];
  const dayMs = 24 * 3_600_000;
  const often = { snapshots: { from: 10, behind: 20 }, tidy: true, full: true } as const;
  const write = (each: Device, key: string, text: string) => each.store.write((tx) => writeNote(tx, key, text));
  await write(a, 'gone', words);
  await write(b, 'erased', words);
  await write(c, 'both', words);
  await write(a, 'stays', 'as it was');
  for (const each of [a, b, c, a, b, c]) await each.sync(remote, often);
  const before = [...remote.objects.keys()].filter((name) => name.endsWith('.pk'));
  // none of this is sent
  for (const key of ['gone', 'erased']) await write(c, key, `${words}, by one who is away`);
  await write(c, 'stays', 'changed while away');
  await write(c, 'own', 'made while away');
  await erase(c, noteId('both'));
  for (let month = 0; month < 8; month += 1) {
    for (const each of [a, b]) each.clock.now += 31 * dayMs;
    if (month === 1) await erase(a, noteId('gone'));
    if (month === 2) await erase(b, noteId('erased'));
    for (let i = 0; i < 10; i += 1) await write(b, `month ${month}, ${i}`, 'went on');
    await write(a, 'both', `${words}, by those who went on`);
    for (const each of [a, b, a]) await each.sync(remote, often);
  }
  const gone = before.filter((name) => !remote.objects.has(name));
  expect(gone.length).toBeGreaterThan(1); // erased from, or joined to others and forgotten
  c.clock.now += 250 * dayMs;
  c.reopen();
  await write(c, 'erased', `${words}, before it has heard anything`);
  await c.sync(remote, often);
  await everybody([a, b, c], remote);
  for (const each of [a, b, c]) each.clock.now += 2 * dayMs; // what was joined is kept for a day
  await everybody([a, b, c], remote);
  expectGone([a, b, c], remote);
  expect(gone.filter((name) => remote.objects.has(name))).toEqual([]);
  // of its edits those that nobody erased, and all of the others'
  const texts = (shown(c) as { text: string }[]).map(({ text }) => text).sort();
  expect(texts).toEqual(['changed while away', 'made while away', ...Array(80).fill('went on')]);
});
