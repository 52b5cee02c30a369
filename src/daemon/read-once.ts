import type { BriefSources } from '../features/brief/assemble.ts';

/**
 * The same sources, each asked once: the briefs of one work tree are rendered in one go for several agents and reasons,
 * and most of the work is what they have in common. For one synchronous rendering, of one pair of databases.
 */
export function readOnce(sources: BriefSources): BriefSources {
  const answers = new Map<string, unknown>();
  const once = <T>(key: string, ask: () => T): T => {
    if (!answers.has(key)) answers.set(key, ask());
    // a key is only ever used with one kind of answer
    return answers.get(key) as T;
  };
  return {
    ...sources,
    entries: (reads, at) => once(`entries ${at.now} ${at.root}`, () => sources.entries(reads, at)),
    sessions: (read, worktree, limit) =>
      once(`sessions ${limit} ${worktree ?? ''}`, () => sources.sessions(read, worktree, limit)),
    anchor: (reads, session_id, at) =>
      once(`anchor ${at.now} ${at.root} ${session_id}`, () => sources.anchor(reads, session_id, at)),
  };
}
