// Repositories whose git hooks belong to somebody: husky and lefthook get lines where they look for them, everybody else
// is left alone. The reflog shows commits without any hook.
import { basename, join } from 'node:path';
import type { FileEdit, FilePlan, FoundFile } from '../../../core/file-edit.ts';
import { bareHook, blockInHook, type GitHookName, gitHookBlock, hasBlock } from './git-hook.ts';
import { hasMarkedBlock, markedBlock } from './marked-block.ts';

/** Whether files that the repository tracks may be changed: everybody who works in it gets them. */
export type Shared = 'write' | 'print';

export interface HuskyFacts {
  /** `.husky` of the work tree, absolute. */
  readonly directory: string;
  readonly hooks: readonly { readonly name: GitHookName; readonly file: FoundFile }[];
  readonly shared: Shared;
}

/** Plans our block in the tracked hooks of husky; what it generates itself, `.husky/_`, is never touched. */
export function planHusky({ directory, hooks, shared }: HuskyFacts): FilePlan {
  const open = hooks.filter(({ file }) => !hasBlock(file));
  const edits = open.flatMap(({ name, file }): FileEdit[] => {
    const path = join(directory, name);
    if (file.kind === 'absent') return [bareHook(path)];
    return file.kind === 'text' ? [blockInHook(path, file.text)] : [];
  });
  if (shared === 'write') return { operations: edits, notes: [] };
  const why = 'husky keeps these hooks, and the repository tracks them';
  return left(
    directory,
    why,
    linesFor(
      open.map(({ name }) => name),
      directory,
    ),
  );
}

export interface LefthookFacts {
  /** `lefthook-local.yml` of the work tree, absolute. */
  readonly path: string;
  readonly file: FoundFile;
  readonly hooks: readonly GitHookName[];
  readonly isTracked: boolean;
  readonly shared: Shared;
}

/** Plans an entry in lefthook's local configuration, which is nobody else's. */
export function planLefthook({ path, file, hooks, isTracked, shared }: LefthookFacts): FilePlan {
  const lines = hooks.map(lefthookEntry).join('');
  const before = file.kind === 'text' ? file.text : null;
  if (before !== null && hasMarkedBlock(before)) return { operations: [], notes: [] };
  const reason = file.kind === 'opaque' ? 'it is not UTF-8 text' : whyUnfit(before ?? '', hooks);
  if (reason) return left(path, `${basename(path)} was left alone: ${reason}`, lines);
  if (isTracked && shared === 'print') return left(path, `the repository tracks ${basename(path)}`, lines);
  const inserted = markedBlock(before ?? '', lines);
  const edit = { kind: 'edit', subject: 'marked-block', path, before, after: (before ?? '') + inserted } as const;
  return { operations: [{ ...edit, mode: 0o644, created: before === null, inserted, containers: [] }], notes: [] };
}

/** A directory of hooks that somebody named: told with the lines when it is the repository's, else without. */
export function planForeign(hooksPath: string, scope: string, hooks: readonly GitHookName[]): FilePlan {
  if (scope === 'local' || scope === 'worktree') {
    return left(hooksPath, `core.hooksPath keeps the hooks in ${hooksPath}`, linesFor(hooks, hooksPath));
  }
  const message = `no git hook installed: core.hooksPath of your ${scope} git settings keeps the hooks of all repositories in ${hooksPath}; commits are read from the reflog instead`;
  return { operations: [], notes: [{ path: hooksPath, message }] };
}

function left(path: string, why: string, lines: string): FilePlan {
  if (lines === '') return { operations: [], notes: [] };
  const message = `no git hook installed: ${why}; commits are read from the reflog instead`;
  return { operations: [], notes: [{ path, message, lines }] };
}

function linesFor(hooks: readonly GitHookName[], directory: string): string {
  return hooks.map((name) => `# in ${directory}/${name}\n${gitHookBlock(name)}`).join('');
}

/** Keys stand once in a file: a hook that has its own there cannot get another at the end. */
function whyUnfit(text: string, hooks: readonly GitHookName[]): string | undefined {
  const keys = [...text.matchAll(/^["']?([a-z-]+)["']?[ \t]*:/gm)].map((found) => found[1]);
  const taken = hooks.find((name) => keys.includes(name));
  if (taken) return `it has ${taken} already`;
  const isPlain = !/^\s*[{[]/.test(text) && !/^(?:---|\.\.\.)/m.test(text.trimStart().replace(/^---/, ''));
  return isPlain ? undefined : 'it has a form that cannot be extended safely';
}

function lefthookEntry(name: GitHookName): string {
  const withStdin = name === 'post-rewrite' || name === 'pre-push';
  const script = '"$HOME/.local/share/prsist/bin/prsist-git-hook"';
  const call = `[ ! -x ${script} ] || ${script} ${name} {0} >/dev/null 2>&1`;
  return `${name}:\n  commands:\n    prsist:\n      run: '${call}'\n${withStdin ? '      use_stdin: true\n' : ''}`;
}
