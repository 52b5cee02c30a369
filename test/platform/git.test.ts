import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CapturedCommit } from '../../src/core/captured.ts';
import { gitState, normalOrigin, readCommits, repositoryIdentity, runGit } from '../../src/platform/git.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';
import { repositoryAt, temporaryRepository } from './temporary-repository.ts';

/** Sets variables of this process until the test ends. */
function withVariables(values: Readonly<Record<string, string>>): void {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]));
  Object.assign(process.env, values);
  onTestFinished(() => {
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });
}

async function history(directory: string): Promise<CapturedCommit[]> {
  const commits = await readCommits(directory, { most: 100, from: 'HEAD' });
  if (!commits) throw new Error('git gave no answer');
  return commits;
}
const odd = ['ü "quoted" \\ name.txt', 'with space/ünd 日本.md', 'tab\there', 'line\nend', '🙂'];

describe('commits', () => {
  test('PL20: every path and every message comes through as it is, whatever stands in it', async () => {
    const { top, write, commit } = temporaryRepository();
    for (const path of odd) write(path, 'one\ntwo\n');
    write('bin', new Uint8Array([0, 1, 2]));
    const first = commit('Äs \x1f\x1e is\n\n\x1e body\x1f\n1\t2\tnot a file\n\nSigned-off-by: x');
    write('bin', new Uint8Array([0, 1]));
    write('with space/ünd 日本.md', 'one\nthree\nfour\n');
    const second = commit('two');
    const third = commit('empty');
    expect(await history(top)).toMatchObject([
      { sha: third, parents: [second], subject: 'empty', body: '', files: [] },
      {
        ...{ sha: second, author: 'Ana Özil', email: 'ana@example.org' },
        files: [
          ['bin', -1, -1, 'modify'],
          ['with space/ünd 日本.md', 2, 1, 'modify'],
        ],
      },
      {
        sha: first,
        parents: [],
        subject: 'Äs \x1f\x1e is',
        body: '\x1e body\x1f\n1\t2\tnot a file\n\nSigned-off-by: x',
      },
    ]);
    const files = (await history(top))[2]?.files.map(([path]) => path);
    expect(files?.sort()).toEqual(['bin', ...odd].sort());
    expect((await history(top))[0]?.committedAt).toBe(
      Number(repositoryAt(top).git('log', '-1', '--format=%ct')) * 1000,
    );
  });

  test('PL21: a merge shows what it brought to the branch, a rename is one file gone and one come', async () => {
    const { top, git, write, commit } = temporaryRepository();
    write('a', 'a\n'.repeat(10));
    commit('root');
    git('checkout', '-q', '-b', 'side');
    write('side', 'x\n');
    const side = commit('side');
    git('checkout', '-q', 'main');
    git('mv', 'a', 'b');
    const moved = commit('move');
    git('merge', '-q', '--no-ff', '-m', 'merge', 'side');
    const [merge, move, root] = await history(top);
    expect(merge).toMatchObject({ subject: 'merge', parents: [moved, side], files: [['side', 1, 0, 'add']] });
    expect(move?.files).toEqual([
      ['a', 0, 10, 'delete'],
      ['b', 10, 0, 'add'],
    ]);
    expect(root?.subject).toBe('root');
    expect(await readCommits(top, { most: 1, from: side })).toMatchObject([{ sha: side }]);
  });

  test('PL22: no commit yet, or a name that is none or reads as an option: none; no repository: no answer', async () => {
    const { top, write, commit } = temporaryRepository();
    expect(await history(top)).toEqual([]);
    expect(await readCommits(temporaryDirectory(), { most: 5, from: 'HEAD' })).toBeUndefined();
    write('a', 'a');
    commit('one');
    expect(await readCommits(top, { most: 5, from: 'a'.repeat(40) })).toEqual([]);
    expect(await readCommits(top, { most: 5, from: '--output=stolen' })).toEqual([]);
    expect(fs.existsSync(join(top, 'stolen'))).toBe(false);
  });
});

