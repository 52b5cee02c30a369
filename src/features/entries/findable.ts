import { cutParts } from '../../core/excerpt.ts';
import type { Projecting, Read } from '../../store/record-type.ts';
import type { EntryOf, Findable, Hiding, SearchPart, Showing } from '../findable.ts';
import { type Moment, standing } from './life.ts';
import { type EntryRow, entryByEnt } from './queries.ts';
import { contextPut, contextRetire, contextTag, contextTrust } from './records.ts';
import { entryReply, valueText } from './reply.ts';

/** How entries read now; read: the database that holds them. */
type MomentOf = (read: Read) => Moment;

/** An entry is found by its value, its key and its tags, as they stand after each change. */
export const findables: readonly Findable[] = [contextPut, contextTag, contextTrust].map(({ name }) => ({
  record: name,
  parts: ({ ent }, tx) => partsOf(tx, ent),
}));

/** Retired entries are hidden; storing one again shows it again. */
export const hidings: readonly Hiding[] = [
  { record: contextRetire.name, hidden: ({ ent }) => [{ kind: 'entry', ent, hidden: true }] },
  { record: contextPut.name, hidden: ({ ent }) => [{ kind: 'entry', ent, hidden: false }] },
];

/** How a found entry is shown. moment: of the look, since an expired entry is gone for whoever looks. */
export function showing(moment: MomentOf): Showing {
  return {
    kind: 'entry',
    text: (read, ent, part) => {
      const row = liveRow(read, ent, moment);
      return row ? (searchTexts(row)[part] ?? '') : '';
    },
    heading: (read, ent) => ({ key: read.one(entryByEnt, { ent })?.key ?? null, title: null }),
  };
}

/** Gives context.search the whole of an entry it found; undefined for a retired or expired one. */
export function foundEntry(moment: MomentOf): EntryOf {
  return (read, ent) => {
    const row = liveRow(read, ent, moment);
    return row && entryReply(row);
  };
}

function liveRow(read: Read, ent: string, moment: MomentOf): EntryRow | undefined {
  const row = read.one(entryByEnt, { ent });
  return row && standing(row, moment(read));
}

function partsOf(tx: Projecting, ent: string): readonly SearchPart[] {
  const row = tx.one(entryByEnt, { ent });
  if (!row) return [];
  const { layer, scope, priority, trust, tenant_id, user_id, category } = row;
  const tags = JSON.parse(row.tags) as string[]; // a list of words, written by the projection
  const about = { layer, scope, priority, trust, tenant_id, user_id, category, tags, path: null };
  return searchTexts(row).map((text, part) => ({
    ...about,
    ...{ kind: 'entry', ent, part, text, names: row.key, at: row.updated_at },
    ...{ session_id: row.session_id ?? row.in_session, agent_id: agentOf(row), author: row.source },
  }));
}

/** At least one part, so that an entry with an empty value is found by its key. */
function searchTexts(row: EntryRow): readonly string[] {
  const parts = cutParts(valueText(row.value));
  return parts.length > 0 ? parts : [''];
}

/** Of scope agent whose it is, else who wrote it. */
function agentOf({ scope, agent_id, actor }: EntryRow): string | null {
  if (scope === 'agent') return agent_id;
  const { agent } = JSON.parse(actor) as { readonly agent?: string }; // written by the projection from an Actor
  return agent ?? null;
}
