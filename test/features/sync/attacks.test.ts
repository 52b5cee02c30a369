// The attacks a remote can make (07 §16), each scripted: found, or without effect.
import { expect, test } from 'vitest';
import { parseName } from '../../../src/features/sync/names.ts';
import type { Remote } from '../../../src/features/sync/remote.ts';
import { digest } from '../../../src/store/digest.ts';
import { verify } from '../../../src/store/verify.ts';
import { memoryRemote } from '../../harness/memory-remote.ts';
import { epochNumber, packKeys } from '../../harness/pack-keys.ts';
import { noteId, writeLine, writeNote } from '../../store/notes.ts';
import { type Device, device, deviceId, linesOf, members, shown } from './sync-world.ts';

const full = { full: true } as const;
const packsOf = (objects: ReadonlyMap<string, Uint8Array>, dev: string) =>
  [...objects.keys()].filter((name) => {
    const read = parseName(name);
    return read?.is === 'pack' && read.dev === dev;
  });

/** Two devices that have both seen three pieces of what the first wrote, and the remote between them. */
async function between(): Promise<{
  readonly a: Device;
  readonly b: Device;
  readonly remote: ReturnType<typeof memoryRemote>;
}> {
  const [a, b, remote] = [device(1), device(2), memoryRemote()];
  for (const text of ['one', 'two', 'three']) {
    await a.store.write((tx) => writeLine(tx, text));
    await a.sync(remote);
  }
  await b.sync(remote);
  return { a, b, remote };
}

function same(...devices: readonly Device[]): void {
  const [first, ...rest] = devices.map(({ store }) => digest(store));
  for (const each of rest) expect(each).toEqual(first);
  for (const { store } of devices) expect(verify(store, 'deep').problems).toEqual([]);
}

test('T28: packs that are withheld are missed by the word of their device, and come when they are shown', async () => {
  const { a, b, remote } = await between();
  await a.store.write((tx) => writeLine(tx, 'four'));
  await a.sync(remote);
  const newest = packsOf(remote.objects, a.dev).at(-1) ?? '';
  const hidden: Remote = {
    ...remote,
    async *list(prefix, signal) {
      for await (const each of remote.list(prefix, signal)) if (each.name !== newest) yield each;
    },
  };
  const { notes } = await b.sync(hidden);
  expect(notes).toContainEqual(expect.objectContaining({ is: 'rolled back', was: 5, now: 4 }));
  expect(linesOf(b)).toEqual(['one', 'three', 'two']);
  expect((await b.sync(remote)).notes).toEqual([]);
  expect(linesOf(b)).toContain('four');
  same(a, b);
});

test('T28: a remote that is rolled back, or emptied, is told; nothing here is undone, and all of it is put again', async () => {
  const { a, b, remote } = await between();
  const older = new Map(remote.objects);
  await a.store.write((tx) => writeLine(tx, 'four'));
  await a.sync(remote);
  await b.sync(remote);
  const whole = packsOf(remote.objects, a.dev).sort();
  for (const name of [...remote.objects.keys()]) if (!older.has(name)) remote.objects.delete(name);
  const told = await b.sync(remote, full);
  expect(told.notes).toContainEqual(expect.objectContaining({ is: 'rolled back', was: 5, now: 4 }));
  expect(linesOf(b)).toContain('four');
  expect(packsOf(remote.objects, a.dev).sort(), 'put back by another holder').toEqual(whole);
  remote.objects.clear();
  const emptied = await a.sync(remote, full);
  expect(emptied.notes.some(({ is }) => is === 'rolled back')).toBe(true);
  expect(packsOf(remote.objects, a.dev).sort()).toEqual(whole);
  await b.sync(remote, full);
  const fresh = device(3);
  await fresh.sync(remote);
  same(a, b, fresh);
});

