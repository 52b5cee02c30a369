import type { Actor } from '../../core/record.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { sessionEntity } from './join.ts';
import {
  handoffById,
  handoffOfRun,
  lastHookedOfRun,
  lastShownOfRun,
  newestRun,
  rearmHandoffs,
  runOf,
  sessionById,
  showHandoff,
} from './queries.ts';
import { sessionEnd, sessionResume } from './records.ts';
import { hookMark } from './take-in-hook.ts';
import { isArmed } from './waiting.ts';

export interface Lifecycle {
  readonly agent: string;
  /** The agent's own id of the conversation. */
  readonly native: string;
  readonly at: number;
}

/**
 * A hook printed a handoff to a conversation: it is taken with the first thing that one says. A conversation that was
 * shown one already takes no other, and one that another conversation was shown before stays with that.
 */
export function noteShown(
  tx: Write,
  { native, at, handoff_id }: Pick<Lifecycle, 'native' | 'at'> & { readonly handoff_id: string },
): void {
  if (tx.one(handoffOfRun, { native_id: native })) return;
  const row = tx.one(handoffById, { handoff_id });
  if (row && isArmed(row, at)) tx.run(showHandoff, { handoff_id, at, run: native });
}

/** An agent's conversation goes on: an end of its session that came before is no end any more. */
export function noteResumed(tx: Write, { agent, native, at }: Lifecycle, actor: Actor): void {
  const run = tx.one(runOf, { agent, native_id: native });
  const session = run && tx.one(sessionById, { session_id: run.session_id });
  if (!session || session.ended_at === null || session.ended_at > at) return;
  const { session_id } = session;
  tx.append(sessionResume, {
    ent: sessionEntity(session_id),
    fields: { session_id, at, run_id: run.run_id },
    actor: { ...actor, agent, session: session_id },
    origin: 'agent',
  });
}

/**
 * An agent's conversation ended. Its session ends with it, unless another conversation has carried it on since; one that
 * said nothing gives a printed handoff back.
 */
export function noteEnd(tx: Write, ended: Lifecycle & { readonly reason: string }, actor: Actor): void {
  const run = tx.one(runOf, { agent: ended.agent, native_id: ended.native });
  if (!run) {
    tx.run(rearmHandoffs, { run: ended.native });
    return;
  }
  const { session_id } = run;
  const session = tx.one(sessionById, { session_id });
  if (!session || session.ended_at !== null) return;
  if (tx.one(newestRun, { session_id })?.run_id !== run.run_id) return;
  tx.append(sessionEnd, {
    ent: sessionEntity(session_id),
    fields: { session_id, reason: ended.reason, ended_at: Math.max(ended.at, session.last_activity) },
    actor: { ...actor, agent: ended.agent, session: session_id },
    origin: 'agent',
  });
}

/** When a conversation last spoke in its transcript, and since then by its hooks alone, in milliseconds; 0: never. */
export function lastHeard(read: Read, agent: string, native: string): { transcript: number; hook: number } {
  const run = read.one(runOf, { agent, native_id: native });
  if (!run) return { transcript: 0, hook: 0 };
  const transcript = read.one(lastShownOfRun, { ...run, mark: hookMark })?.at ?? 0;
  return { transcript, hook: read.one(lastHookedOfRun, { ...run, mark: hookMark, after: transcript })?.at ?? 0 };
}
