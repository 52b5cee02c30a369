import { dirname } from 'node:path';
import type {
  CapturedCommit,
  CapturedGit,
  CapturedReset,
  CapturedRewrite,
  CapturedSwitch,
} from '../../core/captured.ts';
import { sha256Hex } from '../../core/ids.ts';
import { readNamedCommits } from '../../platform/git.ts';
import { commitsBetween } from '../../platform/git-rewrites.ts';
import {
  type ReflogMark,
  type ReflogPart,
  readReflog,
  reflogStamp,
  type WorkTreeLog,
  workTreeLogs,
} from '../../platform/reflog.ts';
import { branchOf, headLine, isBranch } from '../../platform/repository.ts';
import type { Read as Database } from '../../store/record-type.ts';
import { catchUpCommits, cleanCommits } from './commits.ts';
import { keepGit } from './keep-git.ts';
import type { CaptureParts, Target } from './needs.ts';
import { isPaused, pausesIn } from './pauses.ts';
import { see, seen as value } from './queries.ts';
import { rebaseRewrites } from './rebases.ts';
import { branchesOf, type Moved, movesOf } from './reflog-moves.ts';
import { strictly } from './rules.ts';

/** Commits that one move may bring: a pull, a checkout. What lies deeper is history that import takes in. */
const perMove = 1000;
const perRead = 100;

/**
 * Takes in what the logs of HEAD tell since they were last read, in every work tree of a project: commits, amends, rebases,
 * resets, checkouts, merges, whether or not a hook told of them. seen: what each log looked like when it was last read;
 * one that looks the same is not opened. Returns how many commits were new.
 */
export async function followReflogs(
  parts: CaptureParts,
  projectId: string,
  seen: Map<string, string>,
  cancelled: () => boolean = () => false,
): Promise<number> {
  const target = parts.target(projectId);
  let added = 0;
  for (const log of target.root === undefined ? [] : workTreeLogs(target.root)) {
    const stamp = reflogStamp(log.path);
    const key = `log:${log.path}`;
    if (stamp === undefined || seen.get(key) === stamp) continue;
    const read = await followReflog(parts, target, log, cancelled);
    if (read === undefined) continue; // git gave no answer, or the daemon leaves: it is looked at again
    seen.set(key, stamp);
    added += read;
  }
  return added;
}

/** The same, and whatever else HEAD can reach now: where reflogs are switched off, nothing else tells. */
export async function followRepository(
  parts: CaptureParts,
  projectId: string,
  seen: Map<string, string>,
  cancelled: () => boolean,
): Promise<void> {
  await followReflogs(parts, projectId, seen, cancelled);
  await catchUpCommits(parts, parts.target(projectId), seen);
}

async function followReflog(
  parts: CaptureParts,
  target: Target,
  log: WorkTreeLog,
  cancelled: () => boolean,
): Promise<number | undefined> {
  const key = keyOf(log);
  for (let added = 0; ; ) {
    if (cancelled()) return undefined;
    const kept = target.read.one(value, { key })?.value;
    // written below
    const part = readReflog(log.path, kept === undefined ? undefined : (JSON.parse(kept) as ReflogMark));
    if (part === undefined) return undefined;
    const { moves, last } = movesOf(part.entries, part.more ? 'more' : 'end');
    const git = await happened(parts, target, { log, part, moves });
    if (git === undefined) return undefined;
    if (last === 'none') return 0; // nothing but a rebase that is under way
    const mark = JSON.stringify(part.markAfter(last === 'all' ? undefined : last));
    if (mark !== kept) {
      added += await keepGit(parts, target, { git, last: (tx) => void tx.run(see, { key, value: mark }) });
    }
    if (part.first) await catchUpCommits(parts, target, new Map());
    if (!part.more || mark === kept) return added;
    await parts.breathe();
  }
}

/** Since when a log holds a move that was not taken in, in milliseconds; null: it is read to its end, or not at all. */
export function unreadSince(read: Database, log: WorkTreeLog): number | null {
  const kept = read.one(value, { key: keyOf(log) })?.value;
  // written above
  const part = kept === undefined ? undefined : readReflog(log.path, JSON.parse(kept) as ReflogMark);
  if (!part || movesOf(part.entries, 'end').last === 'none') return null; // a rebase may be under way for long
  return part.entries[0]?.at ?? null;
}

function keyOf({ path }: WorkTreeLog): string {
  return `reflog:${sha256Hex(path).slice(0, 32)}`;
}

interface Read {
  readonly log: WorkTreeLog;
  readonly part: ReflogPart;
  readonly moves: readonly Moved[];
}

/** What the moves of HEAD come to; undefined when git gives no answer. */
async function happened(parts: CaptureParts, target: Target, read: Read): Promise<CapturedGit | undefined> {
  const pauses = pausesIn(parts.user.read, target.projectId);
  const moves = read.moves.filter(({ at }) => !isPaused(pauses, at) && !isPaused(pauses, at + 999));
  const directory = target.root ?? dirname(read.log.commonDir);
  const clean = (text: string) => strictly(parts, target.root).redactor.text(text.toWellFormed()).text;
  const worktree = clean(read.log.worktree);
  const rewrites: CapturedRewrite[] = [];
  const resets: CapturedReset[] = [];
  const switches: CapturedSwitch[] = [];
  const shas = new Set<string>();
  for (const move of moves) {
    const { at, from, to } = move;
    if (move.kind === 'commit' || move.kind === 'amend') shas.add(to);
    if (move.kind === 'amend') rewrites.push({ from, to, by: 'amend', at });
    if (move.kind === 'rebase') rewrites.push(...(await rebaseRewrites(directory, { move, log: read.log })));
    if (move.kind === 'switch' && isBranch(read.log.commonDir, move.branch))
      switches.push({ worktree, branch: clean(move.branch), at });
    if (move.kind === 'reset') resets.push({ ...(await reached(directory, move)), at });
    // what stands in a log before its first reading is history: it is imported, or caught up with below
    if (move.kind !== 'commit' && move.kind !== 'amend' && !read.part.first) {
      for (const { sha } of await between(directory, to, from)) shas.add(sha);
    }
  }
  const wanted = read.part.first ? [] : parts.unknownCommits(target.read, [...shas]);
  const commits: CapturedCommit[] = [];
  for (let at = 0; at < wanted.length; at += perRead) {
    const some = await readNamedCommits(directory, wanted.slice(at, at + perRead));
    if (some === undefined) {
      parts.log('history not read', { project: target.projectId, log: worktree });
      return undefined;
    }
    commits.push(...some);
    await parts.breathe();
  }
  const branches = branchesOf(moves, read.part.more ? undefined : branchOf(headLine(read.log)));
  const named = commits.map((commit) => {
    const branch = branches.get(commit.sha);
    return branch === undefined ? commit : { ...commit, branch };
  });
  return { commits: cleanCommits(parts, target, named), rewrites, resets, switches };
}

async function reached(directory: string, { from, to }: Moved): Promise<Omit<CapturedReset, 'at'>> {
  const [abandoned, revived] = [await between(directory, from, to), await between(directory, to, from)];
  return { abandoned: abandoned.map(({ sha }) => sha), revived: revived.map(({ sha }) => sha) };
}

/** Commits one tip can reach and the other cannot; [] where there is no telling, as when they are gone. */
async function between(directory: string, to: string, from: string) {
  const without = /^0+$/.test(from) ? [] : [from];
  return /^0+$/.test(to) ? [] : ((await commitsBetween(directory, { to, without, most: perMove })) ?? []);
}
