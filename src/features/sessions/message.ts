import { PrsistError } from '../../core/errors.ts';
import { type Id, isId, uuidV8 } from '../../core/ids.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Write } from '../../store/record-type.ts';
import { actorOf, type Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { sessionEntity } from './join.ts';
import type { SessionNeeds } from './needs.ts';
import { messageOwner, sessionById } from './queries.ts';
import { messageAdd, sessionEnd } from './records.ts';
import { findSession, statusOf, wireTime } from './wire.ts';

type Message = (typeof contract)['session.message'];
type End = (typeof contract)['session.end'];

/**
 * Adds a message. A message_id known in this session changes nothing. Only what a person sends as the user's is a prompt:
 * an agent puts no words into their mouth. Throws session/closed for an ended session.
 */
export function message(tx: Write, input: Parsed<Message>, context: Context): Reply<Message> {
  const { session_id, message_id, metadata } = input;
  const session = tx.one(sessionById, { session_id });
  if (!session) throw new PrsistError('session/not-found', `no session ${session_id} in this project`);
  if (session.ended_at !== null) throw new PrsistError('session/closed', `session ${session_id} has ended`);
  const at = input.at ? Date.parse(input.at) : context.now;
  const id = idOf(tx, session_id, message_id);
  if (!tx.one(messageOwner, { id })) {
    const isPrompt = context.caller.origin === 'human' && input.role === 'user';
    tx.append(messageAdd, {
      ...{ id, ent: id },
      fields: {
        ...{ session_id, role: input.role, kind: isPrompt ? 'prompt' : 'text', at },
        ...{ author: input.author, agent: input.agent ?? context.caller.agent },
        ...{ model: input.model, parent_id: input.parent_id },
        ...(input.usage ? { usage: { ...input.usage, request_id: id, write_1h: 0, reasoning: 0 } } : {}),
        ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
        ...tx.keep('content', input.content),
      },
      actor: { ...actorOf(context.caller), session: session_id },
      origin: context.caller.origin,
    });
  }
  const count = tx.one(sessionById, { session_id })?.message_count ?? 0;
  return { session_id, message_id: message_id ?? id, message_count: count, timestamp: wireTime(at) };
}

/** The id a message gets: the caller's where it is one that no other session has, else one made from it. */
function idOf(tx: Write, session_id: string, asked: string | undefined): Id {
  if (asked === undefined) return tx.newId();
  const owner = isId(asked) ? (tx.one(messageOwner, { id: asked })?.session_id ?? session_id) : undefined;
  return isId(asked) && owner === session_id ? asked : uuidV8([session_id, asked]);
}

/** Ends a session; ended already, nothing changes. */
export function end(needs: SessionNeeds) {
  return (tx: Write, input: Parsed<End>, context: Context): Reply<End> => {
    const { session_id, ended_at } = findSession(tx, input.session_id);
    if (ended_at === null) {
      tx.append(sessionEnd, {
        ent: sessionEntity(session_id),
        fields: {
          ...{ session_id, reason: input.reason, ended_at: context.now, summary: input.summary },
          head: context.git?.head ?? undefined,
        },
        actor: { ...actorOf(context.caller), session: session_id },
        origin: context.caller.origin,
      });
    }
    const row = findSession(tx, session_id);
    const at = row.ended_at ?? context.now;
    return {
      ...{ session_id, status: statusOf(row, context.now, needs.times(context.project.root)), end_time: wireTime(at) },
      duration_seconds: Math.max(0, Math.round((at - row.started_at) / 1000)),
      ...{ message_count: row.message_count, task_count: row.task_count },
      archived_entries: entriesOf(needs, context, session_id),
      summary_document: input.summary
        ? (needs.summaryDocument?.(tx, { session_id, summary: input.summary }) ?? null)
        : null,
    };
  };
}

/** Entries that were noted down for a session. */
function entriesOf(needs: SessionNeeds, context: Context, session_id: string): number {
  const { facts, working_memory } = needs.surroundings(context, session_id);
  return Object.keys(facts).length + Object.keys(working_memory).length;
}
