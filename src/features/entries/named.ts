// The entry a request names, by its key and owner or by its id.
import { PrsistError } from '../../core/errors.ts';
import type { Id } from '../../core/ids.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { actorOf, type Context } from '../feature.ts';
import { databaseOf, entryId, type Named, ownerOf } from './identity.ts';
import { type EntryRow, entryByEnt } from './queries.ts';
import { mayBeTold } from './reply.ts';

export interface NamedEntry extends Named {
  readonly key?: string | undefined;
  readonly entry_id?: string | undefined;
}

/** The database that holds the entry a request names; without a scope a key is one of the project. */
export function placeOfNamed(named: NamedEntry, { read }: Context): 'project' | 'user' {
  if (named.scope !== undefined) return databaseOf(named.scope);
  const inUser = named.entry_id !== undefined && read.user.one(entryByEnt, { ent: named.entry_id });
  return inUser ? 'user' : 'project';
}

/**
 * The entry a request names, in the database it is looked for in. Key and id together must mean the same one.
 * Throws entry/not-found, also for an entry that is not the caller's to know of.
 */
export function findNamed(read: Read, named: NamedEntry, context: Context): EntryRow {
  const row = read.one(entryByEnt, { ent: entOf(named, context) });
  if (row && fits(row, named, context)) return row;
  const name = named.key ?? named.entry_id ?? '';
  throw new PrsistError('entry/not-found', `no entry ${name}`, { hint: elsewhere(named, context, name) });
}

/** What a record about an entry says besides its fields. */
export function about(row: EntryRow, { caller }: Context) {
  // ids in rows are ids of records
  return { ent: row.ent as Id, actor: actorOf(caller), origin: caller.origin };
}

/** The row as it is after a record about it. */
export function rowNow(tx: Write, row: EntryRow): EntryRow {
  return tx.one(entryByEnt, { ent: row.ent }) ?? row;
}

function entOf({ key, entry_id, ...named }: NamedEntry, context: Context): string {
  if (entry_id !== undefined) return entry_id;
  if (key === undefined) throw new PrsistError('input/invalid', 'give key or entry_id', { field: 'key' });
  return entryId(key, ownerOf(named.scope ?? 'project', named, context));
}

function fits(row: EntryRow, { key, scope, user_id }: NamedEntry, context: Context): boolean {
  if (key !== undefined && row.key !== key) return false;
  if (scope !== undefined && row.scope !== scope) return false;
  if (row.scope === 'user' && row.user_id !== (user_id ?? context.caller.user)) return false;
  return mayBeTold(row, context.caller);
}

function elsewhere({ key, scope, ...named }: NamedEntry, context: Context, name: string): string {
  const ofUser = key === undefined ? undefined : entryId(key, ownerOf('user', named, context));
  const row = ofUser && scope === undefined ? context.read.user.one(entryByEnt, { ent: ofUser }) : undefined;
  return row ? 'it is one of the user: give scope user' : `prsist search ${JSON.stringify(name)}`;
}