test('T28: a pack that is deleted from the middle leaves a hole: that log waits, others go on, its writer fills it', async () => {
  const { a, b, remote } = await between();
  await b.store.write((tx) => writeLine(tx, 'of b'));
  await b.sync(remote);
  const [, second = ''] = packsOf(remote.objects, a.dev).filter((name) => !name.includes('/aaaaaaaa'));
  remote.objects.delete(second);
  const fresh = device(3);
  const { notes } = await fresh.sync(remote);
  expect(notes).toContainEqual(expect.objectContaining({ is: 'hole' }));
  expect(linesOf(fresh)).toEqual(['of b', 'one']);
  await a.sync(remote, full);
  expect(remote.objects.has(second)).toBe(true);
  expect((await fresh.sync(remote)).notes).toEqual([]);
  await a.sync(remote);
  same(a, fresh);
});

test('T28: packs that come twice or in another order change nothing', async () => {
  const { a, remote } = await between();
  const names = [...remote.objects.keys()].reverse();
  const shuffled: Remote = {
    ...remote,
    async *list(prefix) {
      for (const name of [...names, ...names]) {
        if (name.startsWith(prefix)) yield { name, sizeBytes: remote.objects.get(name)?.length ?? 0 };
      }
    },
    async get(wanted, into, signal) {
      await remote.get([...wanted].reverse(), into, signal);
      return remote.get(wanted, into, signal);
    },
  };
  const fresh = device(3);
  expect((await fresh.sync(shuffled)).notes).toEqual([]);
  same(a, fresh);
});

test('T28: a pack under another log, project, device or workspace is refused, and after three tries given up', async () => {
  const { a, remote } = await between();
  const [name = ''] = packsOf(remote.objects, a.dev).filter((each) => !each.includes('/aaaaaaaa'));
  const bytes = remote.objects.get(name) ?? Buffer.alloc(0);
  const parts = name.split('/');
  const other = `${parts[5]?.slice(0, -2)}ca`;
  const moved = [...parts.slice(0, 5), other, ...parts.slice(6)].join('/');
  remote.objects.set(moved, bytes);
  const fresh = device(3);
  for (const givenUp of [false, false, true]) {
    const { notes } = await fresh.sync(remote, full);
    expect(notes).toContainEqual(expect.objectContaining({ is: 'refused', name: moved, check: 'path', givenUp }));
  }
  expect((await fresh.sync(remote, full)).notes).toEqual([]);
  same(a, fresh);
});

test('T28: a changed or cut pack is refused where it lies, taken from another remote, and put right by its writer', async () => {
  const { a, remote } = await between();
  const good = memoryRemote(new Map(remote.objects));
  const [name = ''] = packsOf(remote.objects, a.dev).filter((each) => !each.includes('/aaaaaaaa'));
  const bytes = Buffer.from(remote.objects.get(name) ?? []);
  bytes[400] = (bytes[400] ?? 0) ^ 1;
  remote.objects.set(name, bytes);
  const fresh = device(3);
  const { notes } = await fresh.sync(remote);
  expect(notes).toContainEqual(expect.objectContaining({ is: 'refused', name, check: 'hash' }));
  expect(linesOf(fresh)).toEqual([]);
  await fresh.sync(good, { remoteId: 'remote-2' });
  same(a, fresh);
  remote.objects.set(name, bytes.subarray(0, 500));
  await a.sync(remote, full);
  expect(remote.objects.get(name)?.length).toBe(bytes.length);
  const second = device(4);
  await second.sync(remote);
  same(a, second);
});

test('T28: a pack that was cut is put right by whoever holds it, when its writer does not come any more', async () => {
  const { a, b, remote } = await between();
  const [name = ''] = packsOf(remote.objects, a.dev).filter((each) => !each.includes('/aaaaaaaa'));
  const bytes = Buffer.from(remote.objects.get(name) ?? []);
  remote.objects.set(name, bytes.subarray(0, 500));
  await b.sync(remote, full);
  expect(Buffer.from(remote.objects.get(name) ?? [])).toEqual(bytes);
  const fresh = device(3);
  await fresh.sync(remote);
  same(a, fresh);
});

