import type { Read } from '../../store/record-type.ts';
import type { Packing } from '../packed.ts';
import { childrenOf } from './packed-queries.ts';
import { messagePacking, sessionPacking } from './packed-sessions.ts';
import { taskPacking } from './packed-tasks.ts';
import { commitPacking, editPacking, toolPacking } from './packed-work.ts';
import { findSession } from './wire.ts';

/** Everything of sessions that goes into packages, what others rest on first. */
export const sessionPackings: readonly Packing[] = [
  ...[sessionPacking, messagePacking, toolPacking, editPacking, taskPacking, commitPacking],
];

/** Sessions that are meant, with those of the agents they started. Throws session/not-found, session/ambiguous. */
export function sessionsMeant(read: Read, asked: readonly string[]): readonly string[] {
  const ids = new Set(asked.map((each) => findSession(read, each).session_id));
  // a list that is walked while it grows
  for (const id of ids)
    for (const child of read.all(childrenOf, { sessions: JSON.stringify([id]) })) ids.add(child.session_id);
  return [...ids];
}
