import { expect, test } from 'vitest';
import { remoteCheck } from '../../src/daemon/remote-check.ts';
import type { RemoteState } from '../../src/daemon/syncing.ts';
import { type SyncedWorld, syncedWorld } from './synced-worlds.ts';

/** What doctor says where runs left a remote so. */
function checked({ projects }: SyncedWorld, state: Partial<RemoteState>, due: number | undefined) {
  const syncing = { state: () => ({ running: false, error: undefined, notes: [], ...state }) };
  return remoteCheck(projects, syncing, { dueIn: () => due });
}

test('SN21: doctor names the remotes, what stands in the way of one and what to type', async () => {
  const world = syncedWorld(1);
  expect(checked(world, {}, 0)).toMatchObject({ name: expect.stringContaining('no remote'), findings: [] });
  await world.ask('remote.add', { name: 'home', url: 'folder:there' });
  expect(checked(world, {}, 0)).toMatchObject({ group: 'sync', name: 'home', findings: [] });
  const offline = { code: 'remote/offline', message: 'no such directory', hint: '' };
  expect(checked(world, { error: offline }, 5).findings).toMatchObject([
    {
      ...{ code: 'remote/offline', what: 'remote home: no such directory', fix: 'prsist sync --remote home' },
      why: expect.stringContaining('tried again'),
    },
  ]);
  const locked = { code: 'remote/auth', message: 'a password is wanted', hint: 'git fetch there once by hand' };
  expect(checked(world, { error: locked, notes: ['a pack was refused'] }, undefined).findings).toMatchObject([
    { code: 'remote/auth', fix: locked.hint, why: expect.stringContaining('nothing is exchanged') },
    { code: 'sync/noticed', what: 'remote home: a pack was refused', fix: 'prsist sync --remote home --full' },
  ]);
});

test('SN21: of a paused remote nothing is said', async () => {
  const world = syncedWorld(1);
  await world.ask('remote.add', { name: 'home', url: 'folder:there' });
  world.projects.user.maintain((tx) => tx.run({ sql: 'update remotes set paused = 1' } as never, {}));
  const offline = { code: 'remote/offline', message: 'no such directory', hint: '' };
  expect(checked(world, { error: offline }, 5)).toMatchObject({ name: 'home', findings: [] });
});
