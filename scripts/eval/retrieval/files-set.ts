// A set made from a repository's own history: the subject of a commit is the question, the files it changed the answer.
import { execFileSync } from 'node:child_process';
import type { Pairs } from './sets.ts';

export interface Commit {
  readonly subject: string;
  /** Paths relative to the root of the repository. */
  readonly files: readonly string[];
}

/** A commit of more files says of none of them what it is about. */
const mostFiles = 15;
/** Of fewer nobody can say what is usual. */
const fewCommits = 10;
const mostBytes = 1024 * 1024;
/** Words about the code, not the code. */
const isText = (path: string) => /(?:^|\/)(?:docs?|\.github)\/|\.(?:md|mdx|txt|rst|adoc)$/i.test(path);
const isMade = (path: string) => /(?:^|\/)(?:package-lock\.json|[^/]*\.lock|node_modules\/.*)$|\.min\.js$/.test(path);
const saysNothing = (subject: string) =>
  /^\W*(?:release\s+)?v?\d+(?:\.\d+)+\S*$|^(?:wip|merge\b)/i.test(subject.trim());

/** Questions from commits: of those that are not too large and concern code that is still there. */
export function questionsFrom(
  commits: readonly Commit[],
  isThere: (path: string) => boolean,
): readonly { readonly q: string; readonly gold: readonly string[] }[] {
  const small = commits.filter(({ files, subject }) => files.length <= mostFiles && !saysNothing(subject));
  const usual = inMost(small);
  return small.flatMap(({ subject, files }) => {
    const gold = files.filter((path) => isThere(path) && !isText(path) && !usual.has(path));
    return gold.length === 0 ? [] : [{ q: subject, gold }];
  });
}

/** Files of more than half of the commits, as one that holds the version: no commit is about them. */
function inMost(commits: readonly Commit[]): ReadonlySet<string> {
  if (commits.length < fewCommits) return new Set();
  const counts = new Map<string, number>();
  for (const { files } of commits) for (const path of files) counts.set(path, (counts.get(path) ?? 0) + 1);
  return new Set([...counts].flatMap(([path, count]) => (count > commits.length / 2 ? [path] : [])));
}

/** The files of a repository at HEAD, and the questions its history asks of them. */
export function filesSet(repository: string): Pairs {
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-C', repository, ...args], { maxBuffer: 1024 * mostBytes }).toString('utf8');
  const tree = git('ls-tree', '-r', '-z', 'HEAD').split('\0');
  const paths = tree.flatMap((line) => /^100\d{3} blob \w+\t([^\n]+)$/.exec(line)?.[1] ?? []);
  const texts = textsOf(
    repository,
    paths.filter((path) => !isMade(path)),
  );
  const docs = [...texts].map(([path, text]) => ({ id: path, path, text }));
  const places = new Map(docs.map(({ path }, place) => [path, place]));
  const commits = commitsIn(git('log', '--no-merges', '--name-only', '-z', '--format=%x01%s', 'HEAD'));
  const asked = questionsFrom(commits, (path) => places.has(path));
  return { docs, queries: asked.map(({ q, gold }) => ({ q, gold: gold.map((path) => places.get(path) ?? -1) })) };
}

/** Commits as `git log --name-only -z --format=%x01%s` prints them. */
export function commitsIn(log: string): readonly Commit[] {
  return log
    .split('\u0001')
    .slice(1)
    .map((part) => {
      const [subject = '', ...files] = part.split(/[\0\n]+/);
      return { subject, files: files.filter(Boolean) };
    });
}

/** The texts of files at HEAD, by path; large, binary and blank ones are left out. */
function textsOf(repository: string, paths: readonly string[]): ReadonlyMap<string, string> {
  const told = execFileSync('git', ['-C', repository, 'cat-file', '--batch'], {
    ...{ input: paths.map((path) => `HEAD:${path}\n`).join(''), maxBuffer: 1024 * mostBytes },
  });
  const texts = new Map<string, string>();
  let at = 0;
  for (const path of paths) {
    const end = told.indexOf('\n', at);
    const size = Number(told.toString('latin1', at, end).split(' ')[2]); // <id> blob <size>
    const bytes = told.subarray(end + 1, end + 1 + size);
    at = end + 1 + size + 1;
    if (size <= mostBytes && !bytes.includes(0) && bytes.toString('utf8').trim() !== '') {
      texts.set(path, bytes.toString('utf8'));
    }
  }
  return texts;
}
