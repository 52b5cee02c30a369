import type { Parsed, Reply } from '../../core/operation.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { actorOf, type Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { sessionFacts } from './facts.ts';
import type { SessionNeeds } from './needs.ts';
import { patchFields } from './patch.ts';
import { handoffPage, newestRun, type SessionRow } from './queries.ts';
import { type HandoffCreate, handoffCreate, handoffDecline } from './records.ts';
import { chosenSession } from './resume.ts';
import { summarise } from './summarise.ts';
import { findHandoff } from './waiting.ts';
import { cursorParts, cursorText, wireHandoff, wireTime } from './wire.ts';

const farFuture = 8.64e15;

type Handoff = (typeof contract)['session.handoff'];
type Decline = (typeof contract)['session.decline'];
type Handoffs = (typeof contract)['session.handoffs'];

/** Hands a session over: the content is gathered here, in the transaction that creates the handoff, never by the agent. */
export function handOver(needs: SessionNeeds) {
  return (tx: Write, input: Parsed<Handoff>, context: Context): Reply<Handoff> => {
    const session = chosenSession(tx, input.session_id, context);
    const { session_id } = session;
    const facts = sessionFacts(tx, session_id, needs.surroundings(context, session_id));
    const snapshot = summarise(facts);
    const from_agent = input.from_agent ?? context.caller.agent ?? carrierOf(tx, session) ?? 'human';
    const expires_at = context.now + needs.times(context.project.root).handoffMs;
    const kept = patchFields(tx, input, context);
    const created = tx.append(handoffCreate, {
      fields: {
        ...{ session_id, from_agent, to_agent: input.to_agent, reason: input.handoff_reason, snapshot },
        ...{ critical_info: input.critical_info, continuation_instructions: input.continuation_instructions },
        ...{ to_user: input.to_user, to_device: input.to_device },
        by: context.caller.agent ?? 'user',
        ...{ through: facts.through, created_at: context.now, expires_at },
        ...{ worktree: context.worktree ?? session.worktree ?? undefined, head: context.git?.head ?? undefined },
        branch: context.branch ?? session.branch ?? undefined,
        ...kept,
      },
      actor: { ...actorOf(context.caller), session: session_id },
      origin: context.caller.origin,
    });
    return {
      ...{ session_id, from_agent, to_agent: input.to_agent, timestamp: wireTime(context.now) },
      ...{ context_snapshot: { ...snapshot }, handoff_id: created.ent, status: 'pending' as const },
      expires_at: wireTime(expires_at),
      patch: withoutText(kept.patch_info),
    };
  };
}

function withoutText(info: HandoffCreate['patch_info']): Reply<Handoff>['patch'] {
  return info === undefined ? null : { ...info, left_out: [...info.left_out] };
}

/** The agent whose run of the session is the newest: one to whom it was only handed over has not carried it. */
function carrierOf(read: Read, { session_id, current_agent }: SessionRow): string | null {
  return read.one(newestRun, { session_id })?.agent ?? current_agent;
}

/** Gives a handoff back, so that it is shown again. */
export function decline(tx: Write, input: Parsed<Decline>, context: Context): Reply<Decline> {
  const row = findHandoff(tx, input.handoff_id);
  tx.append(handoffDecline, {
    ent: row.handoff_id,
    fields: { reason: input.reason, at: context.now },
    actor: actorOf(context.caller),
    origin: context.caller.origin,
  });
  return wireHandoff(tx, findHandoff(tx, row.handoff_id), context.now);
}

/** Handoffs, newest first, in pages. One that waited too long reads as expired. */
export function handoffs(context: Context, input: Parsed<Handoffs>): Reply<Handoffs> {
  const read = context.read.project;
  const { session_id, to_agent, status, limit } = input;
  const { at, id } = cursorParts(input.cursor, { at: farFuture, id: '' });
  const waits = status === 'pending' ? 1 : status === 'expired' ? 0 : null;
  const stored = waits === null ? status : 'pending';
  const page = { session_id, to_agent, status: stored, waits, now: context.now, at, id, limit: limit + 1 };
  const rows = read.all(handoffPage, page);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items: items.map((row) => wireHandoff(read, row, context.now)),
    next_cursor: rows.length > limit && last ? cursorText({ at: last.created_at, id: last.handoff_id }) : null,
  };
}
