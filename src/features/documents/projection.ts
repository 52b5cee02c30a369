import { canonical } from '../../core/canonical.ts';
import { sha256Hex } from '../../core/ids.ts';
import { documentTable } from '../../core/merge-tables.ts';
import { judge } from '../../core/trust.ts';
import { type Applied, on, type Projecting, projection, query } from '../../store/record-type.ts';
import { type DocumentRow, documentByEnt } from './queries.ts';
import { type DocumentPut, documentPut, documentRetire, documentTrust } from './records.ts';
import { newRow, type Written } from './row.ts';
import { isQuarantined, settledRow, told } from './settled.ts';

const write = query<Written, unknown>(
  `insert into documents (ent, uri, title, kind, mime, rec, sha256, bytes, version, revision, source, path, session_id,
     metadata, created_at, updated_at, retired_at, origin, trust, actor, merged)
   values (:ent, :uri, :title, :kind, :mime, :rec, :sha256, :bytes, :version, :revision, :source, :path, :session_id,
     :metadata, :created_at, :updated_at, :retired_at, :origin, :trust, :actor, :merged)
   on conflict (ent) do update set title = :title, kind = :kind, mime = :mime, rec = :rec, sha256 = :sha256,
     bytes = :bytes, version = :version, revision = :revision, source = :source, path = :path,
     session_id = :session_id, metadata = :metadata, created_at = :created_at, updated_at = :updated_at,
     retired_at = :retired_at, origin = :origin, trust = :trust, actor = :actor, merged = :merged`,
);
const retire = query<{ ent: string; at: number }, unknown>(
  'update documents set retired_at = :at, updated_at = max(updated_at, :at) where ent = :ent',
);

const decide = query<{ ent: string; trust: number }, unknown>('update documents set trust = :trust where ent = :ent');

const eraseBankFiles = query<{ ents: string }, unknown>(
  `delete from bank_files where 'bank:' || name in
     (select uri from documents where ent in (select value from json_each(:ents)))`,
);

/** One row per document: what it is now, and where its text stands. */
export const documents = projection({
  name: 'documents',
  version: 1,
  in: 'project',
  tables: { documents: { local: ['rec'] } },
  // what a folder and the memory had in common last is a text of its own
  erase: (tx, ents) => {
    tx.run(eraseBankFiles, { ents: JSON.stringify(ents) });
  },
  settles: [
    {
      ...{ type: 'document', table: documentTable, told, isQuarantined },
      settle: (tx, entity) => {
        const row = settledRow(tx, entity);
        if (row) tx.run(write, row);
      },
    },
  ],
  handlers: [
    on(documentPut, (tx, record) => {
      const row = rowAfter(tx, record);
      if (row === 'settle') return row;
      if (row) tx.run(write, row);
      return undefined;
    }),
    on(documentRetire, (tx, { ent, writtenAt }) => {
      tx.run(retire, { ent, at: writtenAt });
    }),
    // about the text that stands: a later one is trusted by where it comes from
    on(documentTrust, (tx, { ent, fields, origin }) => {
      if (origin === 'human') tx.run(decide, { ent, trust: Math.min(3, Math.max(0, Math.trunc(fields.trust))) });
    }),
  ],
});

/**
 * The row with a change laid over it; undefined for a change of a document whose first put is not here. settle: its text
 * has another title, and reads differently with it, unless somebody has decided how far it is trusted.
 */
function rowAfter(tx: Projecting, record: Applied<DocumentPut>): Written | 'settle' | undefined {
  const { ent, fields, writtenAt } = record;
  const before = tx.one(documentByEnt, { ent }) ?? newRow(record);
  if (!before) return undefined;
  const { title, kind, mime, version, source, path, session_id, metadata } = fields;
  const isSaid = fields.content !== undefined || fields.content_blob !== undefined;
  if (title !== undefined && !isSaid && before.revision > 0) return 'settle';
  return {
    ...before,
    ...(title === undefined ? {} : { title }),
    ...(kind === undefined ? {} : { kind }),
    ...(mime === undefined ? {} : { mime }),
    ...(version === undefined ? {} : { version }),
    ...(source === undefined ? {} : { source }),
    ...(path === undefined ? {} : { path }),
    ...(session_id === undefined ? {} : { session_id }),
    ...(metadata === undefined ? {} : { metadata: canonical(metadata) }),
    ...contentAfter(tx, record, before),
    ...{ created_at: Math.min(before.created_at, writtenAt), updated_at: Math.max(before.updated_at, writtenAt) },
    retired_at: null,
  };
}

/** Every text is a revision of its own; who brought it is remembered with it. */
function contentAfter(tx: Projecting, record: Applied<DocumentPut>, before: DocumentRow): Partial<Written> {
  const { n, fields, origin, actor } = record;
  if (fields.content === undefined && fields.content_blob === undefined) return {};
  const text = tx.text(fields, 'content');
  return {
    ...{ rec: n, merged: null, sha256: sha256Hex(text), bytes: Buffer.byteLength(text), revision: before.revision + 1 },
    ...{ origin, trust: judge(origin, `${fields.title ?? before.title}\n${text}`).trust, actor: canonical(actor) },
  };
}
