// What erasing is told of entries: which of them a caller may know of, and those that are only in memory.
import type { Scope } from '../../core/words.ts';
import type { Read, Write } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import { eraseKeyAccesses } from './access-queries.ts';
import { databaseOf } from './identity.ts';
import type { EntryNeeds } from './needs.ts';
import { entryByEnt } from './queries.ts';
import { mayBeTold } from './reply.ts';

type Needs = Pick<EntryNeeds, 'ephemeral' | 'accesses'>;

/** Whether a caller may know of a stored entry, and so erase it. One without a row is only for the person. */
export function mayKnow(read: Read, ent: string, { caller }: Context): boolean {
  const row = read.one(entryByEnt, { ent });
  return row ? mayBeTold(row, caller) : caller.bound === undefined;
}

/** The entries held in memory that a caller may know of, where those of a scope are held, newest first. */
export function fleetingIn({ ephemeral }: Needs, context: Context, scope: Scope) {
  const space = databaseOf(scope) === 'user' ? '' : context.project.id;
  return ephemeral
    .list(space, context.now)
    .filter((row) => mayBeTold(row, context.caller))
    .map((row) => ({
      ...{ ent: row.ent, key: row.key, scope: row.scope, session_id: row.session_id, at: row.updated_at },
      drop: () => void ephemeral.drop(space, row.key, row),
    }))
    .sort((a, b) => b.at - a.at);
}

/** Lets go of all reads under some keys; of those that wait to be written down when that is on disk. */
export function forgetReads({ accesses }: Needs, tx: Write, keys: readonly string[]): void {
  tx.run(eraseKeyAccesses, { keys: JSON.stringify(keys) });
  tx.after(() => accesses.forget(keys));
}
