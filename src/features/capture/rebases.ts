import type { CapturedRewrite } from '../../core/captured.ts';
import {
  type ComparedCommit,
  commitsBetween,
  firstParents,
  patchIds,
  type Step,
  stepKey,
} from '../../platform/git-rewrites.ts';
import { tipBeforeRebase, type WorkTreeLog } from '../../platform/reflog.ts';
import type { Moved } from './reflog-moves.ts';

/** A rebase of more commits is followed in its newest ones. */
const most = 500;

/**
 * Which commit became which in a rebase, when no hook told: by what each changes, else by author, time and subject. A
 * commit that was melted into another became that one; one that was dropped became none.
 */
export async function rebaseRewrites(
  directory: string,
  { move, log }: { readonly move: Moved; readonly log: WorkTreeLog },
): Promise<readonly CapturedRewrite[]> {
  const own = move.branch === '' ? undefined : tipBeforeRebase(log.commonDir, move.branch, move.to);
  const tip = own ?? move.from;
  const before = await commitsBetween(directory, { to: tip, without: [move.to], most });
  if (before === undefined || before.length === 0) return [];
  const made = await commitsBetween(directory, { to: move.to, without: [tip, move.onto], most });
  const ids = await patchIds(directory, [...before.map(changeOf), ...move.steps]);
  const byChange = new Map(move.steps.map((step) => [ids.get(stepKey(step)), step.to]));
  const byWords = new Map((made ?? []).map((commit) => [wordsOf(commit), commit.sha]));
  const found = before.flatMap((commit) => {
    const change = ids.get(stepKey(changeOf(commit)));
    const to = (change === undefined ? undefined : byChange.get(change)) ?? byWords.get(wordsOf(commit));
    return to === undefined || to === commit.sha ? [] : [rewrite(commit.sha, to, move.at)];
  });
  const within = await melted(directory, move);
  return [...found, ...within.map(({ from, to }) => rewrite(from, to, move.at))];
}

function rewrite(from: string, to: string, at: number): CapturedRewrite {
  return { from, to, by: 'rebase', at };
}

function changeOf({ sha, parents }: ComparedCommit): Step {
  return { from: parents[0] ?? '', to: sha };
}

function wordsOf({ authoredAt, author, subject }: ComparedCommit): string {
  return JSON.stringify([authoredAt, author, subject]);
}

/** A step that did not put its commit on top of the last one put another one in its place (squash, fixup, reword, edit). */
async function melted(directory: string, { steps }: Moved): Promise<readonly Step[]> {
  const parents = await firstParents(directory, [...new Set(steps.map(({ to }) => to))]);
  return steps.filter(({ from, to }) => parents.has(to) && parents.get(to) !== from);
}
