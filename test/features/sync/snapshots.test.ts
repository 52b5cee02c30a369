// A new device begins with a snapshot; the packs that follow prove it, or put it right.
import { expect, test } from 'vitest';
import { commitment } from '../../../src/core/record.ts';
import { beginWithSnapshot } from '../../../src/features/sync/head-start.ts';
import { parseName, snapshotName } from '../../../src/features/sync/names.ts';
import { openSnapshot, sealSnapshot } from '../../../src/features/sync/pack/snapshot.ts';
import { Run } from '../../../src/features/sync/run.ts';
import { digest } from '../../../src/store/digest.ts';
import { eraseEntities } from '../../../src/store/erase.ts';
import { recordErase } from '../../../src/store/erasures.ts';
import { isUnproven } from '../../../src/store/head-start.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { verify } from '../../../src/store/verify.ts';
import { memoryRemote } from '../../harness/memory-remote.ts';
import { packKeys } from '../../harness/pack-keys.ts';
import { noteId, writeLine, writeNote } from '../../store/notes.ts';
import { bytesOf, type Device, device, linesOf, members, project, shown, ws } from './sync-world.ts';

type Remote = ReturnType<typeof memoryRemote>;
const often = { snapshots: { from: 10, behind: 20 } } as const;

function snapshotsOn({ objects }: Remote) {
  return [...objects.keys()].map(parseName).filter((name) => name?.is === 'snapshot');
}

async function writeNotes({ store }: Device, from: number, to: number, text = 'said'): Promise<void> {
  await store.write((tx) => {
    for (let i = from; i < to; i += 1) writeNote(tx, `n${i}`, `${text} ${i}`);
  });
}

/** As far as a device comes before it asks for any pack. */
async function begun(each: Device, remote: Remote): Promise<Run> {
  const run = new Run(each.parts(remote));
  await beginWithSnapshot(run, { ids: [project], use: (work) => work(each.store) }, each.store);
  return run;
}

function expectSame(devices: readonly Device[]): void {
  const [first] = devices;
  for (const each of devices) {
    expect(verify(each.store, 'deep').problems).toEqual([]);
    if (first) expect(digest(each.store)).toEqual(digest(first.store));
    expect(isUnproven(each.store.statements)).toBe(false);
  }
}

test('CP10: a new device shows what is remembered before it has asked for any pack, and comes to what all hold', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  await writeNotes(a, 0, 30);
  const long = 'a text that stands beside its record '.repeat(100);
  await a.store.write((tx) => writeNote(tx, 'long', long));
  await b.store.write((tx) => writeLine(tx, 'of another', noteId('line')));
  for (const each of [a, b, a]) await each.sync(remote, often);
  await writeNotes(b, 20, 35, 'said again');
  for (const each of [b, a]) await each.sync(remote, often);
  expect(snapshotsOn(remote).length).toBeGreaterThan(0);
  const c = device(3);
  await begun(c, remote);
  expect(JSON.stringify(shown(c))).toContain(long);
  expect(shown(c).length).toBeGreaterThanOrEqual(30);
  expect(verify(c.store, 'deep').problems).toEqual([]);
  await c.store.write((tx) => writeNote(tx, 'n3', 'by one who has just begun'));
  expect((await c.sync(remote, often)).late).toEqual([]);
  for (const each of [a, b, c]) await each.sync(remote, often);
  expectSame([a, b, c]);
  for (const each of [a, c]) rebuild(each.store);
  expectSame([a, b, c]);
  expect(linesOf(c)).toEqual(['of another']);
});

test('CP11: one is made when none is new enough, by whoever sees it first; the newest is kept', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  await writeNotes(a, 0, 5);
  await a.sync(remote, often);
  expect(snapshotsOn(remote)).toEqual([]);
  for (let i = 0; i < 4; i += 1) {
    await writeNotes(a, 30 * i, 30 * (i + 1));
    for (const each of [a, b]) await each.sync(remote, often);
  }
  const all = snapshotsOn(remote);
  expect(all.map(({ dev }) => dev)).toEqual([a.dev]);
  a.clock.now += 31 * 24 * 3_600_000;
  await writeNotes(a, 0, 1, 'again');
  await a.sync(remote, often);
  const after = snapshotsOn(remote).map(({ n }) => n);
  expect(after).toHaveLength(1);
  expect(Math.max(...after)).toBeGreaterThan(Math.max(...all.map(({ n }) => n)));
});

