// What happens to vectors where the library is gone: another system's package, an incomplete installation.
import fs from 'node:fs';
import { expect, it, vi } from 'vitest';
import { quantise } from '../../../../src/core/quantise.ts';
import { canKeepVectors } from '../../../../src/features/search/meaning/models.ts';
import { cosines, nearest } from '../../../../src/features/search/meaning/vectors.ts';
import { copyDatabase } from '../../../../src/store/backup.ts';
import { checkWordsOf } from '../../../../src/store/check-file.ts';
import { rebuild } from '../../../../src/store/rebuild.ts';
import { embedderServer, hashedVector } from './embedder-server.ts';
import { VectorWorld } from './world.ts';

const library = vi.hoisted(() => ({ isThere: true }));
vi.mock(import('../../../../src/store/vectors.ts'), async (original) => {
  const real = await original();
  return { ...real, loadVectors: (db) => (library.isThere ? real.loadVectors(db) : undefined) };
});

it('VE18: without the library all goes on without vectors, an erase leaves none, and they come back with it', async () => {
  const world = new VectorWorld(await embedderServer());
  const ent = await world.say('the secret');
  await world.say('the rest');
  await world.fill();
  const question = await world.question('the rest');

  library.isThere = false;
  world.reopen();
  expect(canKeepVectors(world.store.read)).toBe(false);
  expect(nearest(world.store.read, question)).toEqual([]);
  expect(cosines(world.store.read, question, [1, 2]).size).toBe(0);
  await world.say('written without it');
  rebuild(world.store);
  await copyDatabase(world.store.db, `${world.store.settings.file}.copy`, { breathe: async () => undefined });
  await world.erase(ent);
  world.store.fold();
  const file = fs.readFileSync(world.store.settings.file);
  for (const text of ['the secret', 'the rest']) {
    const vector = Float32Array.from(hashedVector(`small ${text}`, 64));
    expect(file.includes(Buffer.from(quantise(vector).bytes))).toBe(false);
  }
  expect(checkWordsOf(world.store.settings.file, 'whole')).toEqual(['ok']);

  library.isThere = true;
  world.reopen();
  await world.fill();
  expect(await world.found('the rest')).toEqual(['the rest', 'written without it']);
  expect(world.tables()).toHaveLength(1);
  world.store.close();
});
