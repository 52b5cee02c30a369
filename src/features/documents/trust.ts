import { PrsistError } from '../../core/errors.ts';
import type { Id } from '../../core/ids.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Write } from '../../store/record-type.ts';
import { actorOf, type Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { documentByEnt } from './queries.ts';
import { documentTrust } from './records.ts';
import { aboutDocument, named } from './wire.ts';

type Trust = (typeof contract)['document.trust'];

/** Decides how far the text of a document is trusted. Only a person may: an agent that could would raise what it read. */
export function trust(tx: Write, input: Parsed<Trust>, context: Context): Reply<Trust> {
  const { caller } = context;
  if (caller.origin !== 'human') {
    throw new PrsistError('auth/refused', 'trust is decided by a person', {
      hint: 'run prsist trust promote yourself',
    });
  }
  const row = named(tx, input.uri, context);
  const reason = input.reason === undefined ? {} : { reason: input.reason };
  if (row.trust !== input.trust) {
    const about = { ent: row.ent as Id, actor: actorOf(caller), origin: caller.origin }; // ids in rows are ids of records
    tx.append(documentTrust, { ...about, fields: { trust: input.trust, ...reason } });
  }
  return aboutDocument(tx.one(documentByEnt, row) ?? row);
}
