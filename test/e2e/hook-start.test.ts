// Starting the daemon from a hook, and git's own hook: what goes on in the background.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseSpoolEvent } from '../../src/core/spool-event.ts';
import { chainingHook, gitHookBlock } from '../../src/features/capture/install/git-hook.ts';
import { scriptFiles, startEnvironment } from '../../src/features/capture/install/scripts.ts';
import { applyOperations } from '../../src/platform/apply-edits.ts';
import { appears, appearsIn, createWorld, isPresent, shells, systemPath, type World } from './hook-world.ts';

const hooks = join(import.meta.dirname, '../../hooks');
let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.remove());

/** Installs the scripts with a daemon that only notes its environment in `<state>/started`. */
function install(): string {
  const started = join(world.state, 'started');
  const daemon = join(world.root, 'fake daemon.mjs');
  world.write(
    daemon,
    `import fs from 'node:fs';
const { XDG_STATE_HOME, PRSIST_HOME, NODE_OPTIONS, GIT_DIR } = process.env;
const note = { cwd: process.cwd(), XDG_STATE_HOME, PRSIST_HOME, NODE_OPTIONS, GIT_DIR };
fs.writeFileSync(${JSON.stringify(`${started}.tmp`)}, JSON.stringify(note));
fs.renameSync(${JSON.stringify(`${started}.tmp`)}, ${JSON.stringify(started)});
`,
  );
  const share = join(world.home, '.local/share/prsist');
  const places = { config: join(world.home, '.config/prsist'), data: share, state: world.state };
  const files = scriptFiles({
    bin: world.bin,
    stateDirectoryNote: join(share, 'state-dir'),
    stateDirectory: world.state,
    agent: fs.readFileSync(join(hooks, 'agent.sh'), 'utf8'),
    git: fs.readFileSync(join(hooks, 'git.sh'), 'utf8'),
    start: fs.readFileSync(join(hooks, 'start.sh'), 'utf8'),
    plugin: '// prsist\n',
    nodePath: process.execPath,
    daemonPath: daemon,
    commandPath: daemon,
    environment: startEnvironment(places),
  });
  for (const name of ['prsist-hook', 'prsist-git-hook']) fs.rmSync(join(world.bin, name));
  const rest = { before: null, created: true, inserted: '', containers: [] };
  applyOperations(
    files.map(({ path, mode, text }) => ({ kind: 'edit', subject: 'own-file', path, after: text, mode, ...rest })),
  );
  return started;
}

for (const shell of shells) {
  describe.skipIf(!isPresent(shell))(`under ${shell.join(' ')} (skipped where it is not installed)`, () => {
    const begin = (env: Readonly<Record<string, string>> = {}, args: readonly string[] = []) =>
      world.run({
        shell: [...shell, ...args],
        args: ['claude-code', 'SessionStart'],
        input: '{"session_id":"s","source":"startup"}',
        env,
      });

    test('a daemon that is away is started with the noted directories, out of the agent’s sight', async () => {
      const started = install();
      world.write(join(world.state, 'endpoint.json'), '{"pid":2147483646,"socket":"/x"}\n');
      const done = begin({ XDG_STATE_HOME: '/other', NODE_OPTIONS: '--trace-warnings', GIT_DIR: '/g' });
      expect([done.status, done.stdout.toString(), done.stderr.toString()]).toEqual([0, 'claude-code start\n', '']);
      await appears(started);
      expect(JSON.parse(fs.readFileSync(started, 'utf8'))).toEqual({
        cwd: '/',
        XDG_STATE_HOME: join(world.home, '.local/state'),
      });
    });

    test('one that lives is left alone', () => {
      install();
      const trace = (endpoint: string) => {
        world.write(join(world.state, 'endpoint.json'), endpoint);
        const text = begin({ PRSIST_HOOK_DEBUG: '1' }, ['-x']).stderr.toString();
        return text.split('\n').filter((line) => line.includes('prsist-start') && !line.includes('-x'));
      };
      expect(trace(`{"pid":${process.pid},"socket":"/x"}\n`)).toEqual([]);
    });

    test('an installation that is half gone starts nothing and fails nothing', () => {
      install();
      fs.rmSync(join(world.bin, 'daemon-path'));
      expect(world.run({ shell, script: 'prsist-start', args: [world.state] }).status).toBe(0);
      fs.rmSync(join(world.bin, 'node-path'));
      expect(world.run({ shell, script: 'prsist-start', args: [] }).status).toBe(0);
    });
  });
}

