import { PrsistError } from '../../core/errors.ts';
import type { Parsed, Reply } from '../../core/operation.ts';
import { judge } from '../../core/trust.ts';
import type { Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import { readTimeCursor, writeTimeCursor } from '../time-cursor.ts';
import type { contract } from './contract.ts';
import { changesOf, type DocumentRow, documentPage } from './queries.ts';
import type { DocumentPut } from './records.ts';
import { aboutDocument, leastTrust, named } from './wire.ts';

type Get = (typeof contract)['document.get'];
type List = (typeof contract)['document.list'];

/** The text of a document as it is now. */
export function textOf(read: Read, { rec, merged }: DocumentRow): string {
  return merged ?? read.text(read.fields(rec), 'content');
}

/** The text of a revision. Throws document/not-found when the document never had so many. */
export function textOfRevision(read: Read, row: DocumentRow, revision: number): string {
  const found = revisionsOf(read, row)[revision - 1];
  if (found) return read.text(found, 'content');
  const message = `${row.uri} has ${row.revision} revisions, not ${revision}`;
  throw new PrsistError('document/not-found', message, { hint: `prsist document history ${JSON.stringify(row.uri)}` });
}

/** Fields of the puts that brought a text, oldest first: number n is revision n + 1. */
function revisionsOf(read: Read, { ent }: DocumentRow): readonly DocumentPut[] {
  return read
    .all(changesOf, { ent })
    .filter(({ op }) => op === 'put')
    .map(({ n }) => read.fields(n))
    .filter((fields) => fields['content'] !== undefined || fields['content_blob'] !== undefined);
}

/** Gets one document with its text; a retired one, too, since its name was asked for. */
export function get(context: Context, { uri, revision }: Parsed<Get>): Reply<Get> {
  const read = context.read.project;
  const row = named(read, uri, context);
  const content = revision === undefined ? textOf(read, row) : textOfRevision(read, row, revision);
  // trust is that of the text that stands: an earlier one may be what it was put right from
  if (revision !== undefined && judge('import', content).trust < leastTrust(context.caller)) {
    throw new PrsistError('document/not-found', `no revision ${revision} of ${row.uri} for agents`);
  }
  return {
    ...aboutDocument(row),
    ...(revision === undefined ? {} : { revision, bytes: Buffer.byteLength(content) }),
    content,
  };
}

/** Lists documents, latest change first. */
export function list(context: Context, input: Parsed<List>): Reply<List> {
  const { kind = null, source = null, prefix, state, limit } = input;
  const rows = context.read.project.all(documentPage, {
    ...{ kind, source, prefix: prefix || null, retired: state === 'retired' ? 1 : 0 },
    ...{ least_trust: leastTrust(context.caller), limit: limit + 1, ...readTimeCursor(input.cursor) },
  });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(aboutDocument),
    next_cursor: rows.length > limit && last ? writeTimeCursor(last) : null,
  };
}
