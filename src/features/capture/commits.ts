import { join, relative } from 'node:path';
import type { CapturedCommit } from '../../core/captured.ts';
import { readCommits, runGit } from '../../platform/git.ts';
import { workTreeOf } from '../../platform/repository.ts';
import type { CaptureParts, Target } from './needs.ts';
import { outsidePauses, pausesIn } from './pauses.ts';
import { strictly } from './rules.ts';

const atInit = 1000;
/** Commits of one call of git: a history may be long, and its output and time have bounds. */
const page = 200;
const pageMs = 60_000;
const catchUp = 50;

type ChangedFile = CapturedCommit['files'][number];

/** Takes in the history of a repository, newest 1,000 commits; returns how many were new. */
export async function importHistory(
  parts: CaptureParts,
  target: Target,
  cancelled: () => boolean = () => false,
): Promise<number> {
  const from = await headOf(target);
  let added = 0;
  for (let skip = 0; from && skip < atInit && !cancelled(); skip += page) {
    const taken = await takeCommits(parts, target, { most: page, skip, from, timeoutMs: pageMs });
    if (!taken) break;
    added += taken.added;
    if (taken.read < page) break;
  }
  return added;
}

/**
 * Takes in commits that no hook announced: those at HEAD, when HEAD has moved since the last look. seen: the HEAD of each
 * project whose commits were read.
 */
export async function catchUpCommits(parts: CaptureParts, target: Target, seen: Map<string, string>): Promise<void> {
  const from = await headOf(target);
  if (!from || seen.get(target.projectId) === from) return;
  const taken = await takeCommits(parts, target, { most: catchUp, from });
  if (taken) seen.set(target.projectId, from);
}

async function headOf({ root }: Target): Promise<string | undefined> {
  return root === undefined ? undefined : (await runGit(root, ['rev-parse', '-q', '--verify', 'HEAD']))?.trim();
}

/** How many were read, and how many of them were new; undefined when git gave no answer. */
async function takeCommits(
  parts: CaptureParts,
  target: Target,
  asked: Parameters<typeof readCommits>[1],
): Promise<{ read: number; added: number } | undefined> {
  const commits = target.root === undefined ? [] : await readCommits(target.root, asked);
  if (!commits) {
    parts.log('history not read', { project: target.projectId, from: asked.from, skip: asked.skip ?? 0 });
    return undefined;
  }
  const clean = cleanCommits(parts, target, commits);
  const added = clean.length === 0 ? 0 : await target.write((tx) => parts.keepers.takeInGit(tx, { commits: clean }));
  return { read: commits.length, added };
}

/** What may be kept of some commits: not those of a pause, and none of their secrets. */
export function cleanCommits(
  parts: CaptureParts,
  target: Target,
  commits: readonly CapturedCommit[],
): readonly CapturedCommit[] {
  const taken = outsidePauses(pausesIn(parts.user.read, target.projectId), commits);
  const strict = strictly(parts, target.root);
  const called = pathsFrom(target.root);
  return taken.map((commit) => redactCommit(strict, { ...commit, files: commit.files.map(called) }));
}

/**
 * Git tells files from the top of its repository. A project that begins further down calls its own from there, as edits
 * do, and what lies around it by the whole path.
 */
function pathsFrom(root: string | undefined): (file: ChangedFile) => ChangedFile {
  const top = root === undefined ? undefined : workTreeOf(root)?.top;
  if (root === undefined || top === undefined || top === root) return (file) => file;
  return ([path, ...rest]) => {
    const whole = join(top, path);
    const inside = relative(root, whole);
    return [/^\.\.(\/|$)/.test(inside) ? whole : inside, ...rest];
  };
}

/** A commit without secrets in its words and names. Its message is looked through as a whole: a key may begin in the first line. */
function redactCommit(parts: CaptureParts, commit: CapturedCommit): CapturedCommit {
  const clean = (text: string) => parts.redactor.text(text.toWellFormed()).text;
  const [subject = '', ...rest] = clean(`${commit.subject}\n\n${commit.body}`).split('\n\n');
  return {
    ...commit,
    ...{ subject, body: rest.join('\n\n').trim(), author: clean(commit.author), email: clean(commit.email) },
    ...(commit.branch === undefined ? {} : { branch: clean(commit.branch) }),
    files: commit.files.map(([path, added, removed, kind]) => [clean(path), added, removed, kind] as const),
  };
}
