import type { Parsed, Reply } from '../../core/operation.ts';
import type { Write } from '../../store/record-type.ts';
import { actorOf, type Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { sessionFacts } from './facts.ts';
import { sessionEntity } from './join.ts';
import type { SessionNeeds } from './needs.ts';
import { sessionCompact, sessionPut } from './records.ts';
import { summarise } from './summarise.ts';
import { findSession, statusOf, wireSession } from './wire.ts';

type Put = (typeof contract)['session.put'];
type Compact = (typeof contract)['session.compact'];

/** Gives a session another title, or members of its metadata; null takes a member away. What is so already writes nothing. */
export function put(needs: SessionNeeds) {
  return (tx: Write, input: Parsed<Put>, context: Context): Reply<Put> => {
    const before = findSession(tx, input.session_id);
    const { session_id } = before;
    const title = input.title === before.title ? undefined : input.title;
    const metadata = changed(before.metadata, input.metadata);
    if (title !== undefined || metadata !== undefined) {
      tx.append(sessionPut, {
        ent: sessionEntity(session_id),
        fields: { session_id, ...(title === undefined ? {} : { title }), ...(metadata ? { metadata } : {}) },
        actor: { ...actorOf(context.caller), session: session_id },
        origin: context.caller.origin,
      });
    }
    const row = findSession(tx, session_id);
    return {
      session: wireSession(tx, row, statusOf(row, context.now, needs.times(context.project.root))),
      // a JSON object, written by the projection
      metadata: JSON.parse(row.metadata) as Record<string, never>,
    };
  };
}

/** Notes that an agent's context is being compacted, and gives what it needs to go on. */
export function compact(needs: SessionNeeds) {
  return (tx: Write, input: Parsed<Compact>, context: Context): Reply<Compact> => {
    const { session_id } = findSession(tx, input.session_id);
    tx.append(sessionCompact, {
      ent: sessionEntity(session_id),
      fields: { session_id, trigger: input.trigger, at: context.now },
      actor: { ...actorOf(context.caller), session: session_id },
      origin: context.caller.origin,
    });
    const snapshot = summarise(sessionFacts(tx, session_id, needs.surroundings(context, session_id)));
    return { session_id, context_snapshot: { ...snapshot }, brief: briefFor(needs, context, session_id) };
  };
}

/** The brief of a session, which tells of the whole project: nothing for a token of one tenant or user. */
export function briefFor(needs: SessionNeeds, context: Context, session_id: string): string {
  const { bound } = context.caller;
  return bound?.tenant === undefined && bound?.user === undefined ? needs.brief(context, session_id) : '';
}

function changed(stored: string, asked: Parsed<Put>['metadata']): Readonly<Record<string, unknown>> | undefined {
  if (asked === undefined) return undefined;
  // a JSON object, written by the projection
  const before = JSON.parse(stored) as Record<string, unknown>;
  const news = Object.entries(asked).filter(
    ([name, value]) => JSON.stringify(before[name] ?? null) !== JSON.stringify(value),
  );
  return news.length === 0 ? undefined : Object.fromEntries(news);
}
