import { headOf } from '../../core/excerpt.ts';
import type { Actor } from '../../core/record.ts';
import type { Read } from '../../store/record-type.ts';
import { type DoubtedParams, doubtedPage, type EntryRow } from './queries.ts';
import { rfc3339, valueText } from './reply.ts';

const excerptChars = 200;

/** Entries in quarantine or trusted less than their origin, newest first; with all those that people decided about, too. */
export function doubtedEntries(read: Read, { all, session, author, limit }: Asked) {
  return read.all(doubtedPage, { all: all ? 1 : 0, session, author, limit }).map(wireDoubted);
}

type Asked = Omit<DoubtedParams, 'all'> & { readonly all: boolean };

function wireDoubted(row: EntryRow) {
  const actor = JSON.parse(row.actor) as Actor; // written by the projection from an Actor
  return {
    ...{ kind: 'entry' as const, id: row.ent, name: row.key, scope: row.scope, origin: row.origin, trust: row.trust },
    ...{ text: headOf(valueText(row.value), excerptChars), author: actor.agent ?? actor.user },
    ...{ session_id: actor.session ?? null, at: rfc3339(row.updated_at), doubts: JSON.parse(row.doubts) as string[] },
    ...{ decided: row.decided === 1, state: row.state },
  };
}
