// What hygiene is told by the features that keep texts.
import { isAbsolute, join } from 'node:path';
import { documentsWithoutFile } from '../features/documents/stale.ts';
import { countUse, supersededEntries } from '../features/entries/use.ts';
import type { HygieneNeeds } from '../features/search/hygiene.ts';
import { answerCount } from '../features/sessions/stats-queries.ts';
import { fileInfo } from '../platform/walk.ts';

/** Stale is what another entry supersedes, and a document whose file is gone. */
export function hygieneNeeds(): Omit<HygieneNeeds, 'showings'> {
  return {
    stale: ({ read, project: { root } }) => [
      ...supersededEntries(read.project),
      ...documentsWithoutFile(read.project, (path) => isThere(path, root)),
    ],
    answers: (read) => read.one(answerCount, {})?.count ?? 0,
    used: countUse,
  };
}

/** A path that cannot be looked up, because its project has no directory, is not said to be gone. */
function isThere(path: string, root: string | undefined): boolean {
  if (isAbsolute(path)) return fileInfo(path) !== undefined;
  return root === undefined || fileInfo(join(root, path)) !== undefined;
}
