import { canonical } from '../../core/canonical.ts';
import type { Applied } from '../../store/record-type.ts';
import type { DocumentRow } from './queries.ts';
import type { DocumentPut } from './records.ts';

/** A row as it is written. */
export type Written = { readonly [C in keyof DocumentRow]: string | number | null };

/** What a document is before anything was said about it; undefined without a uri. */
export function newRow({ n, ent, fields, writtenAt, origin, actor }: Applied<DocumentPut>): DocumentRow | undefined {
  const { uri } = fields;
  if (uri === undefined) return undefined;
  return {
    ...{
      ent,
      uri,
      title: uri,
      merged: null,
      kind: 'note',
      mime: 'text/plain',
      rec: n,
      sha256: '',
      bytes: 0,
      revision: 0,
    },
    ...{ version: null, source: '', path: null, session_id: null, metadata: '{}', retired_at: null },
    ...{ created_at: writtenAt, updated_at: writtenAt, origin, trust: 0, actor: canonical(actor) },
  };
}
