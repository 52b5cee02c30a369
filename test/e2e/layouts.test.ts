// T19: init and uninstall of the product in homes and repositories that already belong to others.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { filesBelow } from '../../src/platform/walk.ts';
import { createHome, type Home } from '../harness/home.ts';
import { createRepository, gitIn, type Repository } from '../harness/repository.ts';

let home: Home;
beforeEach(() => {
  home = createHome();
});
afterEach(() => home.remove());

function put(path: string, text: string, mode = 0o644): void {
  fs.mkdirSync(join(path, '..'), { recursive: true });
  fs.writeFileSync(path, text, { mode });
  fs.chmodSync(path, mode);
}

/** Every file, with its mode; what git itself changes when it is asked is left out. */
function snapshot(): Record<string, string> {
  const files = filesBelow(home.home, () => true).filter(
    ({ path }) => !/\/\.git\/(?:index|objects|logs)|\/\.local\//.test(path),
  );
  return Object.fromEntries(
    files.map(({ path }) => [
      path,
      `${(fs.lstatSync(path).mode & 0o7777).toString(8)} ${fs.readFileSync(path).toString('base64')}`,
    ]),
  );
}

const settings: Readonly<Record<string, string>> = {
  '.claude/settings.json': '{\r\n\t// mine\r\n\t"model": "opus",\r\n}\r\n',
  '.claude.json': '{"numStartups":3}',
  '.codex/config.toml': 'model = "x" # mine\n[mcp_servers.other]\ncommand = "y"',
  '.gemini/settings.json': '{"theme":"dark"}',
  '.cursor/hooks.json': '{"version":1,"hooks":{"stop":[{"command":"./mine.sh"}]}}\n',
  '.copilot/mcp-config.json': '{\n    "mcpServers": {}\n}\n',
  '.config/opencode/opencode.jsonc': '// mine\n{ "mcp": {} }\n',
};

const layouts: Readonly<Record<string, (repository: Repository) => void>> = {
  husky: ({ path, git }) => {
    put(join(path, '.husky/post-commit'), 'npm test\n');
    put(join(path, '.husky/_/post-commit'), '#!/usr/bin/env sh\n', 0o755);
    git('config', 'core.hooksPath', '.husky/_');
    git('add', '.husky/post-commit');
    git('commit', '-q', '--no-verify', '-m', 'husky');
  },
  lefthook: ({ path, git }) => {
    put(join(path, 'lefthook.yml'), 'pre-commit:\n  commands: {}\n');
    put(join(path, '.gitignore'), 'lefthook-local.yml\n');
    git('add', '.');
    git('commit', '-q', '-m', 'lefthook');
  },
  'global hooksPath': () => put(join(home.home, '.gitconfig'), `[core]\n\thooksPath = ${join(home.home, 'hooks')}\n`),
  'hooks of its own': ({ path }) => {
    put(join(path, '.git/hooks/post-commit'), '#!/bin/sh\nmake\n', 0o755);
    put(join(path, '.git/hooks/post-merge'), '#!/usr/bin/env python3\nprint(1)\n', 0o700);
  },
  'foreign settings': () => {
    for (const [name, text] of Object.entries(settings)) put(join(home.home, name), text, 0o640);
  },
  'settings behind a link': () => {
    put(join(home.home, 'dotfiles/claude.json'), '{ "model": "opus" }\n');
    fs.mkdirSync(join(home.home, '.claude'));
    fs.symlinkSync('../dotfiles/claude.json', join(home.home, '.claude/settings.json'));
  },
};

describe.each(Object.keys(layouts))('%s', (name) => {
  test.each([['print'], ['write']])(
    'IN66: init and uninstall leave it byte for byte (shared hooks: %s)',
    async (shared) => {
      const repository = createRepository(home);
      layouts[name]?.(repository);
      const before = snapshot();
      const flags = shared === 'write' ? ['--shared-hooks', '--more-git-hooks', 'pre-push,prepare-commit-msg'] : [];
      const planned = await home.prsist(['init', '--no-import', '--dry-run', ...flags], { cwd: repository.path });
      expect(snapshot()).toEqual(before);
      const done = await home.prsist(['init', '--no-import', ...flags], { cwd: repository.path });
      expect([done.exit, planned.exit]).toEqual(name === 'husky' && shared === 'print' ? [77, 77] : [0, 0]);
      const installed = snapshot();
      expect(installed).not.toEqual(before);
      await home.prsist(['init', '--no-import', ...flags], { cwd: repository.path });
      const briefs = (files: Record<string, string>) =>
        Object.fromEntries(Object.entries(files).filter(([path]) => !path.includes('/.prsist/brief/')));
      expect(briefs(snapshot())).toEqual(briefs(installed));
      expect((await home.prsist(['uninstall'], { cwd: repository.path })).exit).toBe(0);
      expect(snapshot()).toEqual(before);
      const again = (await home.json(['uninstall'], { cwd: repository.path })) as { result: { touched: unknown[] } };
      expect(again.result.touched).toEqual([]);
      expect(gitIn(home, repository.path, ['status', '--porcelain'])).toBe(name === 'husky' ? '?? .husky/_/' : '');
    },
  );
});

test('IN67: settings with a mistake: that file is left alone with its lines, exit 77, the rest is installed', async () => {
  const { path } = createRepository(home);
  put(join(home.home, '.claude/settings.json'), '{ "model": \n');
  fs.mkdirSync(join(home.home, '.codex'));
  const done = await home.prsist(['init', '--no-import'], { cwd: path });
  expect(done.exit).toBe(77);
  expect(done.stdout).toContain('claude-code SessionStart');
  expect(done.stderr).toContain('settings.json');
  expect(fs.readFileSync(join(home.home, '.claude/settings.json'), 'utf8')).toBe('{ "model": \n');
  expect(fs.readFileSync(join(home.home, '.codex/hooks.json'), 'utf8')).toContain('prsist-hook');
});

test('IN68: a place that cannot be read is told before anything is begun; the next init does the whole', async () => {
  const { path } = createRepository(home);
  put(join(home.home, '.claude/settings.json'), '{}');
  fs.mkdirSync(join(home.home, '.codex'));
  // a directory in the place of the file, since root may write everywhere
  fs.mkdirSync(join(home.home, '.codex/hooks.json'));
  const failed = await home.prsist(['init', '--no-import'], { cwd: path });
  expect([failed.exit === 0, failed.stderr]).toEqual([false, expect.stringContaining('hooks.json')]);
  expect(fs.readFileSync(join(home.home, '.claude/settings.json'), 'utf8')).toBe('{}'); // nothing was begun
  fs.rmdirSync(join(home.home, '.codex/hooks.json'));
  expect((await home.prsist(['init', '--no-import'], { cwd: path })).exit).toBe(0);
  expect(fs.readFileSync(join(home.home, '.codex/hooks.json'), 'utf8')).toContain('prsist-hook');
});
