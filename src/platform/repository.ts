import fs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { readText } from './files.ts';

/** A git work tree as its files describe it: read without running git. */
export interface WorkTree {
  /** Top directory of this work tree. */
  readonly top: string;
  readonly gitDir: string;
  /** Shared by all work trees of a repository; the same as gitDir in the main one. */
  readonly commonDir: string;
  /** `main`, or the name git gives a linked work tree. */
  readonly name: string;
  /** Top of the main work tree; the common directory itself where that is bare. */
  readonly mainTop: string;
}

/** The work tree a directory lies in, going up; undefined outside git. */
export function workTreeOf(directory: string): WorkTree | undefined {
  for (let at = resolve(directory); ; at = dirname(at)) {
    const found = workTreeAt(at);
    if (found) return found;
    if (at === dirname(at)) return undefined;
  }
}

function workTreeAt(top: string): WorkTree | undefined {
  const dotGit = join(top, '.git');
  const info = fs.statSync(dotGit, { throwIfNoEntry: false });
  if (info?.isDirectory()) return { top, gitDir: dotGit, commonDir: dotGit, name: 'main', mainTop: top };
  if (!info?.isFile()) return undefined;
  const target = /^gitdir: (.+?)\s*$/m.exec(readText(dotGit) ?? '')?.[1];
  if (!target) return undefined;
  const gitDir = resolve(top, target);
  if (basename(dirname(gitDir)) !== 'worktrees') return { top, gitDir, commonDir: gitDir, name: 'main', mainTop: top };
  const commonDir = dirname(dirname(gitDir));
  const mainTop = basename(commonDir) === '.git' ? dirname(commonDir) : commonDir;
  return { top, gitDir, commonDir, name: basename(gitDir), mainTop };
}

/** The directory all work trees of a repository share: found from any of them, or from inside a bare one. */
export function repositoryAround(directory: string): string | undefined {
  const tree = workTreeOf(directory);
  if (tree) return tree.commonDir;
  const isBare = ['HEAD', 'objects', 'refs'].every((name) => fs.existsSync(join(directory, name)));
  return isBare ? directory : undefined;
}

/**
 * Linked work trees by the files git keeps of them: `worktrees/<name>/gitdir` in the git directory, which is the root
 * itself where that is bare, names their `.git` file; relative where git was told so. root: top of the main work tree.
 */
export function linkedTrees(root: string): { name: string; top: string }[] {
  const gitDirectory = fs.existsSync(join(root, '.git')) ? join(root, '.git') : root;
  const directory = join(gitDirectory, 'worktrees');
  if (gitDirectory === root && !fs.existsSync(join(root, 'HEAD'))) return [];
  const info = fs.statSync(directory, { throwIfNoEntry: false });
  if (!info?.isDirectory()) return [];
  return fs.readdirSync(directory).flatMap((name) => {
    const noted = (readText(join(directory, name, 'gitdir')) ?? '').trim();
    const gitFile = resolve(directory, name, noted);
    return noted && fs.existsSync(gitFile) ? [{ name, top: dirname(gitFile) }] : [];
  });
}

/** The line of a work tree's HEAD file (`ref: refs/heads/main` or a commit); '' when unreadable. */
export function headLine(tree: Pick<WorkTree, 'gitDir'>): string {
  return (readText(join(tree.gitDir, 'HEAD')) ?? '').trim();
}

/** The branch a HEAD line names; undefined when it is detached. */
export function branchOf(head: string): string | undefined {
  return /^ref: refs\/heads\/(.+)$/.exec(head)?.[1];
}

/** True when a repository has a branch of this name. commonDir: what all its work trees share. */
export function isBranch(commonDir: string, name: string): boolean {
  if (name === '' || name.split('/').includes('..')) return false;
  if (fs.existsSync(join(commonDir, 'refs', 'heads', name))) return true;
  return (readText(join(commonDir, 'packed-refs')) ?? '')
    .split('\n')
    .some((line) => line.endsWith(` refs/heads/${name}`));
}
