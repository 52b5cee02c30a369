import { basename, join } from 'node:path';
import type { FileEdit, FilePlan, FoundFile } from '../../../core/file-edit.ts';
import { sha256Hex } from '../../../core/ids.ts';

const open = '# >>> prsist hook >>>';
const close = '# <<< prsist hook <<<';

export interface GitHookFacts {
  /** Git dir that all work trees of the repository share, absolute. */
  readonly commonDirectory: string;
  /** What `git rev-parse --git-path hooks` says, absolute. */
  readonly hooksDirectory: string;
  /** Value of core.hooksPath, when one is set anywhere. */
  readonly hooksPath?: string;
  readonly hook: FoundFile;
  /** What stands at `asidePath`. */
  readonly aside: FoundFile;
}

/** Where the post-commit hook lies, and where one that is no shell script is set aside. */
export function gitHookPaths(hooksDirectory: string): { readonly hook: string; readonly aside: string } {
  const hook = join(hooksDirectory, 'post-commit');
  return { hook, aside: `${hook}.pre-prsist` };
}

/** The lines we put into a git hook that gets nothing on stdin: in the background, so git never waits. */
export function gitHookBlock(hook: string): string {
  return `${open}
if [ -x "\${HOME-}/.local/share/prsist/bin/prsist-git-hook" ]; then
  "$HOME/.local/share/prsist/bin/prsist-git-hook" ${hook} "$@" </dev/null >/dev/null 2>&1 &
fi
${close}
`;
}

/** The whole file that calls our block and then a hook set aside, as `<own name>.pre-prsist`. */
export function chainingHook(hook: string): string {
  return `#!/bin/sh\n${gitHookBlock(hook)}exec "\${0%/*}/${hook}.pre-prsist" "$@"\n`;
}

/**
 * Plans our block in the repository's post-commit hook.
 * Only inside the git dir: a directory named by core.hooksPath, and hooks that another tool generates and rewrites, stay
 * as they are and are told about. The reflog shows commits without any hook, so nothing is lost but a moment.
 */
export function planGitHook(facts: GitHookFacts): FilePlan {
  const { hook: path, aside } = gitHookPaths(facts.hooksDirectory);
  const leave = (message: string): FilePlan => ({
    operations: [],
    notes: [
      { path, message: `${message}; commits are read from the reflog instead`, lines: gitHookBlock('post-commit') },
    ],
  });
  if (facts.hooksPath !== undefined) {
    const owner = /(^|\/)\.husky(\/_?)?\/?$/.test(facts.hooksPath) ? 'husky' : 'core.hooksPath';
    return leave(`no git hook installed: ${owner} keeps the hooks in ${facts.hooksPath}`);
  }
  if (facts.hooksDirectory !== join(facts.commonDirectory, 'hooks')) {
    return leave(`no git hook installed: the hooks lie outside the git dir, in ${facts.hooksDirectory}`);
  }
  if (facts.hook.kind === 'absent') {
    const edit = blockEdit({ path, before: null, after: `#!/bin/sh\n${gitHookBlock('post-commit')}` });
    return { operations: [edit], notes: [] };
  }
  if (hasBlock(facts.hook)) return { operations: [], notes: [] };
  if ((facts.hook.mode & 0o111) === 0)
    return leave('no git hook installed: post-commit is not executable, git ignores it');
  const generator = generatorOf(facts.hook);
  if (generator) return leave(`no git hook installed: post-commit is generated and rewritten by ${generator}`);
  if (facts.hook.kind === 'text' && !facts.hook.isLink && isShellScript(facts.hook.text)) {
    const edit = blockEdit({ path, before: facts.hook.text, after: withBlock(facts.hook.text) });
    return { operations: [edit], notes: [] };
  }
  if (facts.aside.kind !== 'absent') return leave(`no git hook installed: ${basename(aside)} is there already`);
  const beforeHash = facts.hook.kind === 'opaque' ? facts.hook.hash : sha256Hex(facts.hook.text);
  const after = chainingHook('post-commit');
  return { operations: [{ kind: 'displace', path, aside, beforeHash, after, mode: 0o755 }], notes: [] };
}

/** A hook's text without our block; undefined when there is none, or only one of its two markers. */
export function withoutBlock(text: string): string | undefined {
  const [from, to] = [text.indexOf(`${open}\n`), text.indexOf(`${close}\n`)];
  if (from < 0 || to < from) return undefined;
  return text.slice(0, from) + text.slice(to + close.length + 1);
}

function hasBlock(file: FoundFile): boolean {
  return file.kind === 'text' && file.text.includes(open);
}

function blockEdit(edit: { readonly path: string; readonly before: string | null; readonly after: string }): FileEdit {
  const inserted = gitHookBlock('post-commit');
  return {
    kind: 'edit',
    subject: 'git-hook',
    ...edit,
    mode: 0o755,
    created: edit.before === null,
    inserted,
    containers: [],
  };
}

/** Right after the interpreter line: further down an exec or exit may come first. */
function withBlock(text: string): string {
  const end = text.startsWith('#!') ? text.indexOf('\n') + 1 : 0;
  if (text.startsWith('#!') && end === 0) return `${text}\n${gitHookBlock('post-commit')}`;
  return text.slice(0, end) + gitHookBlock('post-commit') + text.slice(end);
}

/** Git runs a hook without an interpreter line with sh. */
function isShellScript(text: string): boolean {
  if (!text.startsWith('#!')) return true;
  return /^#!\s*(?:\S*\/env\s+(?:-\S+\s+)*)?(?:\S*\/)?(?:sh|bash|dash|ash|ksh|mksh|zsh)(?:[ \t][^\n\r]*)?(?:\n|$)/.test(
    text,
  );
}

function generatorOf(file: FoundFile): string | undefined {
  if (file.kind !== 'text') return undefined;
  const signs: readonly (readonly [string, RegExp])[] = [
    ['pre-commit', /File generated by pre-commit/],
    ['lefthook', /call_lefthook|LEFTHOOK/],
    ['husky', /husky\.sh|^# husky/im],
    ['overcommit', /Overcommit hook integration/],
  ];
  return signs.find(([, sign]) => sign.test(file.text))?.[0];
}
