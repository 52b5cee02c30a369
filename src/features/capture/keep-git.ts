import type { CapturedCommit, CapturedGit } from '../../core/captured.ts';
import { limits } from '../../core/limits.ts';
import type { Write } from '../../store/record-type.ts';
import type { CaptureParts, Target } from './needs.ts';

/**
 * Writes what happened in a repository in slices, each fact once however often it is told; `last` goes with the end of it,
 * so that what it notes is only there when all the rest is. Returns how many commits were new.
 */
export async function keepGit(
  parts: CaptureParts,
  target: Target,
  { git, last }: { readonly git: CapturedGit; readonly last: (tx: Write) => void },
): Promise<number> {
  const { commits = [], rewrites = [], shares = [], ...rest } = git;
  const added = await keepCommits(parts, target, commits);
  await inSlices(parts, target, rewrites, (rewrite) => ({ rewrites: [rewrite] }));
  await inSlices(parts, target, shares, (share) => ({ shares: [share] }));
  await target.write((tx) => {
    parts.keepers.takeInGit(tx, rest);
    last(tx);
  });
  return added;
}

/** Writes commits in slices; returns how many were new. */
export function keepCommits(parts: CaptureParts, target: Target, commits: readonly CapturedCommit[]): Promise<number> {
  return inSlices(parts, target, commits, (commit) => ({ commits: [commit] }));
}

/** Writes facts one by one, as many in a transaction as fit the time of a slice; then others have their turn. */
async function inSlices<T>(
  { keepers, monotonic, breathe }: CaptureParts,
  target: Target,
  facts: readonly T[],
  asGit: (fact: T) => CapturedGit,
): Promise<number> {
  let left = facts;
  let added = 0;
  while (left.length > 0) {
    const slice = await target.write((tx) => {
      const begun = monotonic();
      let [written, fresh] = [0, 0];
      for (const fact of left) {
        fresh += keepers.takeInGit(tx, asGit(fact));
        written += 1;
        if (monotonic() - begun >= limits.sliceMs) break;
      }
      return { written, fresh };
    });
    left = left.slice(slice.written);
    added += slice.fresh;
    await breathe();
  }
  return added;
}
