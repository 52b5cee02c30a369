// Repositories in which prsist installs no git hook, as git really lays them out: their commits are known all the same.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { filesBelow } from '../../src/platform/walk.ts';
import { claudeCode } from '../harness/agents.ts';
import { createHome, type Home, until } from '../harness/home.ts';
import { createRepository, gitIn, type Repository } from '../harness/repository.ts';

let home: Home;
let shop: Repository;

beforeEach(() => {
  home = createHome();
  fs.mkdirSync(join(home.home, '.claude'));
  shop = createRepository(home);
});
afterEach(() => home.remove());

/** Work of an agent in a repository and the commit of it; its sha once it is the session's. */
async function committed(top: string): Promise<{ sha: string; session_id: string }> {
  const agent = claudeCode(home, { cwd: top });
  await agent.hook('SessionStart', { source: 'startup' });
  await agent.asked('Make the cart survive a reload');
  agent.edited('src/cart.ts', 'export const cart = [];\n');
  await agent.stop();
  await home.settled();
  gitIn(home, top, ['add', '-A']);
  gitIn(home, top, ['commit', '-q', '-m', 'Keep the car']);
  gitIn(home, top, ['commit', '-q', '--amend', '-m', 'Keep the cart']);
  const sha = gitIn(home, top, ['rev-parse', 'HEAD']);
  await until('the commit is the session’s', async () => {
    const { commits } = await home.client(top).call('session.show', { session_id: agent.session });
    return (commits as readonly { sha: string }[]).some((each) => each.sha === sha);
  });
  return { sha, session_id: agent.session };
}

/** What must have been found out without any hook in git. */
function expectNoHooks(directory: string): void {
  const ours = filesBelow(directory, () => true).filter(({ path }) => /prsist/.test(fs.readFileSync(path, 'latin1')));
  expect(ours.map(({ path }) => path)).toEqual([]);
}

test('GH41: in a submodule, whose git directory lies in that of the repository around it', async () => {
  const inner = createRepository(home, 'inner');
  shop.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.path, 'lib/inner');
  shop.git('commit', '-q', '-m', 'Take in a library');
  const top = join(shop.path, 'lib/inner');
  expect(fs.readFileSync(join(top, '.git'), 'utf8')).toBe('gitdir: ../../.git/modules/lib/inner\n');
  await home.json(['init', '--no-git-hooks'], { cwd: top });
  const { sha, session_id } = await committed(top);
  expectNoHooks(join(shop.path, '.git/modules/lib/inner/hooks'));
  const { items } = await home.json(['blame', 'src/cart.ts'], { cwd: top });
  expect(items).toMatchObject([{ session: { session_id }, commit: { sha } }]);

  // the repository around it is another one: it is no project, and what is committed there is not the submodule's
  shop.git('commit', '-q', '-a', '-m', 'Move the library on');
  gitIn(home, top, ['commit', '-q', '--allow-empty', '-m', 'Later']);
  const later = gitIn(home, top, ['rev-parse', 'HEAD']);
  const found = async (text: string) =>
    (await home.json(['search', text], { cwd: top }))['results'] as readonly unknown[];
  await until('the later commit is known', async () => (await found(later)).length > 0);
  expect(await found('Move the library on')).toEqual([]);
});

test('GH41: where core.hooksPath is set for all repositories, which is left alone', async () => {
  const hooks = join(home.home, 'hooks');
  fs.mkdirSync(hooks);
  fs.writeFileSync(join(hooks, 'post-commit'), `#!/bin/sh\necho ran >>"$HOME/ran"\n`, { mode: 0o755 });
  fs.writeFileSync(join(home.home, '.gitconfig'), `[core]\n\thooksPath = ${hooks}\n`);
  const { stderr } = await home.prsist(['init', '--agents', 'claude-code'], { cwd: shop.path });
  expect(stderr).toContain(`no git hook installed: core.hooksPath of your global git settings keeps the hooks`);
  const { sha, session_id } = await committed(shop.path);
  expectNoHooks(hooks);
  expectNoHooks(join(shop.path, '.git/hooks'));
  expect(fs.readFileSync(join(home.home, 'ran'), 'utf8')).toBe('ran\nran\n');
  const { items } = await home.json(['blame', 'src/cart.ts'], { cwd: shop.path });
  expect(items).toMatchObject([{ session: { session_id }, commit: { sha } }]);
});
