import { PrsistError } from '../../core/errors.ts';
import { hlcMs } from '../../core/hlc.ts';
import type { Parsed } from '../../core/operation.ts';
import type { Read } from '../../store/record-type.ts';
import type { contract } from './contract.ts';
import type { Conversation, ErasingNeeds, SessionFound } from './needs.ts';
import { entriesByKey, entriesOfSession, entryById, handoffsQuoting, keyOfEntry, newestEntry } from './queries.ts';

type Input = Parsed<(typeof contract)['store.erase']>;

/** What is to be erased. */
export interface Chosen {
  readonly sessions: readonly SessionFound[];
  /** Ids of entries. */
  readonly entries: readonly string[];
  /** All entities that go, those of sessions and entries among them. */
  readonly ents: readonly string[];
  readonly conversations: readonly Conversation[];
}

/** What a request means, in this database. Throws when it is nothing, not clear, or not there. */
export function choose(needs: ErasingNeeds, read: Read, input: Input): Chosen {
  const { session_id, entry, last } = input;
  if ([session_id, entry, last].filter((each) => each !== undefined).length !== 1) {
    throw new PrsistError('input/invalid', 'name a session, an entry, or ask for the last one');
  }
  if (session_id !== undefined) return ofSession(needs, read, needs.sessions.find(read, session_id));
  if (entry !== undefined) return ofEntries(read, namedEntries(read, entry, input.scope));
  return lastChanged(needs, read, last ?? 'any');
}

function lastChanged(needs: ErasingNeeds, read: Read, last: 'any' | 'session' | 'entry'): Chosen {
  const session = last === 'entry' ? undefined : needs.sessions.newest(read);
  const entry = last === 'session' ? undefined : read.one(newestEntry, {});
  if (entry && (!session || hlcMs(entry.hlc) >= session.last_activity)) return ofEntries(read, [entry.ent]);
  if (session) return ofSession(needs, read, session);
  const code = last === 'entry' ? 'entry/not-found' : 'session/not-found';
  throw new PrsistError(code, 'there is nothing to forget', { hint: 'prsist sessions, prsist context list' });
}

function namedEntries(read: Read, name: string, scope: string): string[] {
  const byId = read.one(entryById, { ent: name });
  const found = byId ? [byId] : read.all(entriesByKey, { key: name, scope });
  if (found.length > 0) return found.map(({ ent }) => ent);
  throw new PrsistError('entry/not-found', `no entry ${name} in scope ${scope}`, {
    hint: `prsist search ${JSON.stringify(name)}`,
  });
}

function ofSession(needs: ErasingNeeds, read: Read, session: SessionFound): Chosen {
  const { sessions, ents, conversations } = needs.sessions.belongings(read, session.session_id);
  const entries = sessions
    .flatMap(({ session_id }) => read.all(entriesOfSession, { session_id }))
    .map((row) => row.ent);
  return { sessions, entries, ents: [...new Set([...ents, ...entries])], conversations };
}

/** A handoff carries the values of its session's entries along: it goes with them. */
function ofEntries(read: Read, entries: readonly string[]): Chosen {
  const keys = entries.flatMap((ent) => read.all(keyOfEntry, { ent })).map(({ key }) => key);
  const handoffs = keys.flatMap((key) => read.all(handoffsQuoting, { key })).map(({ ent }) => ent);
  return { sessions: [], entries, ents: [...new Set([...entries, ...handoffs])], conversations: [] };
}