test('a spool past its bounds is closed for tool events', () => {
  install();
  fs.rmSync(join(world.bin, 'daemon-path'));
  const full = join(world.state, 'spool/.full');
  world.write(join(world.state, 'spool/a.evt'), 'x');
  world.write(join(world.bin, 'daemon-path'), `${join(world.root, 'fake daemon.mjs')}\n`);
  world.run({ script: 'prsist-start', args: [world.state] });
  expect(fs.existsSync(full)).toBe(false);
  fs.writeFileSync(join(world.state, 'spool/big.evt'), Buffer.alloc(65 * 1024 * 1024, 1));
  world.run({ script: 'prsist-start', args: [world.state] });
  expect(fs.existsSync(full)).toBe(true);
});

describe.skipIf(spawnSync('git', ['--version']).status !== 0)('git itself (skipped where there is no git)', () => {
  const git = (cwd: string, ...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@b', ...args], {
      cwd,
      env: { PATH: systemPath, HOME: world.home, GIT_CONFIG_NOSYSTEM: '1' },
      encoding: 'utf8',
    }).trim();

  function repository(hook: string): string {
    const path = join(world.home, 'real répo');
    fs.mkdirSync(path);
    git(path, 'init', '-q', '-b', 'main');
    world.write(join(path, '.git/hooks/post-commit'), hook);
    fs.chmodSync(join(path, '.git/hooks/post-commit'), 0o755);
    return path;
  }

  test('a commit is noted and the rest of the hook runs as before', async () => {
    const path = repository(`#!/bin/sh\n${gitHookBlock('post-commit')}printf '%s' "$#" >ran; exit 3\n`);
    git(path, 'commit', '-q', '--allow-empty', '-m', 'one');
    const file = await appearsIn(join(world.state, 'spool'), '.evt');
    const event = parseSpoolEvent(fs.readFileSync(file));
    expect(event).toMatchObject({
      agent: 'git',
      event: 'post-commit',
      pwd: path,
      ref: 'refs/heads/main',
      head: git(path, 'rev-parse', 'HEAD'),
    });
    expect(fs.readFileSync(join(path, 'ran'), 'utf8')).toBe('0');
  });

  test('from a linked work tree, with a hook that was set aside', async () => {
    const path = repository(chainingHook('post-commit'));
    world.write(join(path, '.git/hooks/post-commit.pre-prsist'), '#!/bin/sh\npwd >"$PWD/theirs"\n');
    fs.chmodSync(join(path, '.git/hooks/post-commit.pre-prsist'), 0o755);
    git(path, '-c', 'core.hooksPath=/dev/null', 'commit', '-q', '--allow-empty', '-m', 'one');
    const tree = join(world.home, "tree's");
    git(path, 'worktree', 'add', '-q', '-b', 'topic', tree);
    git(tree, 'commit', '-q', '--allow-empty', '-m', 'two');
    const event = parseSpoolEvent(fs.readFileSync(await appearsIn(join(world.state, 'spool'), '.evt')));
    expect(event).toMatchObject({ pwd: tree, ref: 'refs/heads/topic' });
    expect(fs.readFileSync(join(tree, 'theirs'), 'utf8').trim()).toBe(tree);
  });

  test('without the scripts, or without a home, git commits as ever', () => {
    const path = repository(`#!/bin/sh -eu\n${gitHookBlock('post-commit')}`);
    fs.rmSync(world.bin, { recursive: true });
    git(path, 'commit', '-q', '--allow-empty', '-m', 'one');
    const env = { PATH: systemPath, GIT_CONFIG_NOSYSTEM: '1' };
    const out = execFileSync(
      'git',
      ['-c', 'user.name=A', '-c', 'user.email=a@b', 'commit', '--allow-empty', '-m', 'two'],
      { cwd: path, env },
    );
    expect(out.toString()).toContain('two');
  });
});
