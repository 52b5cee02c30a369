// Entries that are only in memory are erased like those that last.
import { expect, test } from 'vitest';
import { countReads } from '../../../src/daemon/count-reads.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { type ImportWorld, importWorld } from '../capture/import-world.ts';
import { call, forget, onDisk } from './erasing-world.ts';

const store = (world: ImportWorld, key: string, more: Parameters<typeof call>[2] = {}) =>
  call(world, 'context.store', { key, value: `zanzibar ${key}`, layer: 'ephemeral', ...more });
const held = (world: ImportWorld) => world.wired.entries.ephemeral;

test('DY44: an ephemeral entry is erased by its key, its id, and as the last one', async () => {
  const world = importWorld();
  await store(world, 'a');
  const shown = await forget(world, { entry: 'a', dry_run: true });
  expect(shown).toMatchObject({ receipt_id: null, erased: { entries: 1 }, what: [{ kind: 'entry', name: 'a' }] });
  expect(held(world).count).toBe(1);
  expect(await forget(world, { entry: 'a' })).toMatchObject({
    ...{ receipt_id: expect.any(String), erased: { entries: 1, records: 0 } },
  });
  expect(held(world).count).toBe(0);
  await expect(forget(world, { entry: 'a' })).rejects.toMatchObject({ code: 'entry/not-found' });
  const { entry_id } = await store(world, 'b', { scope: 'user' });
  await forget(world, { entry: String(entry_id), scope: 'user' });
  await call(world, 'context.store', { key: 'c', value: 1 });
  world.clock.now += 1_000;
  await store(world, 'd');
  await store(world, 'others', { scope: 'user' });
  expect(await forget(world, { last: 'any' })).toMatchObject({ erased: { entries: 1, records: 0 } });
  expect(held(world).list('', world.clock.now)).toHaveLength(1);
  expect(held(world).list(projectId, world.clock.now)).toEqual([]);
  expect(await forget(world, { last: 'entry', dry_run: true })).toMatchObject({ what: [{ name: 'c' }] });
});

test('DY44: with a stored one of the same name both go, and with a session those of it', async () => {
  const world = importWorld();
  await store(world, 'both');
  await call(world, 'context.delete', { key: 'both' });
  await call(world, 'context.store', { key: 'both', value: 'zanzibar stored' });
  await call(world, 'context.delete', { key: 'both' });
  await store(world, 'both');
  expect(await forget(world, { entry: 'both' })).toMatchObject({ erased: { entries: 1 } });
  expect(held(world).count).toBe(0);
  await call(world, 'session.start', { session_id: 's1' });
  await store(world, 'own', { scope: 'session', session_id: 's1' });
  await store(world, 'stays', { scope: 'session', session_id: 's2' });
  expect(await forget(world, { session_id: 's1' })).toMatchObject({ erased: { sessions: 1, entries: 1 } });
  expect(
    held(world)
      .list(projectId, world.clock.now)
      .map(({ key }) => key),
  ).toEqual(['stays']);
});

test('DY44: no read of it is written down afterwards, nor was kept', async () => {
  const world = importWorld();
  const count = () => countReads(world.wired.entries, world.projects, world.disk, world.clock.now);
  await store(world, 'k.quokka');
  await call(world, 'context.retrieve', { key: 'k.quokka' });
  count();
  expect(onDisk(world)).toContain('k.quokka');
  await call(world, 'context.retrieve', { key: 'k.quokka' });
  await forget(world, { entry: 'k.quokka' });
  count();
  expect(onDisk(world)).not.toContain('k.quokka');
});

test('DY45: who may not know of an entry cannot erase it', async () => {
  const world = importWorld();
  await call(world, 'context.store', { key: 'mine', value: 1, scope: 'user' });
  await store(world, 'held', { scope: 'user' });
  const bound = { tenant: 't1' };
  // rights refuse such a token already: what is looked at here is the verb itself
  const caller = { user: world.projects.identity.user, origin: 'human' as const, bound };
  const asked = { operation: 'store.erase', project: projectId, idempotencyKey: undefined, caller };
  for (const body of [{ entry: 'mine' }, { entry: 'held' }, { last: 'entry' }]) {
    const refused = world.dispatch({ ...asked, body: { ...body, scope: 'user', reason: 'test' } });
    await expect(refused).rejects.toMatchObject({ code: 'entry/not-found' });
  }
  expect(held(world).count).toBe(1);
  await forget(world, { entry: 'mine', scope: 'user' });
});
