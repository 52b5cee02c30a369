// Whether a session may still go on.
import type { Read } from '../../store/record-type.ts';
import { sessionLife } from './branch-queries.ts';

/**
 * Whether nobody will go on with a session: it was ended, or erased, or every branch it was on is deleted. isBranch: whether
 * one still exists. Archived ones count as whatever they were before: silence ends nothing.
 */
export function isOver(read: Read, session_id: string, isBranch: (name: string) => boolean): boolean {
  const life = read.one(sessionLife, { session_id });
  if (!life || life.ended_at !== null) return true;
  const branches = life.branches.split('\n').filter(Boolean);
  return branches.length > 0 && !branches.some(isBranch);
}
