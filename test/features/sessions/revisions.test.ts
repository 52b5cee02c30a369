// Messages that an agent writes again.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Captured } from '../../../src/core/captured.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { begun } from './conversation.ts';
import { rowsOf, sessionsWorld, type World } from './world.ts';

const session = 'one';
const key = [session, 'm1'];
const start: Captured = { kind: 'session', session, at: begun };
const prompt: Captured = { kind: 'message', session, at: begun, key: ['p'], role: 'user', as: 'prompt', text: 'Why?' };

function written(revision: number, text: string): Captured {
  const said = { role: 'assistant', as: 'text', text, replyTo: ['p'], revision } as const;
  return { kind: 'message', session, at: begun + 1, key, ...said };
}

function told(world: World): unknown {
  const [row] = rowsOf(world.store, "select rec, live from messages where kind = 'text'");
  const { read } = world.store;
  const [{ message_count } = { message_count: -1 }] = rowsOf(world.store, 'select message_count from sessions');
  return [row && read.text(read.fields(Number(row['rec'])), 'content'), row?.['live'], message_count];
}

const long = 'the cause is a missing index on orders '.repeat(80);

test('SE45 the text with the greatest revision counts, in any order, read again, and after a rebuild', async () => {
  const versions = [written(1, 'A first draft.'), written(2, long), written(3, 'The lock was held too long.')];
  const order = fc.shuffledSubarray([0, 1, 2], { minLength: 3 });
  let want: unknown;
  await fc.assert(
    fc.asyncProperty(order, fc.boolean(), async (places, together) => {
      const world = sessionsWorld();
      const items = places.flatMap((place) => versions[place] ?? []);
      const batches = together ? [[start, prompt, ...items]] : [[start, prompt], ...items.map((item) => [item])];
      for (const batch of batches) await world.take([start, ...batch]);
      expect(told(world)).toEqual(['The lock was held too long.', 1, 2]);
      expect(await world.take([start, prompt, ...versions])).toMatchObject({ added: 0 });
      expect((await world.search('lock held')).length).toBe(1);
      expect(await world.search('draft')).toEqual([]);
      expect(await world.search('missing index')).toEqual([]);
      want ??= world.digest();
      expect(world.digest()).toEqual(want);
      rebuild(world.store);
      expect(world.digest()).toEqual(want);
      expect((await world.search('lock held')).length).toBe(1);
      world.store.close();
    }),
    { numRuns: 12, seed: 7 },
  );
});

test('SE46 what was taken back stays so when it is written again', async () => {
  const world = sessionsWorld();
  await world.take([start, prompt, written(1, 'A first draft.')]);
  await world.take([start, { kind: 'rewind', session, at: begun + 2, key }]);
  await world.take([start, written(2, 'The lock was held too long.')]);
  expect(told(world)).toEqual(['The lock was held too long.', 0, 1]);
  expect(await world.search('lock held')).toEqual([]);
});

test('SE46 erased, no version of it comes back', async () => {
  const world = sessionsWorld();
  await world.take([start, prompt, written(1, 'A first draft.')]);
  const erasedIn = () => (ent: string) => rowsOf(world.store, 'select id from messages').some(({ id }) => id === ent);
  const again = await world.take([start, written(2, 'The lock was held.')], { source: { erasedIn } });
  expect(again).toMatchObject({ added: 0, erased: 1 });
});
