import fs from 'node:fs';
import { expect, test } from 'vitest';
import { readMigrations } from '../../src/daemon/migrations.ts';
import { Projects } from '../../src/daemon/projects.ts';
import { adoptIdentity } from '../../src/features/system/registry.ts';
import { verify } from '../../src/store/verify.ts';
import { apart, letIn, projectId, type SyncedWorld } from './synced-worlds.ts';

const second = '019a3985-b900-7000-8000-0000000000bb';

const workspacesOf = ({ user, store }: Pick<Projects, 'user' | 'store'>) =>
  [user, store(projectId), store(second)].map((each) => each.statements.all('select distinct ws from logs', []));

/** The same installation, started anew. */
function restarted({ paths, clock, wired, projects }: SyncedWorld): Projects {
  projects.closeAll();
  return new Projects({
    afterCrash: false,
    ...{ paths, clock: () => clock.now, monotonic: () => 0, failpoint: () => undefined },
    random: (bytes) => new Uint8Array(bytes).fill(9),
    migrations: readMigrations(wired.features),
    projections: wired.features.flatMap((feature) => feature.projections),
    names: { user: 'ana', device: 'laptop' },
    onCommit: () => undefined,
  });
}

test('SN13: who joins goes by the person of the others in every database, open or not, and keeps what was remembered', async () => {
  const { first, second: guest } = await apart();
  guest.project(second, 'other');
  await guest.remember('deploy', 'on Fridays');
  await guest.remember('editor', 'vim', 'user');
  await guest.ask('context.store', { key: 'other', value: 1, scope: 'project' }, second);
  guest.projects.close(second);
  const before = guest.projects.identity;
  const [user, logs] = [guest.projects.user, guest.projects.user.log.log];
  await letIn(first, guest);
  const { identity } = guest.projects;
  const { ws, user: person, name } = first.projects.identity;
  expect(identity).toEqual({ ws, user: person, name, dev: before.dev });
  expect([user.db.open, guest.projects.user.log.log]).toEqual([false, logs]);
  const { projects } = guest;
  const all = { user: projects.user, store: (id: string) => projects.store(id) };
  expect(workspacesOf(all)).toEqual([[{ ws }], [{ ws }], [{ ws }]]);
  for (const store of [all.user, all.store(projectId), all.store(second)])
    expect(verify(store, 'deep').problems).toEqual([]);
  expect([await guest.recall('deploy'), await guest.recall('editor', 'user')]).toEqual(['on Fridays', 'vim']);
});

test('SN14: killed after its user database had moved, the next start moves the others', async () => {
  const { first, second: guest } = await apart();
  guest.project(second, 'other');
  await guest.remember('deploy', 'on Fridays');
  await guest.ask('context.store', { key: 'other', value: 1, scope: 'project' }, second);
  const { ws, user, name } = first.projects.identity;
  const { dev } = guest.projects.identity;
  guest.projects.user.maintain((tx) => adoptIdentity(tx, { ws, user, name }));
  const next = restarted(guest);
  expect(next.identity).toEqual({ ws, user, name: 'ana', dev });
  expect(workspacesOf({ user: next.user, store: (id) => next.store(id) })).toEqual([[{ ws }], [{ ws }], [{ ws }]]);
  for (const store of [next.user, next.store(projectId), next.store(second)])
    expect(verify(store, 'deep').problems).toEqual([]);
  next.closeAll();
});

test('SN14: killed before what was remembered had come along, it comes along when joining goes on', async () => {
  const { first, second: guest } = await apart();
  await guest.remember('editor', 'vim', 'user');
  const { ws, user, name } = first.projects.identity;
  await letIn(first, guest, () => guest.projects.adopt({ ws, user, name }));
  expect(await guest.recall('editor', 'user')).toBe('vim');
  expect(fs.readFileSync(`${guest.paths.keys}/redaction.key`, 'utf8')).toBe('1'.repeat(64));
});

test('SN14: while a database is being rebuilt nothing changes', async () => {
  const { first, second: guest } = await apart();
  const { identity } = guest.projects;
  const store = guest.projects.store(projectId);
  let isHeld = true;
  Object.defineProperty(store, 'isHeld', { get: () => isHeld });
  await expect(letIn(first, guest)).rejects.toMatchObject({ code: 'store/locked' });
  expect(guest.projects.identity).toEqual(identity);
  isHeld = false;
  const { joined } = await guest.ask('device.joined', { wait_seconds: 0 });
  expect([joined, guest.projects.identity.ws]).toEqual([expect.anything(), first.projects.identity.ws]);
});
