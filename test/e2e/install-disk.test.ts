// Installers where nothing can be written: a full disk and a read-only home, which only the daemon sees.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readEndpoint } from '../../src/client/endpoint.ts';
import { createHome, daemonPath, type Home, until } from '../harness/home.ts';
import { createRepository } from '../harness/repository.ts';

function canMount(): boolean {
  try {
    execFileSync('unshare', ['-Urm', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const possible = canMount();
if (!possible) process.stdout.write('IN73: skipped, nothing can be mounted here\n');

describe.skipIf(!possible)('IN73: a place that takes nothing', () => {
  let home: Home;
  const claude = () => join(home.home, '.claude');
  const text = '{ "model": "opus" }\n';
  beforeEach(() => {
    home = createHome();
    fs.mkdirSync(claude());
    fs.mkdirSync(join(home.home, '.codex'));
  });
  afterEach(() => home.remove());

  /** Starts the daemon behind a script that prepares what it sees. */
  async function daemonAfter(script: string): Promise<void> {
    const command = `${script} && exec "${process.execPath}" "${daemonPath}"`;
    spawn('unshare', ['-Urm', 'sh', '-c', command], { env: home.env, stdio: 'ignore' });
    await until('it serves', () => readEndpoint(home.paths.endpoint) !== undefined);
  }

  /** A path as the daemon sees it. */
  const inside = (path: string) => `/proc/${readEndpoint(home.paths.endpoint)?.pid}/root${path}`;

  test('IN73: a full disk under settings is said with the file, which stays as it was; with room again setup does the whole', async () => {
    const settings = join(claude(), 'settings.json');
    const fill = `printf '%s' '${text.trim()}' >"${settings}"; cat /dev/zero >"${claude()}/filler" 2>/dev/null; true`;
    await daemonAfter(`mount -t tmpfs -o size=64k,mode=700 none "${claude()}" && { ${fill}; }`);
    const { exit, stderr } = await home.prsist(['setup']);
    expect([exit, stderr]).toEqual([75, expect.stringContaining(`no space to write ${settings}`)]);
    expect(fs.readFileSync(inside(settings), 'utf8')).toBe(text.trim());
    expect(fs.readdirSync(inside(claude())).sort()).toEqual(['filler', 'settings.json']);
    fs.rmSync(inside(join(claude(), 'filler')));
    expect((await home.prsist(['setup'])).exit).toBe(0);
    expect(fs.readFileSync(inside(settings), 'utf8')).toContain('prsist-hook');
    expect(fs.readFileSync(inside(join(home.home, '.codex/hooks.json')), 'utf8')).toContain('prsist-hook');
    await home.prsist(['uninstall']);
    expect(fs.readFileSync(inside(settings), 'utf8')).toBe(text.trim());
  });

  test('IN73: a read-only home is said, for setup and for init, and nothing is written in it', async () => {
    fs.writeFileSync(join(claude(), 'settings.json'), text);
    const { path, git } = createRepository(home);
    await daemonAfter(`mount --bind "${home.home}" "${home.home}" && mount -o remount,bind,ro "${home.home}"`);
    for (const argv of [['setup'], ['init', '--no-import'], ['init', '--no-import', '--project-hooks']]) {
      const { exit, stderr } = await home.prsist(argv, { cwd: path });
      expect([exit, stderr]).toEqual([
        expect.toSatisfy((code) => code !== 0 && code !== 70),
        expect.stringMatching(/not allowed to write|cannot be written/),
      ]);
    }
    expect(fs.readFileSync(join(claude(), 'settings.json'), 'utf8')).toBe(text);
    expect([fs.existsSync(join(home.home, '.local/share/prsist/bin')), git('status', '--porcelain')]).toEqual([
      false,
      '',
    ]);
    expect(fs.readdirSync(claude())).toEqual(['settings.json']);
  });
});
