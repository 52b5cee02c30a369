import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Trailers } from '../../src/daemon/trailers.ts';
import { temporaryRepository } from '../platform/temporary-repository.ts';
import { projectId, wiredWorld } from './wired-world.ts';

const minute = 60_000;

/** A project with a linked work tree, and what stands in the git directory of each. */
function world() {
  const made = wiredWorld();
  const root = made.project();
  const repository = temporaryRepository({ into: root });
  repository.commit('one');
  repository.git('worktree', 'add', '-q', join(made.top, 'side'));
  const setting = { enabled: true };
  const faults: string[] = [];
  const trailers = () =>
    new Trailers({
      projects: () => made.projects,
      wanted: () => ({ enabled: setting.enabled, idleMs: 30 * minute }),
      clock: () => made.clock.now,
      onFault: (what, error) => void faults.push(`${what} ${String(error)}`),
    });
  const file = (worktree = 'main') =>
    join(root, '.git', worktree === 'main' ? '' : `worktrees/${worktree}`, 'prsist-session');
  const caller = { user: 'ana', origin: 'human' } as const;
  const ask = (operation: string, body: object) =>
    made.dispatch({ operation, body, caller, project: projectId, idempotencyKey: undefined });
  return {
    ...{ ...made, root, setting, faults, trailers, file, ask },
    stands: (worktree?: string) =>
      fs.existsSync(file(worktree)) ? fs.readFileSync(file(worktree), 'utf8') : undefined,
  };
}

test('DA110: while a session works in a work tree its git directory names it; ended, silent or not wanted it does not', async () => {
  const { ask, trailers, stands, file, clock, setting, faults } = world();
  const all = trailers();
  const told = () => {
    all.wake(projectId);
    all.look();
    return stands();
  };
  expect(told()).toBeUndefined();
  await ask('session.start', { session_id: 's-1' });
  await ask('session.message', { session_id: 's-1', role: 'user', content: 'Do it' });
  setting.enabled = false;
  expect(told()).toBeUndefined();
  setting.enabled = true;
  expect(told()).toBe('s-1\n');
  expect(fs.statSync(file()).mode & 0o777).toBe(0o600);
  expect(stands('side')).toBeUndefined();
  clock.now += 29 * minute;
  expect(told()).toBe('s-1\n');
  clock.now += 2 * minute;
  all.look(); // nothing was told, but its time has come
  expect(stands()).toBeUndefined();
  await ask('session.message', { session_id: 's-1', role: 'user', content: 'Go on' });
  expect(told()).toBe('s-1\n');
  await ask('session.end', { session_id: 's-1' });
  expect(told()).toBeUndefined();
  await ask('session.start', { session_id: 's-2' });
  await ask('session.message', { session_id: 's-2', role: 'user', content: 'Again' });
  expect(told()).toBe('s-2\n');
  setting.enabled = false;
  all.look();
  expect(stands()).toBeUndefined();
  expect(faults).toEqual([]);
});

test('DA111: a daemon that leaves takes the names away, and the next one those of a daemon that was killed', async () => {
  const { ask, trailers, stands, file } = world();
  await ask('session.start', { session_id: 's-1' });
  await ask('session.message', { session_id: 's-1', role: 'user', content: 'Do it' });
  const first = trailers();
  first.wake(projectId);
  first.look();
  expect(stands()).toBe('s-1\n');
  first.leave();
  expect(stands()).toBeUndefined();
  for (const tree of ['main', 'side']) fs.writeFileSync(file(tree), 'of the dead\n');
  trailers().begin();
  expect([stands(), stands('side')]).toEqual([undefined, undefined]);
});

test('DA112: an id that is no plain word goes into no commit, and a git directory that is gone or closed stops nothing', async () => {
  const { ask, trailers, stands, root, faults } = world();
  const all = trailers();
  await ask('session.start', { session_id: 'a b; rm' });
  await ask('session.message', { session_id: 'a b; rm', role: 'user', content: 'Do it' });
  all.wake(projectId);
  all.look();
  expect(stands()).toBeUndefined();
  fs.rmSync(join(root, '.git'), { recursive: true });
  all.wake(projectId);
  all.look();
  all.leave();
  expect(faults).toEqual([]);
});