test('T28: packs of strangers and of devices that were revoked before are not taken', async () => {
  const { remote } = await between();
  const thief = device(9, { keys: packKeys(deviceId(9), { ...members, devices: [...members.devices, deviceId(9)] }) });
  await thief.store.write((tx) => writeLine(tx, 'forged'));
  await thief.sync(remote);
  const fresh = device(3);
  const { notes } = await fresh.sync(remote);
  expect(notes).toContainEqual(expect.objectContaining({ is: 'refused', check: 'signer' }));
  expect(linesOf(fresh)).toEqual(['one', 'three', 'two']);
});

test('T28: a device that shows different histories to different devices is found by what it announces', async () => {
  const { a, b, remote } = await between();
  const other = device(1, { random: (bytes) => Buffer.alloc(bytes, 0x55) });
  const second = memoryRemote();
  await other.store.write((tx) => writeLine(tx, 'another'));
  await other.sync(second);
  const log = a.store.log.log;
  const named = [...remote.objects.keys()].find((name) => name.includes('/h/')) ?? '';
  const { sealAnnouncement } = await import('../../../src/features/sync/announcement.ts');
  const project = a.store.settings.identity.project ?? '';
  const lie = sealAnnouncement(99, { [log]: [3, 'ab'.repeat(32), project] }, packKeys(a.dev, members));
  remote.objects.delete(named);
  remote.objects.set(lie.name, lie.bytes);
  const { notes } = await b.sync(remote);
  expect(notes).toContainEqual({ is: 'other history', dev: a.dev, log, seq: 3 });
});

test('T28: a million names, names that lead elsewhere and foreign files are left alone', async () => {
  const { a, remote } = await between();
  for (const name of ['desktop.ini', '../../etc/passwd', 'prsist1/x/p/../../y.pk', 'prsist1/.DS_Store']) {
    remote.objects.set(name, Buffer.from('x'));
  }
  const endless: Remote = {
    ...remote,
    async *list() {
      for (let n = 0; ; n += 1) yield { name: `prsist1/${n}`, sizeBytes: 1 };
    },
  };
  const fresh = device(3);
  expect((await fresh.sync(remote)).notes).toEqual([]);
  same(a, fresh);
  await expect(fresh.sync(endless, full)).rejects.toMatchObject({ code: 'remote/tampered' });
});

test('T29: a key that is not here waits with its packs; another key of the same epoch stops before the first byte', async () => {
  const { a, remote } = await between();
  const later = packKeys(a.dev, { ...members, epochs: [epochNumber(1), epochNumber(2)] });
  await a.store.write((tx) => writeNote(tx, 'x', 'under a new key'));
  await a.sync(remote, { keys: later });
  const fresh = device(3);
  const { notes } = await fresh.sync(remote);
  expect(notes).toContainEqual(expect.objectContaining({ is: 'no key' }));
  expect(shown(fresh)).toEqual([]);
  const got = [...fresh.shelf.kept.keys()].length;
  await fresh.sync(remote, { keys: packKeys(fresh.dev, { ...members, epochs: [epochNumber(1), epochNumber(2)] }) });
  expect(shown(fresh)).toMatchObject([{ ent: noteId('x') }]);
  expect(fresh.shelf.kept.size).toBeGreaterThanOrEqual(got);
  const wrong = device(4, { keys: packKeys(deviceId(4), { ...members, epochs: [epochNumber(1, 'another')] }) });
  const before = [...remote.objects.keys()];
  await wrong.store.write((tx) => writeLine(tx, 'mine'));
  await expect(wrong.sync(remote)).rejects.toMatchObject({ code: 'key/mismatch' });
  expect([...remote.objects.keys()]).toEqual(before);
  const out = device(5, { keys: packKeys(deviceId(5), { ...members, current: undefined }) });
  await expect(out.sync(remote)).rejects.toMatchObject({ code: 'key/missing' });
  expect([...remote.objects.keys()]).toEqual(before);
});