describe('state of a work tree', () => {
  test('PL23: staged, unstaged, untracked, renamed, stashed and who is ahead', async () => {
    const { top, git, write, commit } = temporaryRepository();
    for (const name of ['changed', 'old', 'both', 'stashed']) write(name, `${name}\n`.repeat(5));
    const base = commit('root');
    git('clone', '-q', '--bare', '.', join(top, '.git/there'));
    git('remote', 'add', 'origin', join(top, '.git/there'));
    git('fetch', '-q');
    git('branch', '-q', '-u', 'origin/main');
    const head = commit('ahead');
    write('stashed', 'else');
    git('stash', '-q');
    write('changed', 'x');
    git('mv', 'old', '1 .M new "name"');
    write('both', 'x');
    git('add', 'both');
    write('both', 'y');
    write('ü new.txt', '');
    write('.prsist/project.json', '{}');
    expect(await gitState(top)).toEqual({
      ...{ branch: 'main', head, upstream: 'origin/main', ahead: 1, behind: 0 },
      ...{ staged: 2, unstaged: 2, untracked: 2, stash: 1 },
      paths: ['1 .M new "name"', 'both', 'changed', 'ü new.txt'],
    });
    git('reset', '-q', '--hard', base);
    expect(await gitState(top)).toMatchObject({ head: base, ahead: 0, paths: ['ü new.txt'] });
  });

  test('PL23: a renamed file whose old name reads as an entry is counted once', async () => {
    const { top, git, write, commit } = temporaryRepository();
    for (const name of ['? old', '1 .M x']) write(name, `${name}\n`.repeat(9));
    commit('root');
    git('mv', '? old', 'first');
    git('mv', '1 .M x', 'second');
    expect(await gitState(top)).toMatchObject({ staged: 2, unstaged: 0, untracked: 0, paths: ['first', 'second'] });
  });

  test('PL24: an unborn branch, a detached HEAD, a conflict, a bare repository, no repository', async () => {
    const { top, git, write, commit } = temporaryRepository();
    expect(await gitState(top)).toMatchObject({ branch: 'main', head: null, upstream: null, untracked: 0 });
    write('a', 'a');
    const head = commit('one');
    git('checkout', '-q', '-b', 'other');
    write('a', 'b');
    commit('two');
    git('checkout', '-q', '--detach', head);
    expect(await gitState(top)).toMatchObject({ branch: null, head });
    write('a', 'c');
    commit('three');
    expect(() => git('merge', 'other')).toThrow();
    expect(await gitState(top)).toMatchObject({ staged: 1, unstaged: 1, paths: ['a'] });
    expect(await gitState(temporaryRepository({ how: ['--bare'] }).top)).toBeNull();
    expect(await gitState(temporaryDirectory())).toBeNull();
  });
});

describe('identity', () => {
  test('PL25: a repository is known by its root commit and its origin, in any clone', async () => {
    const { top, git, write, commit } = temporaryRepository();
    expect(await repositoryIdentity(top)).toEqual({});
    write('a', 'a');
    const rootCommit = commit('root');
    expect(await repositoryIdentity(top)).toEqual({ rootCommit });
    git('remote', 'add', 'origin', 'git@GitHub.com:Ana/shop.git');
    expect(await repositoryIdentity(top)).toEqual({ rootCommit, origin: 'github.com/Ana/shop' });
  });

  test.each([
    ['git@github.com:Ana/shop.git', 'github.com/Ana/shop'],
    ['https://github.com/Ana/shop', 'github.com/Ana/shop'],
    ['https://ana:pw@GitHub.com/Ana/shop.git/', 'github.com/Ana/shop'],
    ['ssh://git@github.com/Ana/shop.git', 'github.com/Ana/shop'],
    ['ssh://git@host.org:2222/Ana/shop.git', 'host.org:2222/Ana/shop'],
    ['/srv/git/shop.git', '/srv/git/shop'],
    ['shop', 'shop'],
  ])('PL26: %s is %s', (url, normal) => {
    expect(normalOrigin(url)).toBe(normal);
  });
});

describe('running git', () => {
  test('PL27: without git, or with one that hangs, there is no answer, and soon', async () => {
    const { top } = temporaryRepository();
    const bin = temporaryDirectory();
    withVariables({ PATH: bin });
    expect(await runGit(top, ['status'])).toBeUndefined();
    fs.writeFileSync(join(bin, 'git'), '#!/bin/sh\n/bin/sleep 60 & wait\n', { mode: 0o755 });
    expect(await runGit(top, ['status'], { timeoutMs: 50 })).toBeUndefined(); // its child still holds the pipe
    expect(await gitState(join(top, 'none'))).toBeNull();
    expect(await readCommits(top, { most: 1, from: 'HEAD', timeoutMs: 50 })).toBeUndefined();
  });

  test('PL29: a history is read in pages, each commit once', async () => {
    const { top, commit } = temporaryRepository();
    const shas = ['one', 'two', 'three'].map(commit).reverse();
    const page = (skip: number) => readCommits(top, { most: 2, skip, from: 'HEAD' });
    const pages = [await page(0), await page(2), await page(4)];
    expect(pages.map((commits) => commits?.map(({ sha }) => sha))).toEqual([shas.slice(0, 2), shas.slice(2), []]);
  });

  test('PL28: what a git hook says of its repository does not lead elsewhere', async () => {
    const [here, there] = [temporaryRepository(), temporaryRepository()];
    here.commit('here');
    there.commit('there');
    const other = join(there.top, '.git');
    withVariables({ GIT_DIR: other, GIT_WORK_TREE: there.top, GIT_COMMON_DIR: other, GIT_PREFIX: 'x/' });
    expect((await history(here.top)).map(({ subject }) => subject)).toEqual(['here']);
  });
});
