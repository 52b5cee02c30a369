import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Captured } from '../../src/core/captured.ts';
import { takeInCommits } from '../../src/features/sessions/commits.ts';
import { belongings } from '../../src/features/sessions/erasing.ts';
import { eraseEntities } from '../../src/store/erase.ts';
import { rebuild } from '../../src/store/rebuild.ts';
import { verify } from '../../src/store/verify.ts';
import { commitOf, conversationOf, happenings } from '../features/sessions/conversation.ts';
import { rowsOf, sessionsWorld } from '../features/sessions/world.ts';

const happening = fc.record({ what: fc.constantFrom(...happenings), n: fc.integer({ min: 0, max: 4 }) });
const conversation = fc.array(happening, { minLength: 1, maxLength: 20 });
const commits = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: -5, max: 30 })), { maxLength: 4 });

/** Two conversations may tell of the same model request: its tokens count once. */
function sharing(items: readonly Captured[]): readonly Captured[] {
  return items.map((item) =>
    item.kind === 'usage' ? { ...item, requestId: item.requestId.split(':')[1] ?? '' } : item,
  );
}

async function rowsAfter<T>(work: (world: ReturnType<typeof sessionsWorld>) => Promise<T>): Promise<T> {
  const directory = fs.mkdtempSync(join(tmpdir(), 'prsist-erasing-'));
  const world = sessionsWorld({ directory });
  try {
    return await work(world);
  } finally {
    world.store.close();
    fs.rmSync(directory, { recursive: true });
  }
}

test('DY40: after a session was erased the rows are as if it had never been, and a rebuild gives the same', async () => {
  const given = fc.record({ gone: conversation, left: conversation, commits, first: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(given, async (each) => {
      const gone = sharing(conversationOf('gone', each.gone));
      const left = sharing(conversationOf('left', each.left));
      const made = each.commits.map(([n, at]) => commitOf(n, at));
      const alone = await rowsAfter(async (world) => {
        await world.take(left);
        await world.store.write((tx) => takeInCommits(tx, 'ana', made));
        return world.digest();
      });
      await rowsAfter(async (world) => {
        for (const items of each.first ? [gone, left] : [left, gone]) await world.take(items);
        await world.store.write((tx) => takeInCommits(tx, 'ana', made));
        await world.store.write((tx) => {
          eraseEntities(tx, world.store.settings.projections, belongings(tx, 'gone').ents);
        });
        expect(world.digest()).toEqual(alone);
        rebuild(world.store);
        expect(world.digest()).toEqual(alone);
        expect(verify(world.store, 'deep').problems).toEqual([]);
        expect(rowsOf(world.store, "select 1 from records where body like '%of gone%'")).toEqual([]);
        const unused = 'select 1 from blobs b where not exists (select 1 from records r where r.body like :like)';
        expect(rowsOf(world.store, unused.replace(':like', "'%' || lower(hex(b.hash)) || '%'"))).toEqual([]);
      });
    }),
    { numRuns: 60 },
  );
});
