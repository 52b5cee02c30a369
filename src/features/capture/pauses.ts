import type { Captured, CapturedCommit } from '../../core/captured.ts';
import type { Read } from '../../store/record-type.ts';
import { type PauseRow, pausesOf } from './pause-queries.ts';

export type Pauses = readonly PauseRow[];

/** Every pause that concerns a project. user: of the user database. */
export function pausesIn(user: Read, project_id: string): Pauses {
  return user.all(pausesOf, { project_id });
}

/** True when a moment lies in a pause. at: milliseconds since 1970 UTC. */
export function isPaused(pauses: Pauses, at: number): boolean {
  return pauses.some(({ from_at, until_at }) => from_at <= at && (until_at === null || at < until_at));
}

/** Files are stamped by a clock that ticks: a time may be so much too early. */
const tickMs = 10;

/** The same for the time a file was written. */
export function isPausedFile(pauses: Pauses, writtenAt: number): boolean {
  return isPaused(pauses, writtenAt) || isPaused(pauses, writtenAt + tickMs);
}

/** What was not done in a pause. A commit's time is a whole second, cut off: one that may lie in a pause counts as in it. */
export function outsidePauses(pauses: Pauses, commits: readonly CapturedCommit[]): readonly CapturedCommit[] {
  const touches = ({ from_at, until_at }: PauseRow, at: number) =>
    from_at < at + 1000 && (until_at === null || at < until_at);
  return commits.filter(({ committedAt }) => !pauses.some((pause) => touches(pause, committedAt)));
}

/**
 * What a line said in a pause still tells: that a conversation is there, for what is said in it later. Its title may be
 * made of what was said.
 */
export function announcements(items: readonly Captured[]): Captured[] {
  return items.flatMap((item) => {
    if (item.kind !== 'session') return [];
    const { title: _, ...rest } = item;
    return [rest];
  });
}
