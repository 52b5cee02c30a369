// How many of the last conversations an agent began were shown what the memory holds, as their own transcripts show it.
import type { HookedAgent } from '../../core/words.ts';
import type { Read } from '../../store/record-type.ts';
import { lastStarts, shownIn } from './queries.ts';

const counted = 8;

export interface Shown {
  readonly of: number;
  readonly shown: number;
}

export interface Beginnings {
  readonly project_id: string;
  readonly agent: HookedAgent;
  readonly worktrees: readonly string[];
  /** Whether the hook itself noted that it printed something to a conversation. */
  readonly isPrinted: (native: string) => boolean;
}

/** Of the last conversations that began by a hook: how many of them were shown it. */
export function lastShown(user: Read, { project_id, agent, worktrees, isPrinted }: Beginnings): Shown {
  const starts = worktrees.flatMap((worktree) => lastStarts(user, { projectId: project_id, agent, worktree }));
  const byTime = starts.sort((a, b) => b.at - a.at).map(({ native }) => native);
  const natives = [...new Set(byTime)].slice(0, counted);
  const inTranscripts = new Set(
    user.all(shownIn, { project_id, agent, natives: JSON.stringify(natives) }).map(({ native_id }) => native_id),
  );
  // what an agent writes of its hooks differs: where no transcript shows it, the hook's own note counts
  const shown = natives.filter((native) => inTranscripts.has(native) || isPrinted(native));
  return { of: natives.length, shown: shown.length };
}
