// What names a record that lies where its log went on in two ways: a device was set back with all it had, so nothing on it
// could notice, and wrote another record under the address of one that others have seen.
import { expect, test } from 'vitest';
import type { RecordName } from '../../../src/core/record.ts';
import { conflictRows } from '../../../src/features/conflicts/projection.ts';
import { deviceOfLog } from '../../../src/features/conflicts/queries.ts';
import { conflictResolve } from '../../../src/features/conflicts/records.ts';
import { push } from '../../../src/features/sync/engine.ts';
import { lookupIn } from '../../../src/store/named.ts';
import { memoryRemote } from '../../harness/memory-remote.ts';
import { noteId, withNotes, writeLine, writeNote } from '../../store/notes.ts';
import { type MemoryRemote, same, settle, synced } from './fork-world.ts';
import { type Device, device, shown, user } from './sync-world.ts';

const hourMs = 3_600_000;
const by = { actor: { user }, origin: 'human' } as const;

/** A device that knows of conflicts that are settled. */
const member = (n: number) => device(n, { projections: [...withNotes.projections, conflictRows] });

/** Two devices in touch, and what is needed to set the first one back to now. */
async function inTouch(remote: MemoryRemote): Promise<{ readonly a: Device; readonly b: Device; back: () => void }> {
  const [a, b] = [member(1), member(2)];
  await a.store.write((tx) => writeLine(tx, 'before'));
  await settle(remote, a, b);
  const [backup, shelf, marks] = [a.copy(), new Map(a.shelf.kept), new Map(a.marks)];
  const back = () => {
    a.reopen(backup);
    for (const [kept, before] of [
      [a.shelf.kept, shelf],
      [a.marks, marks],
    ] as const) {
      kept.clear();
      for (const [key, value] of before) kept.set(key, value as never);
    }
  };
  return { a, b, back };
}

interface Side {
  readonly value: unknown;
}

function openSides({ store }: Device): readonly (readonly unknown[])[] {
  const rows = store.statements.all<{ sides: string }>("select sides from conflicts where status = 'open'", []);
  return rows.map(({ sides }) => (JSON.parse(sides) as Side[]).map(({ value }) => value));
}

test('SI9: who had seen a record has not seen the one that was written under its address, whatever the clocks say', async () => {
  const remote = memoryRemote();
  const { a, b, back } = await inTouch(remote);
  // its reading is later than that of whoever sees it: nobody is taken along further than five minutes
  a.clock.now += hourMs;
  await a.store.write((tx) => writeNote(tx, 'shared', 'seen'));
  await a.sync(remote);
  await b.sync(remote);
  b.clock.now += 60_000;
  await b.store.write((tx) => writeNote(tx, 'shared', 'over what was seen'));
  back();
  a.clock.now -= hourMs;
  await a.store.write((tx) => writeNote(tx, 'shared', 'under its address'));
  const fresh = member(3);
  await settle(remote, a, b, fresh);
  for (const each of [a, b, fresh]) {
    expect(openSides(each)).toEqual([['under its address', 'over what was seen']]);
  }
  same(a, b, fresh);
});

test('SI9: a change waits for the record it names, not for whatever lies there, and takes nothing of it away', async () => {
  const remote = memoryRemote();
  const { a, b, back } = await inTouch(remote);
  await a.store.write((tx) => writeNote(tx, 'shared', 'first'));
  await a.sync(remote);
  await b.sync(remote);
  await b.store.write((tx) => writeNote(tx, 'shared', 'second'));
  const kept = new Map(remote.objects);
  remote.objects.clear();
  back();
  await a.store.write((tx) => writeNote(tx, 'another', 'under its address'));
  await a.sync(remote);
  const fresh = member(3);
  await push(b.parts(remote));
  await synced(fresh, remote);
  expect(shown(fresh)).toEqual([expect.objectContaining({ text: 'under its address' })]);
  await fresh.store.write((tx) => writeNote(tx, 'shared', 'not seen by anybody'));
  for (const [name, object] of kept) remote.objects.set(name, object);
  await settle(remote, a, b, fresh);
  for (const each of [a, b, fresh]) expect(openSides(each)).toEqual([['second', 'not seen by anybody']]);
  same(a, b, fresh);
});

test('SI9: what settles a conflict picks the side that was seen, wherever it lies since', async () => {
  const moved = new Set<boolean>();
  for (const nth of [1, 4]) {
    const remote = memoryRemote();
    const { a, b, back } = await inTouch(remote);
    const log = a.store.log.log;
    await a.store.write((tx) => writeNote(tx, 'shared', `of a, ${nth}`));
    await b.store.write((tx) => writeNote(tx, 'shared', 'of b'));
    await settle(remote, a, b);
    await b.store.write((tx) => tx.append(conflictResolve, { ...by, ent: noteId('shared'), fields: picking(b, nth) }));
    back();
    await a.store.write((tx) => writeNote(tx, 'another', 'under its address'));
    const fresh = member(3);
    await settle(remote, a, b, fresh);
    for (const each of [a, b, fresh]) {
      expect(openSides(each)).toEqual([]);
      expect(shown(each)).toContainEqual(
        expect.objectContaining({ ent: noteId('shared'), text: `of a, ${nth}`, meta: 'null' }),
      );
    }
    same(a, b, fresh);
    const at = 'select l.log from records r join logs l using (log_n) where r.body like ?';
    const way = fresh.store.statements.one<{ log: string }>(at, [`%of a, ${nth}%`])?.log ?? '';
    moved.add(way !== log);
    // a way that parted has no first record of its own
    expect(fresh.store.read.one(deviceOfLog, { log: way })).toEqual({ device: 'device 1' });
  }
  // either of two records may be the one that keeps the log
  expect(moved.size).toBe(2);
});

interface StoredSide extends Side {
  readonly log: string;
  readonly seq: number;
}

/** Fields of a record that settles the one conflict of a device. */
function picking({ store }: Device, nth: number) {
  const row = store.statements.one<{ sides: string }>('select sides from conflicts', []);
  const sides = JSON.parse(row?.sides ?? '[]') as StoredSide[];
  const heads = sides.map(
    ({ log, seq }): RecordName => [log, seq, lookupIn(store.statements, '').at(log, seq)?.mark ?? ''],
  );
  return { field: 'text', heads, pick: sides.findIndex(({ value }) => value === `of a, ${nth}`) };
}
