import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { type Scope, scopes } from '../../core/words.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { entryId } from './identity.ts';
import { type EntryRow, entryByEnt } from './queries.ts';
import { entryReply, isLive, leastTrust } from './reply.ts';

type Retrieve = (typeof contract)['context.retrieve'];

/** Gets one entry by key; without a scope the project's hides the user's of the same key. */
export function retrieve(context: Context, { key, scope }: Parsed<Retrieve>): Reply<Retrieve> {
  for (const one of scope ? [scope] : scopes) {
    const row = liveEntry(context, one, key);
    if (row) return entryReply(row);
  }
  throw new PrsistError('entry/not-found', `no entry ${key}`, { hint: `prsist search ${JSON.stringify(key)}` });
}

function liveEntry({ caller, read, now }: Context, scope: Scope, key: string): EntryRow | undefined {
  const row = read[scope].one(entryByEnt, { ent: entryId({ key, scope, user: caller.user }) });
  return row && isLive(row, now) && row.trust >= leastTrust(caller) ? row : undefined;
}
