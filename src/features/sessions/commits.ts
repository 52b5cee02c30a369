import type { CapturedCommit } from '../../core/captured.ts';
import { uuidV8 } from '../../core/ids.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { knownShas } from './commit-queries.ts';
import { commitAdd } from './records.ts';

/** Writes git commits as records, each once by its sha; returns how many were new. */
export function takeInCommits(tx: Write, user: string, commits: readonly CapturedCommit[]): number {
  const fresh = commits.filter((commit) => !tx.known(uuidV8(['git', commit.sha])));
  for (const commit of fresh) {
    const id = uuidV8(['git', commit.sha]);
    const { sha, parents, author, email, subject, files, branch } = commit;
    tx.append(commitAdd, {
      ...{ id, ent: id },
      fields: {
        ...{ sha, parents, author, email, subject, files, branch, ...tx.keep('body', commit.body) },
        ...{ authored_at: commit.authoredAt, committed_at: commit.committedAt },
      },
      actor: { user },
      origin: 'import', // whoever made it: what a repository says is not said by its owner
    });
  }
  return fresh.length;
}

/** Those of some commits that were not taken in yet. */
export function unknownCommits(read: Read, shas: readonly string[]): readonly string[] {
  const known = new Set(read.all(knownShas, { shas: JSON.stringify(shas) }).map(({ sha }) => sha));
  return shas.filter((sha) => !known.has(sha));
}
