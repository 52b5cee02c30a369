import { expect, test } from 'vitest';
import { verify } from '../../../src/store/verify.ts';
import { memoryRemote } from '../../harness/memory-remote.ts';
import { writeLine, writeNote } from '../../store/notes.ts';
import { device, linesOf, shown } from './sync-world.ts';

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
