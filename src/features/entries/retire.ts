import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Scope } from '../../core/words.ts';
import type { Read, Write } from '../../store/record-type.ts';
import { actorOf, type Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { entryId } from './identity.ts';
import { type EntryRow, entryByEnt } from './queries.ts';
import { contextRetire } from './records.ts';
import { rfc3339 } from './reply.ts';

type Delete = (typeof contract)['context.delete'];

/** Retires an entry: hidden, its history kept. Twice is no error and gives the same answer. */
export function retire(tx: Write, input: Parsed<Delete>, context: Context): Reply<Delete> {
  const row = named(tx, input, context);
  const reply = { entry_id: row.ent, key: row.key };
  if (row.state === 'retired') return { ...reply, retired_at: rfc3339(row.updated_at) };
  const { caller } = context;
  const fields = input.reason === undefined ? {} : { reason: input.reason };
  const { writtenAt } = tx.append(contextRetire, {
    // ids in rows are ids of records
    ent: row.ent as ReturnType<typeof entryId>,
    fields,
    actor: actorOf(caller),
    origin: caller.origin,
  });
  return { ...reply, retired_at: rfc3339(writtenAt) };
}

function named(tx: Write, input: Parsed<Delete>, context: Context): EntryRow {
  const scope = input.scope ?? 'project';
  const row = find(tx, { ...input, scope, user: context.caller.user });
  if (row) return row;
  const elsewhere = find(context.read.user, { ...input, scope: 'user', user: context.caller.user });
  const name = input.key ?? input.entry_id ?? '';
  throw new PrsistError('entry/not-found', `no entry ${name}`, {
    hint:
      elsewhere && scope === 'project'
        ? 'it is one of the user: give scope user'
        : `prsist search ${JSON.stringify(name)}`,
  });
}

interface Asked {
  readonly key?: string | undefined;
  readonly entry_id?: string | undefined;
  readonly scope: Scope;
  readonly user: string;
}

/** Key and id together must mean the same entry. */
function find(read: Read, { key, entry_id, scope, user }: Asked): EntryRow | undefined {
  const ent = entry_id ?? (key === undefined ? undefined : entryId({ key, scope, user }));
  if (ent === undefined) throw new PrsistError('input/invalid', 'give key or entry_id', { field: 'key' });
  const row = read.one(entryByEnt, { ent });
  if (row?.scope !== scope || (scope === 'user' && row.user_id !== user)) return undefined;
  return key === undefined || row.key === key ? row : undefined;
}
