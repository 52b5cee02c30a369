// Checkouts of commits that know nothing of prsist, or hold what never belonged into one.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readText } from '../../src/platform/files.ts';
import { claudeCode } from '../harness/agents.ts';
import { createHome, type Home, until } from '../harness/home.ts';
import { createRepository, type Repository } from '../harness/repository.ts';

let home: Home;
let shop: Repository;

beforeEach(async () => {
  home = createHome();
  fs.mkdirSync(join(home.home, '.claude'));
  shop = createRepository(home);
  await home.json(['init', '--no-git-hooks'], { cwd: shop.path });
  shop.git('add', '.prsist');
  shop.git('commit', '-q', '-m', 'Make it a project');
  await home.json(['remember', 'Guests pay in walnuts'], { cwd: shop.path });
  await until('the brief tells it', () => briefs().includes('walnuts'));
});
afterEach(() => home.remove());

const folder = () => {
  const key = (readText(home.paths.briefKey) ?? '').trim();
  return join(shop.path, '.prsist/brief', key);
};
const briefs = () => readText(join(folder(), 'claude-code.start')) ?? '';
const modeOf = (path: string) => fs.statSync(path).mode & 0o777;
/** What an agent that starts there is told. */
const told = () => claudeCode(home, { cwd: shop.path }).hook('SessionStart', { source: 'startup' });

test('BR41: on a commit from before prsist git add -A takes no brief, and an agent is told as ever', async () => {
  shop.git('checkout', '-q', '--detach', 'HEAD~1');
  expect(fs.existsSync(join(shop.path, '.prsist/.gitignore'))).toBe(false);
  shop.git('add', '-A');
  expect(shop.git('status', '--porcelain')).toBe('');
  await home.json(['remember', 'Guests pay in hazels'], { cwd: shop.path });
  await until('the brief tells it', () => briefs().includes('hazels'));
  shop.git('add', '-A');
  expect(shop.git('status', '--porcelain')).toBe('');
  expect(await told()).toContain('hazels');
  shop.git('checkout', '-q', 'main');
  expect(shop.git('status', '--porcelain')).toBe('');
});

test('BR41: a folder that comes with a commit is closed, emptied and rendered anew', async () => {
  const clean = shop.git('rev-parse', 'HEAD');
  // nothing writes there while git reads it
  await home.prsist(['daemon', 'stop']);
  shop.git('add', '-f', '.prsist/brief');
  shop.git('commit', '-q', '-m', 'A mistake of old');
  const mistake = shop.git('rev-parse', 'HEAD');
  shop.git('checkout', '-q', '-f', '--detach', clean);
  await home.json(['remember', 'Guests pay in hazels'], { cwd: shop.path });
  await until('the brief tells it', () => briefs().includes('hazels'));
  await home.prsist(['daemon', 'stop']);
  fs.rmSync(join(shop.path, '.prsist/brief'), { recursive: true });
  shop.git('checkout', '-q', '--detach', mistake);
  expect([modeOf(folder()), briefs().includes('hazels')]).toEqual([0o755, false]);

  // with the first command, and while a daemon runs
  expect((await home.prsist(['sessions'], { cwd: shop.path })).exit).toBe(0);
  await until('it is made right', () => modeOf(folder()) === 0o700 && briefs().includes('hazels'));
  fs.rmSync(join(shop.path, '.prsist/brief'), { recursive: true });
  // the daemon may lay its own there at the same moment: git refuses once, and is asked again
  await until('the commit is checked out', () => isCheckedOut(mistake));
  await until('it is made right', () => modeOf(folder()) === 0o700 && briefs().includes('hazels'));
  expect(await told()).toContain('hazels');
  expect((await home.prsist(['doctor'], { cwd: shop.path })).stdout).not.toContain('open to others');
});

function isCheckedOut(commit: string): boolean {
  try {
    shop.git('checkout', '-q', '-f', commit);
    return true;
  } catch {
    return false;
  }
}

test('BR41: what hides the briefs goes with them when prsist goes', async () => {
  expect(fs.existsSync(join(shop.path, '.prsist/brief/.gitignore'))).toBe(true);
  await home.json(['uninstall'], { cwd: shop.path });
  expect(fs.readdirSync(join(shop.path, '.prsist')).sort()).toEqual(['.gitignore', 'project.json']);
  expect(shop.git('status', '--porcelain')).toBe('');
});
