// Hooks and MCP entries in files of a repository, on request: in, used, never beside those at home, and out again.
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { filesBelow } from '../../src/platform/walk.ts';
import { hookCommand } from '../harness/agents.ts';
import { createHome, execute, type Home } from '../harness/home.ts';
import { createRepository, type Repository } from '../harness/repository.ts';

let home: Home;
let shop: Repository;
beforeEach(() => {
  home = createHome();
  for (const name of ['.claude', '.codex', '.gemini', '.cursor', '.config/opencode', '.copilot']) {
    fs.mkdirSync(join(home.home, name), { recursive: true });
  }
  shop = createRepository(home);
});
afterEach(() => home.remove());

/** Every file outside of what is prsist's own, with its content. */
function files(): Record<string, string> {
  const all = filesBelow(home.home, () => true).filter(({ path }) => !/\/\.git\/|\/\.local\/|\/\.prsist\//.test(path));
  return Object.fromEntries(all.map(({ path }) => [path.slice(home.home.length), fs.readFileSync(path, 'utf8')]));
}

function put(name: string, text: string): void {
  fs.mkdirSync(join(shop.path, name, '..'), { recursive: true });
  fs.writeFileSync(join(shop.path, name), text);
}

const init = ['init', '--no-import', '--no-git-hooks', '--project-hooks'];

test('IN71: on request hooks and MCP entries go into files of the repository, are used there, and go byte for byte', async () => {
  put('.claude/settings.local.json', '{\n\t// mine\n\t"model": "opus"\n}\n');
  put('.cursor/mcp.json', '{"mcpServers":{"other":{"command":"x"}}}');
  put('opencode.json', '{ "theme": "dark" }\n');
  const before = files();
  const planned = await home.prsist([...init, '--dry-run'], { cwd: shop.path });
  expect([files(), planned.stdout]).toEqual([before, expect.stringContaining('+++')]);
  const done = await home.prsist(init, { cwd: shop.path });
  expect([done.exit, done.stderr]).toEqual([
    0,
    expect.stringContaining('copilot-cli looks for MCP servers in your home'),
  ]);
  const changed = Object.keys(files()).filter((path) => files()[path] !== before[path]);
  expect(changed.sort()).toEqual(
    [
      ...[
        '.claude/settings.local.json',
        '.mcp.json',
        '.codex/config.toml',
        '.codex/hooks.json',
        '.gemini/settings.json',
      ],
      ...['.cursor/hooks.json', '.cursor/mcp.json', '.opencode/plugins/prsist.js', 'opencode.json'],
      '.github/hooks/prsist.json',
    ]
      .map((name) => `/shop/${name}`)
      .sort(),
  );
  for (const name of [
    '.mcp.json',
    '.codex/config.toml',
    '.cursor/mcp.json',
    '.gemini/settings.json',
    'opencode.json',
  ]) {
    expect(fs.readFileSync(join(shop.path, name), 'utf8')).toMatch(/"prsist"/);
  }
  for (const [path, text] of Object.entries(files()))
    if (path !== '/shop/.opencode/plugins/prsist.js') {
      expect(text).not.toContain(home.home);
    }
  const command = hookCommand(join(shop.path, '.codex/hooks.json'), 'SessionStart');
  const input = JSON.stringify({
    session_id: 's-1',
    cwd: shop.path,
    source: 'startup',
    hook_event_name: 'SessionStart',
  });
  expect((await execute('/bin/sh', ['-c', command], { cwd: shop.path, env: home.agentEnv, input })).exit).toBe(0);
  await home.settled();
  const { capture } = (await home.json(['status'], { cwd: shop.path })) as {
    capture: { links: { agent: string; hook: string; state: string; chain: { link: string; what: string }[] }[] };
  };
  expect(capture.links.map(({ hook }) => hook)).toEqual(Array(6).fill('installed'));
  expect(capture.links[1]).toMatchObject({ agent: 'codex', state: 'proven' });
  expect(capture.links[0]?.chain[0]?.what).toContain('shop/.claude/settings.local.json');
  const again = files();
  await home.prsist(init, { cwd: shop.path });
  expect(files()).toEqual(again);
  await home.prsist(['uninstall'], { cwd: shop.path });
  expect(files()).toEqual(before);
  for (const name of ['.codex', '.gemini', '.opencode', '.github'])
    expect(fs.existsSync(join(shop.path, name))).toBe(false);
});

test('IN72: never at both levels: whichever is there first stays alone, and one that stands twice is named', async () => {
  await home.prsist(init, { cwd: shop.path });
  const inProject = files();
  const setup = await home.prsist(['setup'], { cwd: shop.path });
  expect(setup.stderr).toMatch(
    /claude-code: no hooks in .*\.claude\/settings\.json, since those in .*settings\.local\.json/,
  );
  expect(files()).toEqual(inProject);
  expect((await home.prsist(['doctor', '--fix'], { cwd: shop.path })).stdout).not.toContain('hook-missing');
  expect(files()).toEqual(inProject);
  const settings = join(home.home, '.claude/settings.json');
  fs.copyFileSync(join(shop.path, '.claude/settings.local.json'), settings);
  const { stdout } = await home.prsist(['status'], { cwd: shop.path });
  expect(stdout).toMatch(/claude-code +degraded .*our hooks stand twice/);
  fs.rmSync(settings);
  await home.prsist(['uninstall'], { cwd: shop.path });
  await home.prsist(['setup'], { cwd: shop.path });
  const atHome = files();
  const refused = await home.prsist([...init, '--no-mcp'], { cwd: shop.path });
  expect(refused.stderr).toMatch(/claude-code: no hooks in .*settings\.local\.json, since those in .*run here too/);
  expect(files()).toEqual(atHome);
});
