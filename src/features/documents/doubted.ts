import { doubtsOf } from '../../core/doubt.ts';
import { headOf } from '../../core/excerpt.ts';
import type { Actor, Origin } from '../../core/record.ts';
import { trustOf } from '../../core/trust.ts';
import type { Read } from '../../store/record-type.ts';
import { type DocumentRow, type DoubtedParams, doubtedDocumentPage } from './queries.ts';
import { textOf } from './read.ts';
import { rfc3339 } from './wire.ts';

const excerptChars = 200;

/** Documents in quarantine, newest first; with all those that people decided about, and retired ones, too. */
export function doubtedDocuments(read: Read, { all, session, author, limit }: Asked) {
  return read
    .all(doubtedDocumentPage, { all: all ? 1 : 0, session, author, limit })
    .map((row) => wireDoubted(read, row));
}

type Asked = Omit<DoubtedParams, 'all'> & { readonly all: boolean };

function wireDoubted(read: Read, row: DocumentRow & { readonly decided: number }) {
  const actor = JSON.parse(row.actor) as Actor; // written by the projection from an Actor
  const text = textOf(read, row);
  return {
    ...{ kind: 'document' as const, id: row.ent, name: row.uri, scope: null, origin: row.origin, trust: row.trust },
    ...{ text: headOf(text.trim(), excerptChars), author: actor.agent ?? actor.user },
    ...{ session_id: row.session_id ?? actor.session ?? null, at: rfc3339(row.updated_at) },
    doubts: trustOf(row.origin as Origin) > 0 ? [...doubtsOf(`${row.title}\n${text}`)] : [],
    ...{ decided: row.decided === 1, state: row.retired_at === null ? ('live' as const) : ('retired' as const) },
  };
}
