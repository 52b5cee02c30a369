// Commits that name the session in which they were made: the installed git hook, a real daemon, linked work trees.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
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

const setting = ['config', 'set', 'capture.commit_trailer'];

function commit(cwd: string): string {
  gitIn(home, cwd, ['commit', '--allow-empty', '-q', '-m', 'Work']);
  return gitIn(home, cwd, ['log', '-1', '--format=%(trailers:key=Prsist-Session,valueonly)']).trim();
}

test('IN70: asked for twice, commits name the session of their work tree; else, and without a daemon, they name none', async () => {
  await home.json(['init', '--no-import', '--more-git-hooks', 'prepare-commit-msg'], { cwd: shop.path });
  const side = join(home.home, 'side');
  shop.git('worktree', 'add', '-q', side);
  const works = async (cwd: string) => {
    const agent = claudeCode(home, { cwd });
    await agent.hook('SessionStart', { source: 'startup' });
    await agent.asked('Do it');
    agent.said('Yes.');
    await agent.stop();
    await home.settled();
    return agent.session;
  };
  const session = await works(side);
  expect(commit(side)).toBe('');
  await home.json([...setting, 'true', '--here'], { cwd: shop.path });
  expect(await works(side)).not.toBe(session);
  const note = join(shop.path, '.git/worktrees/side/prsist-session');
  await until('the session is noted', () => fs.existsSync(note));
  const noted = fs.readFileSync(note, 'utf8').trim();
  const { session: shown } = await home.json(['session', 'show', noted], { cwd: side });
  expect(shown).toMatchObject({ session_id: noted });
  expect(commit(side)).toBe(noted);
  expect(commit(shop.path)).toBe('');
  await works(shop.path);
  await until('the other is noted', () => fs.existsSync(join(shop.path, '.git/prsist-session')));
  expect(commit(shop.path)).not.toBe('');
  await home.prsist(['daemon', 'stop']);
  expect([commit(side), commit(shop.path)]).toEqual(['', '']);
});
