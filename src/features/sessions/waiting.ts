import { PrsistError } from '../../core/errors.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import { type HandoffRow, handoffById, handoffsByPrefix, waitingHandoffs } from './queries.ts';
import { wireHandoff } from './wire.ts';

/** The newest handoff that waits for an agent where the caller stands; null when there is none. */
export function pendingFor(read: Read, agent: string, context: Context, device: string) {
  const row = read
    .all(waitingHandoffs, { to_agent: agent, now: context.now, user: context.caller.user, device })
    .find((each) => isHere(each, context.worktree, context.branch));
  return row ? wireHandoff(read, row, context.now) : null;
}

/** A handoff is bound to work tree and branch; where one of the two is unknown it does not bind. */
export function isHere(row: HandoffRow, worktree: string | undefined, branch: string | undefined): boolean {
  const sameTree = row.worktree === null || worktree === undefined || row.worktree === worktree;
  return sameTree && (row.branch === null || branch === undefined || row.branch === branch);
}

/** A run that was shown a handoff has this long to say something. */
const shownMs = 86_400_000;

/** When a handoff that was printed is armed again, if nobody takes it: milliseconds since 1970 UTC. */
export function rearmedAt(row: HandoffRow): number {
  return (row.shown_at ?? 0) + shownMs;
}

/** True for a handoff that no run is about to take: not printed yet, given back, or printed to one that stayed silent. */
export function isArmed(row: HandoffRow, now: number): boolean {
  return row.shown_run === null || rearmedAt(row) <= now;
}

/** A handoff by its id or an unambiguous beginning of it. Throws handoff/not-found, session/ambiguous. */
export function findHandoff(read: Read, asked: string): HandoffRow {
  const exact = read.one(handoffById, { handoff_id: asked });
  if (exact) return exact;
  const found = asked.length >= 4 ? read.all(handoffsByPrefix, { prefix: asked, end: `${asked}\uffff` }) : [];
  const [first, second] = found;
  if (second) {
    throw new PrsistError('session/ambiguous', `several handoffs begin with ${asked}`, {
      hint: found.map(({ handoff_id }) => handoff_id).join(' '),
    });
  }
  if (!first) throw new PrsistError('handoff/not-found', `no handoff ${asked} in this project`);
  return first;
}
