// After uninstall a repository looks as if prsist had never been there, but for what was committed.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createHome, type Home, until } from '../harness/home.ts';
import { createRepository, gitIn } from '../harness/repository.ts';

let home: Home;
beforeEach(() => {
  home = createHome();
});
afterEach(() => home.remove());

test('SY20: uninstall takes the briefs out of every repository and leaves what is committed', async () => {
  const [shop, team] = [createRepository(home, 'shop'), createRepository(home, 'team')];
  for (const { path } of [shop, team]) await home.json(['init', '--no-import'], { cwd: path });
  gitIn(home, team.path, ['add', '.prsist']);
  gitIn(home, team.path, ['commit', '-qm', 'share the project id']);
  await home.json(['remember', 'one file is enough', '--as', 'decision'], { cwd: shop.path });
  const briefs = join(shop.path, '.prsist', 'brief');
  await until('the briefs are laid out', () => fs.existsSync(briefs) && fs.readdirSync(briefs).length > 0);
  const planned = await home.json(['uninstall', '--dry-run'], { cwd: shop.path });
  expect(JSON.stringify(planned)).toContain(briefs);
  expect(fs.existsSync(briefs)).toBe(true);
  await home.json(['uninstall'], { cwd: shop.path });
  expect(fs.existsSync(join(shop.path, '.prsist'))).toBe(false);
  expect(fs.readdirSync(join(team.path, '.prsist')).sort()).toEqual(['.gitignore', 'project.json']);
  for (const { path } of [shop, team]) expect(gitIn(home, path, ['status', '--porcelain'])).toBe('');
  await home.json(['remember', 'still there', '--as', 'fact'], { cwd: team.path });
  expect(fs.existsSync(join(team.path, '.prsist', 'brief'))).toBe(false); // nothing is laid out any more
  await home.json(['init', '--no-import'], { cwd: shop.path });
  expect(JSON.stringify(await home.json(['search', 'one file'], { cwd: shop.path }))).toContain('enough');
});
