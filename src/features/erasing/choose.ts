import { PrsistError } from '../../core/errors.ts';
import { hlcMs } from '../../core/hlc.ts';
import type { Parsed } from '../../core/operation.ts';
import type { Scope } from '../../core/words.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import type { Conversation, ErasingNeeds, FleetingEntry, SessionFound } from './needs.ts';
import {
  entriesByKey,
  entriesOfSession,
  entryById,
  handoffsQuoting,
  keyOfEntry,
  newestEntry,
  ofPackageAlone,
  runsOfPackage,
} from './queries.ts';

type Input = Parsed<(typeof contract)['store.erase']>;

/** What is to be erased. */
export interface Chosen {
  readonly sessions: readonly SessionFound[];
  /** Ids of stored entries. */
  readonly entries: readonly string[];
  /** Entries that are nowhere but in memory. */
  readonly fleeting: readonly FleetingEntry[];
  /** All stored entities that go, those of sessions and entries among them. */
  readonly ents: readonly string[];
  readonly conversations: readonly Conversation[];
}

/** Who asks, and the database in which is looked. */
interface Look {
  readonly needs: Pick<ErasingNeeds, 'sessions' | 'entries'>;
  readonly read: Read;
  readonly context: Context;
}

/** What a request means, in this database. Throws when it is nothing, not clear, not there, or not for the caller. */
export function choose(look: Look, input: Input): Chosen {
  const { needs, read } = look;
  const { session_id, entry, last, package_id } = input;
  if ([session_id, entry, last, package_id].filter((each) => each !== undefined).length !== 1) {
    throw new PrsistError('input/invalid', 'name a session, an entry, a package, or ask for the last one');
  }
  if (session_id !== undefined) return ofSession(look, needs.sessions.find(read, session_id));
  if (entry !== undefined) return namedEntries(look, entry, input.scope);
  if (package_id !== undefined) return ofPackage(look, package_id);
  return lastChanged(look, last ?? 'any', last === 'entry' ? input.scope : 'project');
}

function lastChanged(look: Look, last: 'any' | 'session' | 'entry', scope: Scope): Chosen {
  const { needs, read, context } = look;
  const session = last === 'entry' ? undefined : needs.sessions.newest(read);
  const stored = last === 'session' ? undefined : read.one(newestEntry, {});
  const [held] = last === 'session' ? [] : needs.entries.fleetingIn(context, scope);
  const entry = stored && needs.entries.mayKnow(read, stored.ent, context) ? stored : undefined;
  const [entryAt, sessionAt] = [entry ? hlcMs(entry.hlc) : Number.NEGATIVE_INFINITY, session?.last_activity ?? 0];
  if (held && held.at >= Math.max(entryAt, sessionAt)) return ofEntries(read, [], [held]);
  if (entry && (!session || entryAt >= sessionAt)) return ofEntries(read, [entry.ent], []);
  if (session) return ofSession(look, session);
  const code = last === 'entry' ? 'entry/not-found' : 'session/not-found';
  throw new PrsistError(code, 'there is nothing to forget', { hint: 'prsist sessions, prsist context list' });
}

function namedEntries({ needs, read, context }: Look, name: string, scope: Scope): Chosen {
  const byId = read.one(entryById, { ent: name });
  const stored = (byId ? [byId] : read.all(entriesByKey, { key: name, scope }))
    .map(({ ent }) => ent)
    .filter((ent) => needs.entries.mayKnow(read, ent, context));
  const held = needs.entries
    .fleetingIn(context, scope)
    .filter((each) => each.ent === name || (each.key === name && each.scope === scope));
  if (stored.length + held.length > 0) return ofEntries(read, stored, held);
  throw new PrsistError('entry/not-found', `no entry ${name} in scope ${scope}`, {
    hint: `prsist search ${JSON.stringify(name)}`,
  });
}

function ofSession({ needs, read, context }: Look, session: SessionFound): Chosen {
  const { sessions, ents, conversations } = needs.sessions.belongings(read, session.session_id);
  const entries = sessions
    .flatMap(({ session_id }) => read.all(entriesOfSession, { session_id }))
    .map((row) => row.ent);
  const ids = new Set(sessions.map(({ session_id }) => session_id));
  const fleeting = needs.entries
    .fleetingIn(context, 'session')
    .filter(({ session_id }) => session_id !== null && ids.has(session_id));
  return { sessions, entries, fleeting, ents: [...new Set([...ents, ...entries])], conversations };
}

/** A person may have gone on with some of it: that stays, with what they said. */
function ofPackage({ needs, read }: Look, package_id: string): Chosen {
  const rows = read.all(ofPackageAlone, { package_id });
  const sessions = rows
    .filter(({ type }) => type === 'session')
    .map(({ session_id }) => needs.sessions.find(read, session_id ?? ''));
  const entries = rows.filter(({ type }) => type === 'context').map(({ ent }) => ent);
  const ents = [...rows, ...read.all(runsOfPackage, { package_id })].map(({ ent }) => ent);
  return { sessions, entries, fleeting: [], ents, conversations: [] };
}

/** A handoff carries the values of its session's entries along: it goes with them. */
function ofEntries(read: Read, entries: readonly string[], fleeting: readonly FleetingEntry[]): Chosen {
  const keys = entries.flatMap((ent) => read.all(keyOfEntry, { ent })).map(({ key }) => key);
  const handoffs = keys.flatMap((key) => read.all(handoffsQuoting, { key })).map(({ ent }) => ent);
  return { sessions: [], entries, fleeting, ents: [...new Set([...entries, ...handoffs])], conversations: [] };
}
