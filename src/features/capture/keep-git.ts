import type { CapturedGit } from '../../core/captured.ts';
import type { Write } from '../../store/record-type.ts';
import type { CaptureParts, Target } from './needs.ts';

/** So many facts are written without giving way. */
const perSlice = 20;

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
  let added = 0;
  for (const some of slices(commits)) added += await write({ commits: some });
  for (const some of slices(rewrites)) await write({ rewrites: some });
  for (const some of slices(shares)) await write({ shares: some });
  await target.write((tx) => {
    parts.keepers.takeInGit(tx, rest);
    last(tx);
  });
  return added;

  async function write(some: CapturedGit): Promise<number> {
    const fresh = await target.write((tx) => parts.keepers.takeInGit(tx, some));
    await parts.breathe();
    return fresh;
  }
}

function slices<T>(all: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(all.length / perSlice) }, (_, n) =>
    all.slice(n * perSlice, (n + 1) * perSlice),
  );
}
