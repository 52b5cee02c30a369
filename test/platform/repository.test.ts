import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { branchOf, headLine, workTreeOf } from '../../src/platform/repository.ts';
import { temporaryDirectory } from '../store/temporary-store.ts';
import { temporaryRepository } from './temporary-repository.ts';

const directory = () => fs.realpathSync(temporaryDirectory());

test('PL30: from any directory inside, a repository is the nearest one above, its branch that of its HEAD', () => {
  const { top, git, write, commit } = temporaryRepository({ into: join(directory(), 'mÿ "shop" x') });
  const gitDir = join(top, '.git');
  write('src/deep/a.ts', '');
  const tree = workTreeOf(join(top, 'src/deep'));
  expect(tree).toEqual({ top, gitDir, commonDir: gitDir, name: 'main', mainTop: top });
  expect(workTreeOf(join(top, 'src/gone/deeper'))).toEqual(tree);
  if (!tree) return;
  expect(branchOf(headLine(tree))).toBe('main'); // no commit yet
  const head = commit('one');
  git('checkout', '-q', '-b', 'feature/über x'.replace(' ', '-'));
  expect(branchOf(headLine(tree))).toBe('feature/über-x');
  git('checkout', '-q', '--detach');
  expect([headLine(tree), branchOf(headLine(tree))]).toEqual([head, undefined]);
  fs.rmSync(join(gitDir, 'HEAD'));
  expect(headLine(tree)).toBe('');
});

test('PL31: a linked work tree leads to its main one, a linked one of a bare repository to that', () => {
  const place = directory();
  const { top, git, commit } = temporaryRepository();
  commit('one');
  const linked = join(place, 'linked tree');
  git('worktree', 'add', '-q', '-b', 'side', linked);
  const commonDir = join(top, '.git');
  const gitDir = join(commonDir, 'worktrees/linked-tree');
  const tree = workTreeOf(join(linked, 'below'));
  expect(tree).toMatchObject({ top: linked, commonDir, mainTop: top });
  expect(tree?.name).toBe(fs.readdirSync(join(commonDir, 'worktrees'))[0]);
  expect(tree && branchOf(headLine(tree))).toBe('side');
  const name = tree?.name ?? '';
  fs.writeFileSync(
    join(linked, '.git'),
    `gitdir: ${'../'.repeat(20)}${join(commonDir, 'worktrees', name).slice(1)}\r\n`,
  );
  expect(workTreeOf(linked)).toMatchObject({ commonDir, name, mainTop: top });
  expect(gitDir).toContain('worktrees');

  const bare = join(place, 'shop.git');
  git('clone', '-q', '--bare', top, bare);
  git('-C', bare, 'worktree', 'add', '-q', join(place, 'of-bare'), 'main');
  expect(workTreeOf(join(place, 'of-bare'))).toMatchObject({ commonDir: bare, name: 'of-bare', mainTop: bare });
});

test('PL32: a submodule is a repository of its own; a .git that is no such file leads nowhere', () => {
  const [inner, outer] = [temporaryRepository(), temporaryRepository()];
  inner.commit('one');
  outer.git('submodule', '--quiet', 'add', inner.top, 'lib/inner');
  const top = join(outer.top, 'lib/inner');
  expect(workTreeOf(join(top, 'x'))).toMatchObject({ top, name: 'main', mainTop: top });
  expect(workTreeOf(join(outer.top, 'lib'))).toMatchObject({ top: outer.top });
  fs.writeFileSync(join(top, '.git'), 'no such thing');
  expect(workTreeOf(top)).toMatchObject({ top: outer.top });
  expect(workTreeOf('/')).toBeUndefined();
});
