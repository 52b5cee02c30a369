import type { Read } from '../../store/record-type.ts';
import { sessionById } from './queries.ts';
import { type RequestRow, requestsOfSession, summariesOf, type UsedSession, usedSince } from './request-queries.ts';
import { titleOf } from './wire.ts';

/** Which sessions: of an agent, since a moment, or the one with this id. */
export interface UsedWanted {
  readonly since: number;
  readonly agent: string | undefined;
  readonly session_id: string | undefined;
  /** Those of sub-agents, too. */
  readonly children: boolean;
}

export interface UsedConversation extends UsedSession {
  readonly title: string | null;
  readonly requests: readonly RequestRow[];
  /** When the agent put a summary in place of its history. */
  readonly compactions: readonly number[];
}

/** Sessions with every model request they made; each is read when its turn comes. */
export function* usedConversations(read: Read, wanted: UsedWanted): Generator<UsedConversation> {
  const { since, agent = null, session_id = null, children } = wanted;
  // one that is named is looked at whoever asked for it
  const found = read.all(usedSince, { since, agent, session_id, children: children || session_id !== null ? 1 : 0 });
  for (const session of found) {
    const row = read.one(sessionById, { session_id: session.session_id });
    yield {
      ...{ ...session, title: row ? titleOf(read, row) : null },
      requests: read.all(requestsOfSession, { session_id: session.session_id }),
      compactions: read.all(summariesOf, { session_id: session.session_id }).map(({ at }) => at),
    };
  }
}
