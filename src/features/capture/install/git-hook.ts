import { basename, join } from 'node:path';
import type { FileEdit, FilePlan, FoundFile } from '../../../core/file-edit.ts';
import { sha256Hex } from '../../../core/ids.ts';

const open = '# >>> prsist hook >>>';
const close = '# <<< prsist hook <<<';

/** Git hooks that are always installed, and those only on request. */
export const usualHooks = ['post-commit', 'post-checkout', 'post-merge', 'post-rewrite'] as const;
export const extraHooks = ['pre-push', 'prepare-commit-msg'] as const;
export const hookNames = [...usualHooks, ...extraHooks] as const;
export type GitHookName = (typeof hookNames)[number];

export interface GitHookFacts {
  readonly name: GitHookName;
  /** Directory in which git looks for hooks, inside the git dir, absolute. */
  readonly hooksDirectory: string;
  readonly hook: FoundFile;
  /** What stands at `asidePath`. */
  readonly aside: FoundFile;
}

/** Where a git hook lies, and where one that is no shell script is set aside. */
export function gitHookPaths(
  hooksDirectory: string,
  name: GitHookName,
): { readonly hook: string; readonly aside: string } {
  const hook = join(hooksDirectory, name);
  return { hook, aside: `${hook}.pre-prsist` };
}

/** The lines we put into a git hook: in the background, so git never waits, and with its stdin left to the rest of the file. */
export function gitHookBlock(hook: string): string {
  return `${open}\n${linesOf(hook)}${close}\n`;
}

function linesOf(hook: string): string {
  const script = '"$HOME/.local/share/prsist/bin/prsist-git-hook"';
  const guard = 'if [ -x "${HOME-}/.local/share/prsist/bin/prsist-git-hook" ]; then';
  if (hook === 'prepare-commit-msg') return trailer;
  if (hook !== 'post-rewrite' && hook !== 'pre-push') {
    return `${guard}\n  ${script} ${hook} "$@" </dev/null >/dev/null 2>&1 &\nfi\n`;
  }
  // handed on in here-documents: a shell without a printf of its own could not pass on much
  return `${guard}
  prsist_in=$(cat)
  ${script} ${hook} "$@" >/dev/null 2>&1 <<PRSIST_END &
$prsist_in
PRSIST_END
  if [ -z "$prsist_in" ]; then exec </dev/null; else exec <<PRSIST_END
$prsist_in
PRSIST_END
  fi
fi
`;
}

/** Notes the session that works in this work tree, if there is one; not for merges, squashes and amended commits. */
const trailer = `case \${2-} in merge | squash | commit) ;; *)
  if IFS= read -r prsist_sid <"\${GIT_DIR:-.git}/prsist-session" && [ -n "$prsist_sid" ]; then
    git interpret-trailers --in-place --if-exists addIfDifferent --trailer "Prsist-Session: $prsist_sid" "$1" || :
  fi ;;
esac 2>/dev/null
`;

/** The whole file that calls our block and then a hook set aside, as `<own name>.pre-prsist`. */
export function chainingHook(hook: string): string {
  return `#!/bin/sh\n${gitHookBlock(hook)}exec "\${0%/*}/${hook}.pre-prsist" "$@"\n`;
}

/**
 * Plans our block in one hook of a repository. Hooks that another tool generates and rewrites stay as they are and are
 * told about. The reflog shows commits without any hook, so nothing is lost but a moment.
 */
export function planGitHook(facts: GitHookFacts): FilePlan {
  const { name } = facts;
  const { hook: path, aside } = gitHookPaths(facts.hooksDirectory, name);
  const leave = (message: string): FilePlan => ({
    operations: [],
    notes: [{ path, message: `${message}; commits are read from the reflog instead`, lines: gitHookBlock(name) }],
  });
  if (facts.hook.kind === 'absent') {
    const edit = blockEdit({ path, before: null, after: `#!/bin/sh\n${gitHookBlock(name)}` });
    return { operations: [edit], notes: [] };
  }
  if (hasBlock(facts.hook)) return { operations: isReached(facts.hook) ? [] : blockAtTop(path, facts.hook), notes: [] };
  if ((facts.hook.mode & 0o111) === 0) return leave(`no git hook installed: ${name} is not executable, git ignores it`);
  const generator = generatorOf(facts.hook);
  if (generator) return leave(`no git hook installed: ${name} is generated and rewritten by ${generator}`);
  if (facts.hook.kind === 'text' && !facts.hook.isLink && isShellScript(facts.hook.text)) {
    return { operations: [blockInHook(path, facts.hook.text)], notes: [] };
  }
  if (facts.aside.kind !== 'absent') return leave(`no git hook installed: ${basename(aside)} is there already`);
  const beforeHash = facts.hook.kind === 'opaque' ? facts.hook.hash : sha256Hex(facts.hook.text);
  const after = chainingHook(name);
  return { operations: [{ kind: 'displace', path, aside, beforeHash, after, mode: 0o755 }], notes: [] };
}

/** The edit that puts our block into a shell script, right after its interpreter line. */
export function blockInHook(path: string, before: string): FileEdit {
  return blockEdit({ path, before, after: withBlock(before, basename(path)) });
}

/** The edit that makes a hook of our block alone, for tools that call hooks without an interpreter line. */
export function bareHook(path: string): FileEdit {
  return blockEdit({ path, before: null, after: gitHookBlock(basename(path)) });
}

/** A hook's text without our block; undefined when there is none, or only one of its two markers. */
export function withoutBlock(text: string): string | undefined {
  const [from, to] = [text.indexOf(`${open}\n`), text.indexOf(`${close}\n`)];
  if (from < 0 || to < from) return undefined;
  return text.slice(0, from) + text.slice(to + close.length + 1);
}

/** Whether a hook holds our block. */
export function hasBlock(file: FoundFile): boolean {
  return file.kind === 'text' && file.text.includes(open);
}

/** Whether nothing above our block ends the hook, or hands it over to another program. */
export function isReached(file: FoundFile): boolean {
  if (file.kind !== 'text' || !file.text.includes(open)) return false;
  return !/^(?:exec|exit)\b(?!\s*[<>])/m.test(file.text.slice(0, file.text.indexOf(open)));
}

function blockAtTop(path: string, file: FoundFile): FileEdit[] {
  const before = file.kind === 'text' ? file.text : '';
  const rest = withoutBlock(before);
  if (rest === undefined || !isShellScript(rest)) return [];
  return [blockEdit({ path, before, after: withBlock(rest, basename(path)) })];
}

function blockEdit(edit: { readonly path: string; readonly before: string | null; readonly after: string }): FileEdit {
  const inserted = gitHookBlock(basename(edit.path));
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
function withBlock(text: string, name: string): string {
  const end = text.startsWith('#!') ? text.indexOf('\n') + 1 : 0;
  if (text.startsWith('#!') && end === 0) return `${text}\n${gitHookBlock(name)}`;
  return text.slice(0, end) + gitHookBlock(name) + text.slice(end);
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
