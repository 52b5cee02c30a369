import { type DocumentPart, documentParts } from '../../core/document-parts.ts';
import type { Actor } from '../../core/record.ts';
import type { Projecting, Read } from '../../store/record-type.ts';
import type { Findable, Hiding, SearchPart, Showing } from '../findable.ts';
import { type DocumentRow, documentByEnt } from './queries.ts';
import { textOf } from './read.ts';
import { documentPut, documentRetire, documentTrust } from './records.ts';

/** A document is found by its text, its title, its headings and its uri, as they stand after each change. */
export const findables: readonly Findable[] = [
  ...[documentPut, documentTrust, documentRetire].map(({ name }) => ({
    record: name,
    parts: ({ ent }: { readonly ent: string }, tx: Projecting) => partsOf(tx, ent),
  })),
];

/** Retired documents are hidden; putting or restoring one shows it again. */
export const hidings: readonly Hiding[] = [
  { record: documentRetire.name, hidden: ({ ent }) => [{ kind: 'document', ent, hidden: true }] },
  { record: documentPut.name, hidden: ({ ent }) => [{ kind: 'document', ent, hidden: false }] },
];

/** Of a document the found part is shown, under its title and the headings above the part. */
export const showings: readonly Showing[] = [
  {
    kind: 'document',
    text: (read, ent, part) => {
      const row = liveRow(read, ent);
      return row && searchParts(read, row)[part]?.text;
    },
    heading: (read, ent, part = 0) => {
      const row = liveRow(read, ent);
      if (!row) return { key: null, title: null };
      const headings = searchParts(read, row)[part]?.headings ?? [];
      const above = headings[0] === row.title ? headings : [row.title, ...headings];
      return { key: row.uri, title: above.join(' › ') };
    },
  },
];

function liveRow(read: Read, ent: string): DocumentRow | undefined {
  const row = read.one(documentByEnt, { ent });
  return row?.retired_at === null ? row : undefined;
}

function partsOf(tx: Projecting, ent: string): readonly SearchPart[] {
  const row = tx.one(documentByEnt, { ent });
  if (!row) return [];
  const { session_id, trust, path, updated_at } = row;
  const { agent } = JSON.parse(row.actor) as Actor; // written by the projection from an Actor
  const about = {
    session_id,
    trust,
    path: path ?? row.uri,
    at: updated_at,
    agent_id: agent ?? null,
    author: row.source,
  };
  return searchParts(tx, row).map(({ headings, text }, part) => ({
    ...about,
    ...{ kind: 'document', ent, part, text, names: [row.title, ...headings].join('\n'), category: row.kind },
    ...{ layer: null, scope: null, priority: null, tenant_id: null, user_id: null },
  }));
}

/** At least one part, so that a document without words is found by its title. */
function searchParts(read: Read, row: DocumentRow): readonly DocumentPart[] {
  const parts = documentParts(textOf(read, row), row.mime);
  return parts.length > 0 ? parts : [{ headings: [], text: '' }];
}
