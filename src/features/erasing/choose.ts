import { PrsistError } from '../../core/errors.ts';
import { hlcMs } from '../../core/hlc.ts';
import type { Parsed } from '../../core/operation.ts';
import type { Scope } from '../../core/words.ts';
import type { Read } from '../../store/record-type.ts';
import { atOnce } from '../../store/steps.ts';
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
import { lookOn, type Saying } from './saying.ts';
import { kindsOf, sessionIdOf } from './saying-queries.ts';

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
  /** Entities that say a text, beside sessions and entries. */
  readonly others: readonly string[];
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
  requireOne(input);
  if (input.match !== undefined || input.subject !== undefined) return saying(look);
  if (session_id !== undefined) return ofSession(look, needs.sessions.find(read, session_id));
  if (entry !== undefined) return namedEntries(look, entry, input.scope);
  if (package_id !== undefined) return ofPackage(look, package_id);
  return lastChanged(look, last ?? 'any', last === 'entry' ? input.scope : 'project');
}

/** Throws unless a request says one thing to erase. */
export function requireOne({ session_id, entry, match, subject, last, package_id }: Input): void {
  if ([session_id, entry, match, subject, last, package_id].filter((each) => each !== undefined).length === 1) return;
  throw new PrsistError(
    'input/invalid',
    'name a session, an entry, a text, a person, a package, or ask for the last one',
  );
}

/** Everything that says a text, as it was found before the transaction and since. A session goes whole. */
function saying(look: Look): Chosen {
  const { needs, read, context } = look;
  // gathered by this feature for this very operation
  const found = context.prepared as Saying;
  atOnce(lookOn(read, found));
  const rows = read.all(kindsOf, { ents: JSON.stringify([...found.ents]) });
  const of = (type: string) => rows.filter((row) => row.type === type).map(({ ent }) => ent);
  const whole = of('session').flatMap((ent) => read.all(sessionIdOf, { ent }));
  const sessions = whole.map(({ session_id }) => needs.sessions.belongings(read, session_id));
  const entries = of('context').filter((ent) => needs.entries.mayKnow(read, ent, context));
  const hidden = new Set(of('context').filter((ent) => !entries.includes(ent)));
  const others = rows.filter(({ ent, type }) => type !== 'session' && type !== 'context' && !hidden.has(ent));
  // of the conversations of which a part goes nothing is kept of the transcript: their lines say it, too
  const parts = new Set(others.flatMap(({ session_id }) => session_id ?? []));
  const around = [...parts].flatMap((id) => needs.sessions.belongings(read, id).conversations);
  const ents = [...sessions.flatMap((each) => each.ents), ...entries, ...others.map(({ ent }) => ent)];
  return {
    ...{ sessions: sessions.flatMap((each) => each.sessions), entries, fleeting: [] },
    others: others.map(({ ent }) => ent),
    ents: [...new Set(ents)],
    conversations: [...found.conversations.values(), ...around, ...sessions.flatMap((each) => each.conversations)],
  };
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
  return { sessions, entries, fleeting, ents: [...new Set([...ents, ...entries])], conversations, others: [] };
}

/** A person may have gone on with some of it: that stays, with what they said. */
function ofPackage({ needs, read }: Look, package_id: string): Chosen {
  const rows = read.all(ofPackageAlone, { package_id });
  const sessions = rows
    .filter(({ type }) => type === 'session')
    .map(({ session_id }) => needs.sessions.find(read, session_id ?? ''));
  const entries = rows.filter(({ type }) => type === 'context').map(({ ent }) => ent);
  const ents = [...rows, ...read.all(runsOfPackage, { package_id })].map(({ ent }) => ent);
  return { sessions, entries, fleeting: [], ents, conversations: [], others: [] };
}

/** A handoff carries the values of its session's entries along: it goes with them. */
function ofEntries(read: Read, entries: readonly string[], fleeting: readonly FleetingEntry[]): Chosen {
  const keys = entries.flatMap((ent) => read.all(keyOfEntry, { ent })).map(({ key }) => key);
  const handoffs = keys.flatMap((key) => read.all(handoffsQuoting, { key })).map(({ ent }) => ent);
  return {
    sessions: [],
    entries,
    fleeting,
    ents: [...new Set([...entries, ...handoffs])],
    conversations: [],
    others: [],
  };
}
