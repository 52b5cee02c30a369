// Our block in a git hook, run as git runs it: the rest of the file has its stdin, its arguments and its exit status, and
// git never waits.
import { execFileSync, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { chainingHook, gitHookBlock } from '../../src/features/capture/install/git-hook.ts';
import { until } from '../harness/home.ts';
import { createWorld, isPresent, shells, systemPath, type World } from './hook-world.ts';

let world: World;
beforeEach(() => {
  world = createWorld();
});
afterEach(() => world.remove());

interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function run(shell: readonly string[], hook: string, { rest = '', args = [] as string[], input = '', env = {} }): Ran {
  const file = join(world.root, 'hooks dir', hook);
  world.write(file, `#!/bin/sh\n${gitHookBlock(hook)}${rest}`);
  const [command = '', ...before] = shell;
  const given = { PATH: systemPath, HOME: world.home, GIT_DIR: '.git', ...env };
  const done = spawnSync(command, [...before, file, ...args], {
    cwd: world.repository,
    env: given,
    input,
    encoding: 'utf8',
  });
  return { status: done.status, stdout: done.stdout, stderr: done.stderr };
}

const arrived = (count: number) => until(`${count} events`, () => world.events().length === count);
const lines = (count: number) => Array.from({ length: count }, (_, n) => `${'a'.repeat(40)} ${n}\n`).join('');

for (const shell of shells) {
  describe.skipIf(!isPresent(shell))(`under ${shell.join(' ')} (skipped where it is not installed)`, () => {
    test('IN31: the rest runs with its arguments and exit status, and the event arrives', async () => {
      for (const hook of ['post-commit', 'post-checkout', 'post-merge']) {
        const rest = 'printf "%s|" "$@"; exit 3\n';
        expect(run(shell, hook, { rest, args: ['a b', "it's", ''] })).toEqual({
          status: 3,
          stdout: "a b|it's||",
          stderr: '',
        });
      }
      await arrived(3);
      expect(
        world
          .events()
          .map(({ event }) => event)
          .sort(),
      ).toEqual(['post-checkout', 'post-commit', 'post-merge']);
      expect(world.events()[0]).toMatchObject({ gitDir: '.git', pwd: world.repository });
    });

    test('IN32: a hook with stdin gives it on whole: some lines, 3,000, none, without a last line end', async () => {
      let told = 0;
      for (const input of ['old new\n', lines(3000), '', 'old new']) {
        for (const hook of ['post-rewrite', 'pre-push']) {
          const ran = run(shell, hook, { rest: 'cat; exit 4\n', args: ['amend'], input });
          expect([ran.status, ran.stderr, ran.stdout.trimEnd()]).toEqual([4, '', input.trimEnd()]);
          told += 1;
          await arrived(told);
        }
      }
      const bodies = world.events().map(({ bytes }) => Buffer.from(bytes).toString().trimEnd());
      expect(new Set(bodies)).toEqual(new Set(['old new', lines(3000).trimEnd(), '']));
    });

    test('IN33: script missing, no HOME, switched off, sh -e -u: the rest runs all the same', () => {
      const rest = 'cat; exit 5\n';
      const strict = [...shell, '-eu'];
      for (const hook of ['post-commit', 'post-rewrite', 'prepare-commit-msg']) {
        for (const env of [{ HOME: join(world.root, 'none') }, { HOME: '' }, { PRSIST_SKIP_HOOKS: '1' }]) {
          expect(run(strict, hook, { rest, input: 'in\n', env, args: ['msg'] })).toEqual({
            status: 5,
            stdout: 'in\n',
            stderr: '',
          });
        }
      }
      expect(world.events()).toEqual([]);
    });

    test('IN34: git does not wait for a hook that hangs', async () => {
      const script = join(world.bin, 'prsist-git-hook');
      // each notes its number, so that it can be ended afterwards
      fs.writeFileSync(script, `#!/bin/sh\necho $$ >>'${join(world.root, 'pids')}'\nexec sleep 20\n`, { mode: 0o700 });
      const begun = performance.now();
      for (const hook of ['post-commit', 'post-rewrite']) run(shell, hook, { input: lines(3), args: ['amend'] });
      expect(performance.now() - begun).toBeLessThan(10_000);
      const pids = () => fs.readFileSync(join(world.root, 'pids'), 'utf8').trim().split('\n').map(Number);
      await until('both have begun', () => fs.existsSync(join(world.root, 'pids')) && pids().length === 2);
      for (const pid of pids()) process.kill(pid);
    });

    test('IN35: a hook set aside is called with stdin, arguments and exit status', async () => {
      const file = join(world.root, 'h', 'post-rewrite');
      world.write(file, chainingHook('post-rewrite'));
      world.write(`${file}.pre-prsist`, '#!/bin/sh\ncat; printf "%s" "$1"; exit 6\n');
      fs.chmodSync(`${file}.pre-prsist`, 0o755);
      const env = { PATH: systemPath, HOME: world.home };
      const [command = '', ...before] = shell;
      const done = spawnSync(command, [...before, file, 'rebase'], {
        env,
        cwd: world.repository,
        input: 'a b\n',
        encoding: 'utf8',
      });
      expect([done.status, done.stdout]).toEqual([6, 'a b\nrebase']);
      await arrived(1);
    });
  });
}

test('IN36: the session is noted in a commit, once, and not in merges, squashes and amended ones', () => {
  const repository = join(world.root, 'r');
  const env = { PATH: systemPath, HOME: world.home, GIT_CONFIG_NOSYSTEM: '1' };
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], {
      cwd: repository,
      env,
      encoding: 'utf8',
    });
  fs.mkdirSync(repository);
  git('init', '-q', '-b', 'main');
  world.write(join(repository, '.git/hooks/prepare-commit-msg'), `#!/bin/sh\n${gitHookBlock('prepare-commit-msg')}`);
  fs.chmodSync(join(repository, '.git/hooks/prepare-commit-msg'), 0o755);
  const body = () => git('log', '-1', '--format=%B').trim();
  git('commit', '--allow-empty', '-qm', 'none works here');
  expect(body()).toBe('none works here');
  world.write(join(repository, '.git/prsist-session'), 's-1\n');
  git('commit', '--allow-empty', '-qm', 'one');
  expect(body()).toBe('one\n\nPrsist-Session: s-1');
  world.write(join(repository, '.git/prsist-session'), 's-2\n');
  git('commit', '--allow-empty', '-q', '--amend', '--no-edit');
  expect(body()).toBe('one\n\nPrsist-Session: s-1');
});