test('CP11: a device that begins while a newer one takes the place of the one it saw takes that', async () => {
  const [a, remote] = [device(1), memoryRemote()];
  await writeNotes(a, 0, 30);
  await a.sync(remote, often);
  const [first] = snapshotsOn(remote);
  await writeNotes(a, 30, 60);
  const c = device(3);
  const meanwhile: Remote = {
    ...remote,
    async get(...asked) {
      // between its listing and its asking
      if (snapshotsOn(remote).some(({ name }) => name === first?.name)) await a.sync(remote, often);
      return remote.get(...asked);
    },
  };
  await begun(c, meanwhile);
  expect(snapshotsOn(remote).map(({ name }) => name)).not.toContain(first?.name);
  expect(shown(c)).toHaveLength(60);
});

test('CP12: what was erased is in no snapshot once its maker knows', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  const words = 'words that are to be forgotten';
  await writeNotes(a, 0, 30);
  await a.store.write((tx) => writeNote(tx, 'gone', words));
  for (const each of [a, b]) await each.sync(remote, often);
  expect(textsIn(a, remote)).toContain(words);
  await erase(b, 'gone');
  for (const each of [b, a]) await each.sync(remote, often);
  expect(snapshotsOn(remote)).toHaveLength(1);
  expect(textsIn(a, remote)).not.toContain(words);
  const c = device(3);
  await c.sync(remote, often);
  await a.sync(remote);
  await b.sync(remote);
  expectSame([a, b, c]);
  expect(c.store.db.serialize().toString('latin1')).not.toContain(words);
});

async function erase({ store }: Device, key: string): Promise<void> {
  const ents = [noteId(key)];
  await store.write((tx) => {
    const { targets } = eraseEntities(tx, store.settings.projections, ents);
    const fields = { targets, ents, reason: 'a test', authority: 'person' } as const;
    return tx.append(recordErase, { fields, actor: { user: 'ana' }, origin: 'human' });
  });
}

function textsIn({ dev }: Device, remote: Remote): string {
  const keys = packKeys(dev, members);
  return snapshotsOn(remote)
    .flatMap((name) => openSnapshot(name, Buffer.from(remote.objects.get(name.name) ?? []), keys).records)
    .map(({ body }) => body)
    .join();
}

test('CP13: a snapshot that fails a check is told and passed over; another is taken, or none', async () => {
  const [a, remote] = [device(1), memoryRemote()];
  await writeNotes(a, 0, 30);
  await a.sync(remote, often);
  const [name] = snapshotsOn(remote);
  const bytes = Buffer.from(remote.objects.get(name?.name ?? '') ?? []);
  for (let at = 0; at < bytes.length; at += 397) {
    const spoilt = Buffer.from(bytes);
    spoilt[at] = (spoilt[at] ?? 0) ^ 1;
    remote.objects.set(name?.name ?? '', spoilt);
    const b = device(2);
    const { findings } = await begun(b, remote);
    expect(findings.notes).toEqual([expect.objectContaining({ is: 'refused', givenUp: true })]);
    expect(shown(b)).toEqual([]);
    b.store.close();
    b.user.close();
  }
  const b = device(2);
  await b.sync(remote);
  expectSame([a, b]);
  const revoked = { [a.dev]: { [a.store.log.log]: a.store.log.seq, [a.user.log.log]: a.user.log.seq } };
  remote.objects.set(name?.name ?? '', bytes);
  const c = device(3);
  const { notes } = await c.sync(remote, { keys: packKeys(c.dev, { ...members, revoked }) });
  expect(notes).toContainEqual(expect.objectContaining({ is: 'refused', check: 'signer' }));
  expectSame([a, c]);
});

test('CP14: a record of a snapshot that the packs contradict is told, and the packs have it', async () => {
  for (const seq of [2, 5, 31]) {
    const [a, b, remote] = [device(1), device(2), memoryRemote()];
    for (let i = 0; i < 3; i += 1) {
      await writeNotes(a, 10 * i, 10 * (i + 1));
      await a.sync(remote);
    }
    await b.sync(remote);
    await forge(a, b, remote, seq);
    const c = device(3);
    const { notes, late } = await c.sync(remote);
    expect(notes).toContainEqual({ is: 'other history', dev: b.dev, log: a.store.log.log, seq });
    expect(notes.filter(({ is }) => is === 'fork')).toEqual([]);
    expect(late).toContain(project);
    rebuild(c.store);
    await b.sync(remote);
    expectSame([a, c]);
    expect(JSON.stringify(shown(c))).not.toContain('never said');
  }
});

