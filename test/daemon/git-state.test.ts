import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cleanGitState, cleanPlace } from '../../src/daemon/git-state.ts';
import { workTreeOf } from '../../src/platform/repository.ts';
import { temporaryRepository } from '../platform/temporary-repository.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';
import { projectId, wiredWorld } from './wired-world.ts';

const token = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;

test('DA90: what git says of a place holds no secret: branch, upstream, dirty paths, name of the work tree', async () => {
  const { redactor } = wiredWorld();
  const { top, git, write, commit } = temporaryRepository();
  const head = commit('one');
  const tree = join(temporaryDirectory(), token);
  git('branch', `up/${token}`);
  git('worktree', 'add', '-q', '-b', `feature/${token}`, tree);
  git('branch', '-q', '-u', `up/${token}`, `feature/${token}`);
  write(`${token}.txt`, 'x');
  const state = await cleanGitState(redactor, top);
  expect(state).toMatchObject({ branch: 'main', head, untracked: 1, paths: [expect.stringContaining('⟨secret:')] });
  const other = await cleanGitState(redactor, tree);
  expect(other).toMatchObject({ head, branch: expect.stringContaining('⟨secret:'), ahead: 0 });
  const found = workTreeOf(tree);
  const place = found && cleanPlace(redactor, found);
  expect(place).toEqual({
    ...{ worktree: expect.stringContaining('⟨secret:'), branch: expect.stringMatching(/^feature\/⟨secret:/) },
  });
  expect(JSON.stringify([state, other, place])).not.toContain(token);
  expect(await cleanGitState(redactor, temporaryDirectory())).toBeNull();
});

test('DA91: a request from a place with a secret in its names reaches no row with it', async () => {
  const world = wiredWorld();
  const repository = temporaryRepository({ into: world.project() });
  repository.commit('one');
  repository.git('checkout', '-q', '-b', token);
  repository.write(`${token}.txt`, 'x');
  const ask = (operation: string, body: object) =>
    world.dispatch({
      ...{ operation, body, project: projectId, idempotencyKey: undefined },
      caller: { user: world.projects.identity.user, origin: 'human', directory: repository.top },
    });
  const { reply } = await ask('session.start', { session_id: 's', agent: 'claude-code' });
  const shown = await ask('session.context', { session_id: 's' });
  const bodies = world.projects.store(projectId).statements.all('select body from records', []);
  expect(JSON.stringify([reply, shown, bodies])).not.toContain(token);
  expect(JSON.stringify(bodies)).toContain('⟨secret:');
});
