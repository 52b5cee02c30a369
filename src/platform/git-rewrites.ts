// What tells which commit became which: histories side by side, and patches by what they change.
import { runGit } from './git.ts';

/** A commit as far as it helps to know it again. */
export interface ComparedCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly authoredAt: number;
  readonly author: string;
  readonly subject: string;
}

const format = ['%H', '%P', '%at', '%an', '%s'].join('%x00');
const compareMs = 30_000;

/**
 * Commits that can be reached from one and not from the others, oldest first, at most the newest so many. undefined when
 * git gives no answer, as where one of them is gone.
 */
export async function commitsBetween(
  directory: string,
  { to, without, most }: { readonly to: string; readonly without: readonly string[]; readonly most: number },
): Promise<ComparedCommit[] | undefined> {
  const range = ['-n', String(most), '--topo-order', '--reverse', to, ...without.map((sha) => `^${sha}`)];
  const options = { timeoutMs: compareMs };
  const output = await runGit(directory, ['log', '-z', '--no-show-signature', `--format=${format}`, ...range], options);
  if (output === undefined) return undefined;
  const fields = output.split('\0');
  const found: ComparedCommit[] = [];
  for (let at = 0; at + 4 < fields.length; at += 5) {
    const [sha = '', parents = '', authored, author = '', subject = ''] = fields.slice(at, at + 5);
    found.push({
      sha,
      parents: parents.split(' ').filter(Boolean),
      authoredAt: Number(authored) * 1000,
      author,
      subject,
    });
  }
  return found;
}

/** What a commit changes against another one; against none where that is ''. */
export interface Step {
  readonly from: string;
  readonly to: string;
}

/**
 * Patch ids of steps, by `from to`: equal for equal changes, wherever in a file they are made. A step that changes
 * nothing has none; so has every step when git gives no answer. https://git-scm.com/docs/git-patch-id
 */
export async function patchIds(directory: string, steps: readonly Step[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const pages = Array.from({ length: Math.ceil(steps.length / page) }, (_, n) => steps.slice(n * page, (n + 1) * page));
  for (const some of pages) {
    const input = some.map(({ from, to }) => `${to} ${from}\n`).join('');
    const options = { timeoutMs: compareMs };
    const patches = await runGit(directory, [...diff], { ...options, input });
    const ids = patches && (await runGit(directory, ['patch-id', '--stable'], { ...options, input: patches }));
    for (const line of (ids ?? '').split('\n')) {
      const [id, sha] = line.split(' ');
      const step = some.find(({ to }) => to === sha);
      if (id && step) found.set(stepKey(step), id);
    }
  }
  return found;
}

const page = 50;
const diff = [
  'diff-tree',
  '--stdin',
  '--root',
  '-p',
  '-r',
  '--no-ext-diff',
  '--no-textconv',
  '--no-renames',
  '--full-index',
];

/** The name of a step in what patchIds gives. */
export function stepKey({ from, to }: Step): string {
  return `${from} ${to}`;
}

/** First parents of commits, by sha; '' for one that has none. Empty when git gives no answer, as where one is gone. */
export async function firstParents(directory: string, shas: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (shas.length === 0) return new Map();
  const input = `${shas.join('\n')}\n`;
  const output = await runGit(directory, ['rev-list', '--no-walk', '--parents', '--stdin'], { input });
  const lines = (output ?? '').split('\n').map((line) => line.split(' '));
  return new Map(lines.flatMap(([sha, parent = '']) => (sha ? [[sha, parent] as const] : [])));
}