/** A member makes a snapshot in which one record of another says something else. */
async function forge(a: Device, b: Device, remote: Remote, seq: number): Promise<void> {
  const { log } = a.store.log;
  const rows = a.store.statements.all<{
    seq: number;
    v: number;
    body: string;
    salt: Buffer;
    com: Buffer;
    head: Buffer;
  }>('select seq, v, body, salt, com, head from records where body is not null and seq > 1 order by seq', []);
  const keys = packKeys(b.dev, members);
  const { current } = keys;
  if (!current) throw new Error('no key');
  const records = rows.map((row) => {
    const record = { ...row, ws, dev: a.dev, log };
    if (row.seq !== seq) return record;
    const body = row.body.replace(/said \d+/, 'never said');
    return { ...record, body, com: commitment(row.salt, body), head: Buffer.from(bytesOf(9)(32)) };
  });
  const sealing = { sign: keys.sign.bind(keys), version: keys.version, current };
  const of = { ws, project, dev: b.dev, n: 9_999 };
  // what stands behind it does not fit, so those are left out
  const fitting = records.filter((record) => record.seq <= seq);
  const meta = { writer: 'test', vector: {} };
  const { name, bytes } = await sealSnapshot(
    of,
    { meta, records: fitting.slice(-1), texts: [] },
    sealing,
    bytesOf(8)(32),
  );
  remote.objects.set(name, bytes);
}

test('CP15: killed while it begins, a device goes on with the packs', async () => {
  const [a, remote] = [device(1), memoryRemote()];
  await writeNotes(a, 0, 600);
  await a.sync(remote, often);
  const b = device(2);
  let left = 2;
  const die = (name: string) => {
    if (name === 'snapshot.slice') left -= 1;
    if (left === 0) throw new Error('killed');
  };
  await expect(b.sync(remote, { failpoint: die })).rejects.toThrow('killed');
  b.reopen();
  expect(verify(b.store, 'deep').problems).toEqual([]);
  await b.sync(remote);
  expectSame([a, b]);
});

/** An exchange that ends when a snapshot has been put, before that is noted. */
async function killedAtPut(each: Device, remote: Remote): Promise<void> {
  const failpoint = (name: string) => {
    if (name === 'snapshot.put') throw new Error('killed');
  };
  await expect(each.sync(remote, { ...often, failpoint })).rejects.toThrow('killed');
  each.reopen();
}

test('CP21: of a snapshot that its maker was killed over nothing erased stays', async () => {
  const [a, remote] = [device(1), memoryRemote()];
  const words = 'words that are to be forgotten';
  await writeNotes(a, 0, 30);
  await a.store.write((tx) => writeNote(tx, 'gone', words));
  await killedAtPut(a, remote);
  expect(textsIn(a, remote)).toContain(words);
  await erase(a, 'gone');
  await a.sync(remote, often);
  expect(snapshotsOn(remote)).toHaveLength(1);
  expect(textsIn(a, remote)).not.toContain(words);
});

test('CP22: what a killed maker left over goes with the next exchange: one too many, and half of one', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  await writeNotes(a, 0, 30);
  await a.sync(remote, often);
  await writeNotes(a, 30, 60);
  await killedAtPut(a, remote);
  const [older, newer] = snapshotsOn(remote).toSorted((x, y) => x.n - y.n);
  expect([older, newer]).not.toContain(undefined);
  await a.sync(remote, often);
  expect(snapshotsOn(remote)).toEqual([newer]);

  // a place that shows what was never put to its end, as some that rclone reaches; of others it may be on its way
  const half = (dev: string) => snapshotName({ ws, project, dev, n: 99, len: 999, hash16: '0123456789abcdef' });
  for (const { dev } of [a, b]) remote.objects.set(half(dev), Buffer.from('half'));
  await writeNotes(a, 60, 90);
  await a.sync(remote, often);
  expect([a, b].map(({ dev }) => remote.objects.has(half(dev)))).toEqual([false, true]);
  expect(snapshotsOn(remote)).toHaveLength(2);
});

test('CP24: who erases takes away the snapshot of a device that is silent', async () => {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  const words = 'words that are to be forgotten';
  await a.store.write((tx) => writeNote(tx, 'gone', words));
  await a.sync(remote);
  await writeNotes(b, 0, 30);
  await b.sync(remote, often);
  expect(snapshotsOn(remote).map(({ dev }) => dev)).toEqual([b.dev]);
  expect(textsIn(a, remote)).toContain(words);
  await a.sync(remote, often);
  await erase(a, 'gone');
  await a.sync(remote, often);
  expect(snapshotsOn(remote).map(({ dev }) => dev)).toEqual([a.dev]);
  expect(textsIn(a, remote)).not.toContain(words);
  const [made] = snapshotsOn(remote);
  for (const each of [b, a]) await each.sync(remote, often);
  expect(snapshotsOn(remote)).toEqual([made]);
});
