// What goes with a session that is erased: by rows what is here of it, by fields what comes later.
import type { Projecting } from '../../store/record-type.ts';
import { entitiesOfSession, everySession, familyOf, sessionsCounting } from './erasing-queries.ts';
import { sessionEntity } from './join.ts';

/** Entities of what belongs to sessions and to those of their sub-agents. */
export function belongingsOf(tx: Projecting, ents: readonly string[]): readonly string[] {
  const erased = new Set(ents);
  // by their names, not by rows: of a session nothing but messages may be here
  const sessions = tx.all(everySession, {}).filter(({ session_id }) => erased.has(sessionEntity(session_id)));
  const family = sessions.flatMap((each) => tx.all(familyOf, each));
  const ids = [...new Set(family.map(({ session_id }) => session_id))];
  return ids.flatMap((session_id) => tx.all(entitiesOfSession, { session_id })).map(({ ent }) => ent);
}

/** Sessions that counted some of what goes. */
export function sessionsTouched(tx: Projecting, ents: readonly string[]): readonly string[] {
  return tx.all(sessionsCounting, { ents: JSON.stringify(ents) }).map(({ session_id }) => sessionEntity(session_id));
}

/** Kinds of records that name a session and are not lost with it: entries may outlive it, texts stand for themselves. */
const outlives = new Set(['context', 'document']);

/** The session a record goes with; of a session that of which it is a part. */
export function sessionOfRecord(name: string, fields: Readonly<Record<string, unknown>>): string | undefined {
  const [type = ''] = name.split('.');
  const session = type === 'session' ? (fields['parent_session_id'] ?? fields['session_id']) : fields['session_id'];
  return typeof session === 'string' && !outlives.has(type) ? sessionEntity(session) : undefined;
}
