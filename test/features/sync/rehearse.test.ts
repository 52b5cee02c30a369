// What one remote alone gives back of logs that went on in two ways.
import { expect, test } from 'vitest';
import { rehearse } from '../../../src/features/sync/engine.ts';
import { parseName } from '../../../src/features/sync/names.ts';
import { compareLogs, type LogCompared, tablesApart } from '../../../src/store/compare.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { atOnce } from '../../../src/store/steps.ts';
import { memoryRemote } from '../../harness/memory-remote.ts';
import { writeLine } from '../../store/notes.ts';
import { type Device, device } from './sync-world.ts';

type MemoryRemote = ReturnType<typeof memoryRemote>;

/** A device and a copy of it that both wrote on, and know of it. */
async function forked(remote: MemoryRemote): Promise<{ readonly a: Device; readonly log: string }> {
  const a = device(1);
  await a.store.write((tx) => writeLine(tx, 'before'));
  await a.sync(remote);
  const copy = device(1, { from: a.copy(), salt: 50 });
  for (const [key, bytes] of a.shelf.kept) copy.shelf.write(key, bytes);
  const { log } = a.store.log;
  await a.store.write((tx) => writeLine(tx, 'of the original'));
  await copy.store.write((tx) => writeLine(tx, 'of the copy'));
  for (let round = 0; round < 4; round += 1) {
    for (const each of [a, copy]) {
      const { late } = await each.sync(remote, { full: true });
      if (late.length > 0) rebuild(each.store);
    }
  }
  return { a, log };
}

interface Came {
  readonly logs: readonly LogCompared[];
  readonly apart: readonly string[];
}

/** What comes back of the project in an empty database of the same device. */
async function back(a: Device, remote: MemoryRemote): Promise<Came> {
  const scratch = device(1, { salt: 90 });
  const came: Came[] = [];
  await rehearse(scratch.parts(remote), {
    async reached(_, { store, isLate }) {
      if (store === scratch.user) return;
      if (isLate) rebuild(store);
      const logs = compareLogs(a.store, store, store.log.log);
      came.push({ logs, apart: atOnce(tablesApart(a.store, store)) });
    },
  });
  return came[0] ?? expect.fail('nothing was looked at');
}

test('VR16: both ways of a log come back, with their rows, and nothing is written there', async () => {
  const remote = memoryRemote();
  const { a } = await forked(remote);
  const before = [...remote.objects.keys()];
  const { logs, apart } = await back(a, remote);
  expect(logs.length).toBeGreaterThan(2);
  expect(logs.filter(({ here, there, isSame }) => here !== there || !isSame)).toEqual([]);
  expect(apart).toEqual([]);
  expect([...remote.objects.keys()]).toEqual(before);
});

test('VR16: where one way alone is left, it is told', async () => {
  const remote = memoryRemote();
  const { a, log } = await forked(remote);
  const ends = [...remote.objects.keys()].filter((name) => {
    const pack = parseName(name);
    return pack?.is === 'pack' && pack.log === log && pack.from > 1;
  });
  expect(ends.length).toBeGreaterThan(1);
  for (const [i, gone] of ends.entries()) {
    const kept = remote.objects.get(gone) ?? expect.fail('not there');
    remote.objects.delete(gone);
    const { logs, apart } = await back(a, remote);
    const told = logs.filter(({ here, there, isSame }) => here !== there || !isSame);
    expect(told.length, `without way ${i + 1}`).toBeGreaterThan(0);
    expect(apart).toContain('lines');
    remote.objects.set(gone, kept);
  }
});
