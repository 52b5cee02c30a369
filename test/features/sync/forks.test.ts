// One log that went on in two ways, and a database that came back older than what it sent.
import { expect, test } from 'vitest';
import { pull, push } from '../../../src/features/sync/engine.ts';
import { verify } from '../../../src/store/verify.ts';
import { memoryRemote } from '../../harness/memory-remote.ts';
import { writeLine, writeNote } from '../../store/notes.ts';
import { type MemoryRemote, same, settle, synced } from './fork-world.ts';
import { type Device, device, linesOf } from './sync-world.ts';

/** A device that has synced, and a copy of it made then. */
async function cloned(remote: MemoryRemote): Promise<{ readonly a: Device; readonly copy: Device }> {
  const a = device(1);
  await a.store.write((tx) => writeLine(tx, 'before'));
  await a.sync(remote);
  const copy = device(1, { from: a.copy(), salt: 50 });
  for (const [key, bytes] of a.shelf.kept) copy.shelf.write(key, bytes);
  return { a, copy };
}

test('T28: two machines that write one log are found at the first sync; both histories are kept under the same names everywhere', async () => {
  const remote = memoryRemote();
  const { a, copy } = await cloned(remote);
  const log = a.store.log.log;
  const fresh = device(2);
  await fresh.sync(remote);
  await a.store.write((tx) => writeLine(tx, 'of the original'));
  await copy.store.write((tx) => {
    writeLine(tx, 'of the copy');
    writeLine(tx, 'of the copy, too');
  });
  await a.sync(remote);
  const { notes } = await copy.sync(remote);
  expect(notes).toContainEqual(expect.objectContaining({ is: 'fork', log, seq: 3 }));
  expect(copy.store.log.log).not.toBe(log);
  const told = await a.sync(remote, { full: true });
  expect(told.notes).toContainEqual(expect.objectContaining({ is: 'fork', log, seq: 3 }));
  await a.store.write((tx) => writeLine(tx, 'later, of the original'));
  await copy.store.write((tx) => writeLine(tx, 'later, of the copy'));
  const late = device(3);
  await settle(remote, a, copy, fresh, late);
  const all = [
    'before',
    'later, of the copy',
    'later, of the original',
    'of the copy',
    'of the copy, too',
    'of the original',
  ];
  for (const each of [a, copy, fresh, late]) expect(linesOf(each)).toEqual(all);
  same(a, copy, fresh, late);
});

test('T28: which branch came first makes no difference', async () => {
  for (const first of [0, 1]) {
    const remote = memoryRemote();
    const { a, copy } = await cloned(remote);
    const both = first === 0 ? [a, copy] : [copy, a];
    const fresh = device(2);
    for (const [i, each] of both.entries()) {
      await each.store.write((tx) => writeLine(tx, `branch ${i}`));
      await each.store.write((tx) => writeNote(tx, 'shared', `branch ${i}`));
      await synced(each, remote);
      await synced(fresh, remote);
    }
    await settle(remote, ...both, fresh);
    same(a, copy, fresh);
    expect(linesOf(fresh)).toEqual(['before', 'branch 0', 'branch 1']);
  }
});

test('T28: three machines with one log: every history is kept', async () => {
  const remote = memoryRemote();
  const { a, copy } = await cloned(remote);
  const third = device(1, { from: copy.copy(), salt: 80 });
  const all = [a, copy, third];
  for (const [i, each] of all.entries()) await each.store.write((tx) => writeLine(tx, `machine ${i}`));
  const fresh = device(2);
  await settle(remote, ...all, fresh);
  for (const each of [...all, fresh]) {
    expect(linesOf(each)).toEqual(['before', 'machine 0', 'machine 1', 'machine 2']);
    expect(verify(each.store, 'deep').problems).toEqual([]);
  }
});

test('T28: a backup that was put back takes what it lacks from the remote, closes its log and writes a new one', async () => {
  const remote = memoryRemote();
  const [a, b] = [device(1), device(2)];
  await a.store.write((tx) => writeLine(tx, 'first'));
  await a.sync(remote);
  const backup = a.copy();
  await a.store.write((tx) => writeLine(tx, 'second'));
  await a.sync(remote);
  await b.sync(remote);
  const log = a.store.log.log;
  a.reopen(backup);
  expect(linesOf(a)).toEqual(['first']);
  const { notes } = await a.sync(remote, { full: true });
  expect(notes).toContainEqual(expect.objectContaining({ is: 'restored', log }));
  expect(linesOf(a)).toEqual(['first', 'second']);
  expect(a.store.log.log).not.toBe(log);
  await a.store.write((tx) => writeLine(tx, 'third'));
  await settle(remote, a, b);
  expect(linesOf(b)).toEqual(['first', 'second', 'third']);
  same(a, b);
});

test('T28: a backup that went on writing before it heard of the remote is a fork like any other', async () => {
  const remote = memoryRemote();
  const [a, b] = [device(1), device(2)];
  await a.store.write((tx) => writeLine(tx, 'first'));
  await a.sync(remote);
  const backup = a.copy();
  await a.store.write((tx) => writeLine(tx, 'lost here'));
  await a.sync(remote);
  await b.sync(remote);
  a.reopen(backup);
  a.clock.now += 1_000;
  await a.store.write((tx) => writeLine(tx, 'written after'));
  await settle(remote, a, b);
  for (const each of [a, b]) expect(linesOf(each)).toEqual(['first', 'lost here', 'written after']);
  same(a, b);
});

test('T28: a log that was set back to several places has ways of the same names, in whatever order they are heard of', async () => {
  const a = device(1);
  const ways: MemoryRemote[] = [];
  const pushed = async (text: string) => {
    await a.store.write((tx) => writeLine(tx, text));
    ways.push(memoryRemote());
    await push(a.parts(ways.at(-1) as MemoryRemote, { remoteId: text }));
  };
  const first = a.copy();
  await a.store.write((tx) => writeLine(tx, 'first'));
  const second = a.copy();
  await pushed('one');
  a.reopen(second);
  await pushed('another');
  a.reopen(first);
  await a.store.write((tx) => writeLine(tx, 'instead of first'));
  await pushed('third');
  const orders = [
    [0, 1, 2],
    [2, 0, 1],
    [1, 2, 0],
    [2, 1, 0],
  ] as const;
  const named = [];
  for (const [n, order] of orders.entries()) {
    const fresh = device(2 + n);
    for (const way of order) await pull(fresh.parts(ways[way] as MemoryRemote, { remoteId: `${way}` }));
    expect(linesOf(fresh)).toEqual(['another', 'first', 'instead of first', 'one', 'third']);
    expect(verify(fresh.store, 'deep').problems).toEqual([]);
    named.push(fresh.store.statements.all('select log, seq, head from logs where dev = ? order by log', [a.dev]));
  }
  for (const logs of named) expect(logs).toEqual(named[0]);
});
