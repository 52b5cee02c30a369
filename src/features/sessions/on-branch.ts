// What belongs to a branch, read when somebody asks: a session moves on to other branches after its first words, and what is
// known of that may come later than they do.
import type { BranchOf } from '../findable.ts';
import { commitsOn, sessionsOn } from './branch-queries.ts';

/** Sessions that were on a branch at any time, and the commits made on it. */
export const onBranch: BranchOf = (read, branch) => ({
  sessions: read.all(sessionsOn, { branch }).map(({ id }) => id),
  commits: read.all(commitsOn, { branch }).map(({ id }) => id),
});
