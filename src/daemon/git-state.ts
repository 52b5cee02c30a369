// What git says of the place somebody stands in, without secrets in its names: a branch or a path may hold anything.
import type { Redactor } from '../core/redact.ts';
import type { GitState } from '../core/snapshot.ts';
import { gitState } from '../platform/git.ts';
import { branchOf, headLine, type WorkTree } from '../platform/repository.ts';

/** State of a work tree; null outside git, and when git gives no answer. */
export async function cleanGitState(redactor: Redactor, directory: string): Promise<GitState | null> {
  const state = await gitState(directory);
  if (!state) return null;
  const { branch, upstream, paths } = state;
  const clean = (name: string) => redactor.text(name.toWellFormed()).text;
  return {
    ...state,
    branch: branch === null ? null : clean(branch),
    upstream: upstream === null ? null : clean(upstream),
    paths: paths.map(clean),
  };
}

/** Name and branch of a work tree as they are kept; the branch is undefined when HEAD is detached. */
export function cleanPlace(redactor: Redactor, tree: WorkTree): { worktree: string; branch: string | undefined } {
  const branch = branchOf(headLine(tree));
  const clean = (name: string) => redactor.text(name.toWellFormed()).text;
  return { worktree: clean(tree.name), branch: branch === undefined ? undefined : clean(branch) };
}
