import { join } from 'node:path';
import type { FilePlan, PlanNote } from '../../../core/file-edit.ts';
import { readFound } from '../../../platform/apply-edits.ts';
import { isTracked, runGit } from '../../../platform/git.ts';
import type { WorkTree } from '../../../platform/repository.ts';
import { exists } from '../../../platform/walk.ts';
import { type GitHookName, gitHookPaths, planGitHook } from './git-hook.ts';
import { planForeign, planHusky, planLefthook, type Shared } from './hook-managers.ts';
import { joined } from './plan.ts';

export interface RepositoryPlan {
  readonly hooks: readonly GitHookName[];
  readonly shared: Shared;
}

/** Where git looks for the hooks of a repository, and who keeps them there. */
export interface HooksPlace {
  /** Absolute. */
  readonly directory: string;
  readonly keeper: 'git' | 'husky' | 'lefthook' | 'somebody';
  /** Of which git settings core.hooksPath is, where it is set. */
  readonly scope: string;
}

/** Looks where git, or the tool that keeps them, has the hooks of a work tree. */
export async function hooksPlace(tree: WorkTree): Promise<HooksPlace> {
  const [asked, configured] = await Promise.all([
    runGit(tree.top, ['rev-parse', '--path-format=absolute', '--git-path', 'hooks']),
    runGit(tree.top, ['config', '--show-scope', '--get', 'core.hooksPath']),
  ]);
  const own = join(tree.commonDir, 'hooks');
  const directory = (asked ?? '').replace(/\n$/, '') || own;
  const [scope = 'local', hooksPath = ''] = (configured ?? '').trimEnd().split('\t');
  if (directory !== own) {
    const keeper = /(^|\/)\.husky(\/_?)?\/?$/.test(hooksPath) ? 'husky' : 'somebody';
    return { directory, keeper, scope };
  }
  const isLefthook = lefthookFiles.some((name) => exists(join(tree.top, name)));
  return { directory, keeper: isLefthook ? 'lefthook' : 'git', scope };
}

/** Plans the git hooks of a repository, wherever git or the tool that keeps its hooks looks for them. */
export async function planRepositoryHooks(tree: WorkTree, plan: RepositoryPlan): Promise<FilePlan> {
  const { hooks, shared } = plan;
  const { directory, keeper, scope } = await hooksPlace(tree);
  if (keeper === 'husky') {
    const husky = join(tree.top, '.husky');
    const files = hooks.map((name) => ({ name, file: readFound(join(husky, name)) }));
    return planHusky({ directory: husky, hooks: files, shared });
  }
  if (keeper === 'somebody') return planForeign(directory, scope, hooks);
  if (keeper === 'lefthook') return planForLefthook(tree, plan);
  return together(hooks.map((name) => planOne(directory, name)));
}

const lefthookFiles = ['', '.', '.config/'].flatMap((prefix) =>
  ['yml', 'yaml', 'toml', 'json'].map((ending) => `${prefix}lefthook.${ending}`),
);

async function planForLefthook({ top }: WorkTree, { hooks, shared }: RepositoryPlan): Promise<FilePlan> {
  const path = join(top, 'lefthook-local.yml');
  return planLefthook({ path, file: readFound(path), hooks, isTracked: await isTracked(path), shared });
}

function planOne(hooksDirectory: string, name: GitHookName): FilePlan {
  const paths = gitHookPaths(hooksDirectory, name);
  return planGitHook({ name, hooksDirectory, hook: readFound(paths.hook), aside: readFound(paths.aside) });
}

/** What is said of several hooks in the same words is said once, with the lines of all. */
function together(plans: readonly FilePlan[]): FilePlan {
  const { operations, notes } = joined(plans);
  const byMessage = Map.groupBy(notes, ({ path, message }) => message.replaceAll(path.split('/').at(-1) ?? '', '…'));
  const told = [...byMessage.values()].flatMap((same): PlanNote[] => {
    const [first] = same;
    if (!first || same.length === 1) return same;
    return [{ ...first, lines: same.map(({ path, lines }) => `# in ${path}\n${lines ?? ''}`).join('') }];
  });
  return { operations, notes: told };
}
