import type { Id } from '../../core/ids.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import type { Write } from '../../store/record-type.ts';
import { actorOf, type Context } from '../feature.ts';
import type { contract } from './contract.ts';
import { keep } from './keep.ts';
import { textOf, textOfRevision } from './read.ts';
import { documentRetire } from './records.ts';
import { named, rfc3339 } from './wire.ts';

type Delete = (typeof contract)['document.delete'];
type Restore = (typeof contract)['document.restore'];

/** Retires a document: hidden, its history kept. Twice is no error and gives the same answer. */
export function retire(tx: Write, { uri, reason }: Parsed<Delete>, context: Context): Reply<Delete> {
  const { caller } = context;
  const row = named(tx, uri, context);
  const reply = { uri: row.uri, document_id: row.ent };
  if (row.retired_at !== null) return { ...reply, retired_at: rfc3339(row.retired_at) };
  const ent = row.ent as Id; // ids in rows are ids of records
  const fields = reason === undefined ? {} : { reason };
  const { writtenAt } = tx.append(documentRetire, { ent, fields, actor: actorOf(caller), origin: caller.origin });
  return { ...reply, retired_at: rfc3339(writtenAt) };
}

/** Shows a retired document again; with a revision its text is the one of then, as a new revision. */
export function restore(tx: Write, { uri, revision }: Parsed<Restore>, context: Context): Reply<Restore> {
  const row = named(tx, uri, context);
  const by = { actor: actorOf(context.caller) };
  const content = revision === undefined ? textOf(tx, row) : textOfRevision(tx, row, revision);
  return keep(tx, { uri: row.uri, content, mime: row.mime }, by);
}
