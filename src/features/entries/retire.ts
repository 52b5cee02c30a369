import type { Parsed, Reply } from '../../core/operation.ts';
import type { Write } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { contract } from './contract.ts';
import type { EphemeralEntries } from './ephemeral.ts';
import { databaseOf, ownerOf } from './identity.ts';
import { standing } from './life.ts';
import { about, findNamed, rowNow } from './named.ts';
import { type EntryNeeds, momentOf } from './needs.ts';
import type { EntryRow } from './queries.ts';
import { contextPut, contextRetire } from './records.ts';
import { entryReply, rfc3339 } from './reply.ts';

type Delete = (typeof contract)['context.delete'];
type Restore = (typeof contract)['context.restore'];

/** Retires an entry: hidden, its history kept. Twice is no error and gives the same answer. An ephemeral one is gone. */
export function retire({ ephemeral }: Pick<EntryNeeds, 'ephemeral'>) {
  return (tx: Write, input: Parsed<Delete>, context: Context): Reply<Delete> => {
    const fleeting = heldInMemory(ephemeral, input, context);
    if (fleeting) {
      const { row, space } = fleeting;
      tx.after(() => ephemeral.drop(space, row.key, row));
      return { entry_id: row.ent, key: row.key, retired_at: rfc3339(context.now) };
    }
    const row = findNamed(tx, input, context);
    const reply = { entry_id: row.ent, key: row.key };
    if (row.state === 'retired') return { ...reply, retired_at: rfc3339(row.updated_at) };
    const fields = input.reason === undefined ? {} : { reason: input.reason };
    const { writtenAt } = tx.append(contextRetire, { ...about(row, context), fields });
    return { ...reply, retired_at: rfc3339(writtenAt) };
  };
}

/** The ephemeral entry a request names; undefined when there is none. */
export function heldInMemory(ephemeral: EphemeralEntries, input: Parsed<Delete>, context: Context) {
  const { scope = 'project', key } = input;
  if (key === undefined) return undefined;
  const space = databaseOf(scope) === 'user' ? '' : context.project.id;
  const row = ephemeral.get(space, key, ownerOf(scope, input, context), context.now);
  return row && { row, space };
}

/**
 * Brings back a retired entry, and one whose time was over, without that time: whoever asks for it finds it again. One that
 * its session or layer would hide at once comes back as a short-term entry. Of one that is there nothing changes.
 */
export function restore(needs: Pick<EntryNeeds, 'settings' | 'sessions'>) {
  return (tx: Write, input: Parsed<Restore>, context: Context): Reply<Restore> => {
    const row = findNamed(tx, input, context);
    const moment = momentOf(needs, context);
    const asItIs = standing(row, moment);
    if (asItIs) return entryReply(asItIs);
    const isOver = row.expires_at !== null && row.expires_at <= context.now;
    const back: EntryRow = { ...row, state: 'live', updated_at: context.now, ...(isOver ? { expires_at: null } : {}) };
    const layer = standing(back, moment) ? {} : { layer: 'short_term' as const };
    tx.append(contextPut, { ...about(row, context), fields: { ...(isOver ? { expires_at: null } : {}), ...layer } });
    const after = rowNow(tx, row);
    return entryReply(standing(after, moment) ?? after);
  };
}
