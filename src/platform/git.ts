import { execFile } from 'node:child_process';
import { basename, dirname } from 'node:path';
import type { CapturedCommit } from '../core/captured.ts';
import { limits } from '../core/limits.ts';
import type { GitState } from '../core/snapshot.ts';
import { environment } from './environment.ts';

/** What `git rev-parse --local-env-vars` lists and what git sets around a hook: it would name another repository. */
const ofOneRepository = new Set([
  ...['GIT_DIR', 'GIT_WORK_TREE', 'GIT_COMMON_DIR', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_NAMESPACE'],
  ...['GIT_OBJECT_DIRECTORY', 'GIT_ALTERNATE_OBJECT_DIRECTORIES', 'GIT_CONFIG', 'GIT_CONFIG_PARAMETERS'],
  ...['GIT_GRAFT_FILE', 'GIT_SHALLOW_FILE', 'GIT_REPLACE_REF_BASE', 'GIT_NO_REPLACE_OBJECTS', 'GIT_QUARANTINE_PATH'],
]);

/**
 * Runs one git command and returns its output; undefined when git fails, is missing, or takes too long.
 * Never through a shell, with a deadline, no prompt, no pager, and without the repository variables a hook sets.
 */
export async function runGit(
  directory: string,
  args: readonly string[],
  { timeoutMs = limits.gitTimeoutMs, input }: { readonly timeoutMs?: number; readonly input?: string } = {},
): Promise<string | undefined> {
  const { exit, output } = await askGit(directory, args, { timeoutMs, input });
  return exit === 0 ? output : undefined;
}

interface Answer {
  /** Undefined when git did not come to its end: it is missing, took too long, said too much. */
  readonly exit: number | undefined;
  readonly output: string;
}

interface Asking {
  readonly timeoutMs: number;
  /** What git reads; nothing when absent. */
  readonly input?: string | undefined;
}

/** The environment every git of ours runs in: no repository of a hook, no hooks of ours, no questions, English. */
export function gitEnvironment(): Record<string, string | undefined> {
  const env = Object.fromEntries(Object.entries(environment()).filter(([name]) => !ofOneRepository.has(name)));
  return { ...env, PRSIST_SKIP_HOOKS: '1', GIT_TERMINAL_PROMPT: '0', GIT_OPTIONAL_LOCKS: '0', LC_ALL: 'C' };
}

function askGit(directory: string, args: readonly string[], { timeoutMs, input }: Asking): Promise<Answer> {
  return new Promise((resolve) => {
    const child = execFile(
      'git',
      ['-c', 'core.quotePath=false', ...args],
      {
        cwd: directory,
        timeout: timeoutMs,
        killSignal: 'SIGKILL',
        maxBuffer: limits.gitOutputBytes,
        env: gitEnvironment(),
      },
      (error, output) => {
        const exit = error ? error.code : 0;
        resolve({ exit: typeof exit === 'number' ? exit : undefined, output });
      },
    );
    child.stdin?.on('error', () => undefined); // it ended without reading all of it: its exit says the rest
    if (input !== undefined) child.stdin?.end(input);
  });
}

const format = ['%H', '%P', '%an', '%ae', '%at', '%ct', '%s', '%b'].join('%x00');

interface Range {
  /** A commit or ref. */
  readonly from: string;
  readonly most: number;
  /** So many of the newest are passed over. */
  readonly skip?: number;
  readonly timeoutMs?: number;
}

/**
 * Commits with their changed files, newest first; a merge with what it brought to its first parent. None when `from` names
 * no commit; undefined when git gives no answer: no repository, missing, too slow, too much.
 * Format: https://git-scm.com/docs/git-log#_pretty_formats, --raw and --numstat, fields and files ended by NUL, the one
 * character no message and no path can hold.
 */
export async function readCommits(
  directory: string,
  { from, most, skip = 0, timeoutMs = limits.gitTimeoutMs }: Range,
): Promise<CapturedCommit[] | undefined> {
  const args = [
    'log',
    '-z',
    '--raw',
    '--numstat',
    '--no-renames',
    '--no-relative',
    '--no-show-signature',
    '-m',
    '--first-parent',
  ];
  const range = ['-n', String(most), `--skip=${skip}`, '--end-of-options', from];
  const { exit, output } = await askGit(directory, [...args, `--format=${format}%x00`, ...range], { timeoutMs });
  if (exit === 0) return parseCommits(output.split('\0'));
  const named = ['rev-parse', '-q', '--verify', '--end-of-options', `${from}^{commit}`];
  const isNobody = exit !== undefined && (await askGit(directory, named, { timeoutMs })).exit === 1;
  return isNobody ? [] : undefined;
}

/**
 * Commits by their shas, as readCommits gives them; those that are gone are left out. undefined when git gives no answer.
 */
export async function readNamedCommits(
  directory: string,
  shas: readonly string[],
): Promise<CapturedCommit[] | undefined> {
  if (shas.length === 0) return [];
  const here = await presentCommits(directory, shas);
  if (here === undefined || here.length === 0) return here && [];
  const args = [
    'log',
    '-z',
    '--no-walk=unsorted',
    '--raw',
    '--numstat',
    '--no-renames',
    '--no-relative',
    '--no-show-signature',
    '-m',
  ];
  const more = ['--first-parent', `--format=${format}%x00`, '--stdin'];
  const output = await runGit(directory, [...args, ...more], { input: here.join('\n') });
  return output === undefined ? undefined : parseCommits(output.split('\0'));
}

/** Which of some shas name commits that are here. */
async function presentCommits(directory: string, shas: readonly string[]): Promise<string[] | undefined> {
  const input = `${shas.join('\n')}\n`;
  const output = await runGit(directory, ['cat-file', '--batch-check=%(objectname) %(objecttype)'], { input });
  const lines = output?.split('\n').flatMap((line) => /^([0-9a-f]{40,64}) commit$/.exec(line)?.[1] ?? []);
  return lines && [...new Set(lines)];
}

const rawForm = /^\n?:\d+ \d+ \S+ \S+ ([A-Z])\d*$/;
const statForm = /^(\d+|-)\t(\d+|-)\t(.+)$/s;
const shaForm = /^[0-9a-f]{40,64}$/;
const kinds: Readonly<Record<string, string>> = { A: 'add', D: 'delete' };

function parseCommits(fields: readonly string[]): CapturedCommit[] {
  const commits: CapturedCommit[] = [];
  for (let at = 0; shaForm.test(fields[at] ?? ''); ) {
    const [sha = '', parents = '', author = '', email = '', authored, committed, subject = '', body = ''] =
      fields.slice(at, at + 8);
    const changes = new Map<string, string>();
    const files: [string, number, number, string][] = [];
    at += 9; // the eight and the end of the entry
    for (let raw = rawForm.exec(fields[at] ?? ''); raw; raw = rawForm.exec(fields[at] ?? '')) {
      changes.set(fields[at + 1] ?? '', kinds[raw[1] ?? ''] ?? 'modify');
      at += 2;
    }
    for (let stat = statForm.exec(fields[at] ?? ''); stat; stat = statForm.exec(fields[at] ?? '')) {
      const [, added, removed, path = ''] = stat;
      files.push([path, lines(added), lines(removed), changes.get(path) ?? 'modify']);
      at += 1;
    }
    commits.push({
      ...{ sha, author, email, subject, body: body.trim(), files },
      parents: parents.split(' ').filter(Boolean),
      authoredAt: Number(authored) * 1000,
      committedAt: Number(committed) * 1000,
    });
  }
  return commits;
}

/** -1: a binary file. */
function lines(count: string | undefined): number {
  return count === '-' ? -1 : Number(count);
}

/** State of a work tree for a snapshot; null outside git. Porcelain v2: https://git-scm.com/docs/git-status */
export async function gitState(directory: string): Promise<GitState | null> {
  const output = await runGit(directory, ['status', '--porcelain=v2', '--branch', '--show-stash', '-z']);
  return output === undefined ? null : parseStatus(output);
}

const manyPaths = 50;

function parseStatus(output: string): GitState {
  const fields = withoutOldNames(output.split('\0'));
  const header = (name: string) => fields.find((line) => line.startsWith(`# ${name} `))?.slice(name.length + 3);
  const [ahead = '+0', behind = '-0'] = (header('branch.ab') ?? '').split(' ');
  const changed = fields.filter((line) => /^[12u] /.test(line));
  const untracked = fields.filter((line) => line.startsWith('? ')).map((line) => line.slice(2));
  const paths = [...changed.map((line) => line.split(' ').slice(pathField(line)).join(' ')), ...untracked];
  const branch = header('branch.head');
  const head = header('branch.oid');
  return {
    branch: branch === undefined || branch === '(detached)' ? null : branch,
    head: head === undefined || head === '(initial)' ? null : head,
    upstream: header('branch.upstream') ?? null,
    ...{ ahead: Math.abs(Number(ahead)) || 0, behind: Math.abs(Number(behind)) || 0 },
    staged: changed.filter((line) => line[2] !== '.').length,
    unstaged: changed.filter((line) => line[3] !== '.').length,
    untracked: untracked.length,
    paths: paths
      .filter((path) => !path.startsWith('.prsist/'))
      .sort()
      .slice(0, manyPaths),
    stash: Number(header('stash') ?? 0),
  };
}

/** The old name of a renamed file is a field of its own, which could look like any entry. */
function withoutOldNames(fields: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < fields.length; at += fields[at]?.startsWith('2 ') ? 2 : 1) kept.push(fields[at] ?? '');
  return kept;
}

