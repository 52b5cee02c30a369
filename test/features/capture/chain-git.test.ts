import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gitLink } from '../../../src/features/capture/chain-git.ts';
import { gitHookBlock } from '../../../src/features/capture/install/git-hook.ts';
import type { Entered } from '../../../src/features/capture/install/receipt.ts';
import { followReflogs } from '../../../src/features/capture/reflog.ts';
import { projectId, wiredWorld } from '../../daemon/wired-world.ts';
import { temporaryRepository } from '../../platform/temporary-repository.ts';

function world() {
  const made = wiredWorld();
  const root = made.project();
  const repository = temporaryRepository({ into: root });
  repository.commit('one');
  const entered = new Map() as Map<string, NonNullable<ReturnType<Entered['get']>>>;
  const hook = (name: string) => join(root, '.git/hooks', name);
  return {
    ...{ root, repository, hook },
    follow: () => followReflogs(made.wired.capture, projectId, new Map()),
    /** A hook of ours, as installs.json tells of it. */
    install(name: string, text = `#!/bin/sh\n${gitHookBlock(name)}`) {
      fs.mkdirSync(join(root, '.git/hooks'), { recursive: true });
      fs.writeFileSync(hook(name), text, { mode: 0o755 });
      const how = { before_hash: null, after_hash: '', backup: null, created: true, inserted: '', containers: [] };
      entered.set(hook(name), { path: hook(name), subject: 'git-hook', ...how, aside: null });
    },
    link: (later = 0) =>
      gitLink({ entered: () => entered }, { ...made.jobContext(projectId), now: Date.now() + later }),
  };
}

const minute = 60_000;

test('CA120: a move of HEAD that was not taken in after a minute is a broken link, whatever hooks there are', async () => {
  const { repository, follow, link } = world();
  await follow();
  expect(await link(10 * minute)).toMatchObject({ state: 'proven', what: expect.stringContaining('no hooks of ours') });
  repository.commit('two');
  expect(await link()).toMatchObject({ state: 'proven' });
  expect(await link(2 * minute)).toMatchObject({ state: 'broken', what: expect.stringContaining('was not taken in') });
  await follow();
  expect(await link(2 * minute)).toMatchObject({ state: 'proven' });
});

test('CA121: of hooks that were installed it is told what keeps them from being run', async () => {
  const { repository, install, hook, link, root } = world();
  const usual = ['post-commit', 'post-checkout', 'post-merge', 'post-rewrite'];
  for (const name of usual) install(name);
  expect(await link()).toMatchObject({ state: 'proven', what: expect.stringContaining(join(root, '.git/hooks')) });
  install('post-merge', `#!/bin/sh\nmake\nexec true\n${gitHookBlock('post-merge')}`);
  expect((await link())?.what).toBe(`${hook('post-merge')} ends above our lines`);
  install('post-merge', `#!/bin/sh\nif x; then\n  exit 1\nfi\nexec </dev/null\n${gitHookBlock('post-merge')}`);
  expect(await link()).toMatchObject({ state: 'proven' });
  fs.chmodSync(hook('post-merge'), 0o644);
  expect(await link()).toMatchObject({ state: 'degraded', fix: `chmod +x '${hook('post-merge')}'` });
  install('post-merge');
  fs.chmodSync(hook('post-merge'), 0o755);
  repository.git('config', 'core.hooksPath', 'tools');
  expect((await link())?.what).toMatch(/core\.hooksPath \(local\) names .*tools, so the git-hook .* is not run/);
  repository.git('config', '--unset', 'core.hooksPath');
  fs.writeFileSync(hook('post-commit'), '#!/bin/sh\n# another tool wrote this\n');
  expect(await link()).toMatchObject({ state: 'degraded', fix: 'prsist doctor --fix' });
});

test('CA122: neither a hook nor a reflog is told; outside of git there is no link', async () => {
  const { root, link } = world();
  fs.rmSync(join(root, '.git/logs'), { recursive: true });
  expect(await link()).toMatchObject({ state: 'degraded', fix: 'git config core.logAllRefUpdates true' });
  fs.rmSync(join(root, '.git'), { recursive: true });
  expect(await link()).toBeUndefined();
});
