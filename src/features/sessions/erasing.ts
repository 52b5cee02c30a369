import { type Id, uuidV8 } from '../../core/ids.ts';
import type { Read } from '../../store/record-type.ts';
import { conversationsAround, entitiesOfSession, familyOf } from './erasing-queries.ts';
import { sessionEntity } from './join.ts';
import { newestSession, type SessionRow, sessionById } from './queries.ts';
import { findSession, titleOf } from './wire.ts';

/** The newest session of a project that is no sub-agent's. */
export function newestToErase(read: Read) {
  const row = read.one(newestSession, { worktree: null, least_trust: 0 });
  return row && found(read, row);
}

/** A session to erase, by its id or an unambiguous beginning of it. Throws session/not-found, session/ambiguous. */
export function sessionToErase(read: Read, asked: string) {
  return found(read, findSession(read, asked));
}

/** Everything that goes with a session. */
export function belongings(read: Read, session_id: string) {
  const family = read.all(familyOf, { session_id });
  const rows = family.flatMap((each) => read.one(sessionById, each) ?? []);
  return {
    sessions: rows.map((row) => found(read, row)),
    ents: family.flatMap((each) => read.all(entitiesOfSession, each)).map(({ ent }) => ent),
    conversations: family.flatMap((each) => read.all(conversationsAround, each)),
  };
}

/** Entities under which an agent's own conversation is known: erased is erased under any of them. */
export function conversationEntities(agent: string, native: string): readonly Id[] {
  return [uuidV8([agent, native, 'run']), sessionEntity(native)];
}

function found(read: Read, row: SessionRow) {
  const { session_id, current_agent, last_activity } = row;
  return { session_id, title: titleOf(read, row), agent: current_agent, last_activity };
}