/** Where the path begins among the fields of a changed entry: ordinary 8, renamed 9, unmerged 10. */
function pathField(line: string): number {
  return line.startsWith('1') ? 8 : line.startsWith('2') ? 9 : 10;
}

/** Root commit and normalised origin URL: what names a repository wherever it is cloned. */
export async function repositoryIdentity(directory: string): Promise<{ rootCommit?: string; origin?: string }> {
  const [roots, origin] = await Promise.all([
    runGit(directory, ['rev-list', '--max-parents=0', 'HEAD']),
    runGit(directory, ['config', '--get', 'remote.origin.url']),
  ]);
  const rootCommit = roots?.trim().split('\n').sort()[0];
  const url = origin?.trim();
  return { ...(rootCommit ? { rootCommit } : {}), ...(url ? { origin: normalOrigin(url) } : {}) };
}

/** One form for all spellings of a remote: host/path in lower-case host, without user, scheme and `.git`. */
export function normalOrigin(url: string): string {
  const bare = url.replace(/^[a-z+]+:\/\//i, '').replace(/^[^@/]+@/, '');
  const path = bare
    .replace(/^([^/:]+):(?!\d+\/)/, '$1/')
    .replace(/\.git\/?$/, '')
    .replace(/\/+$/, '');
  const slash = path.indexOf('/');
  return slash < 0 ? path : path.slice(0, slash).toLowerCase() + path.slice(slash);
}

/** True for a file that is in the history or index of its repository. */
export async function isTracked(path: string): Promise<boolean> {
  return (await runGit(dirname(path), ['ls-files', '--error-unmatch', '--', basename(path)])) !== undefined;
}
