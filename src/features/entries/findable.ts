import { cutParts } from '../../core/excerpt.ts';
import type { Projecting, Read } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import type { EntryOf, Findable, Hiding, SearchPart, Showing } from '../findable.ts';
import { superseding } from './access-queries.ts';
import { standing } from './life.ts';
import { type EntryNeeds, momentOf } from './needs.ts';
import { type EntryRow, entryByEnt } from './queries.ts';
import { contextPut, contextRetire, contextTag, contextTrust } from './records.ts';
import { entryReply, mayBeTold, valueText } from './reply.ts';

/** What says how an entry reads at a moment. */
type Needs = Pick<EntryNeeds, 'settings' | 'sessions'>;

/** An entry is found by its value, its key and its tags, as they stand after each change. */
export const findables: readonly Findable[] = [contextPut, contextTag, contextTrust, contextRetire].map(({ name }) => ({
  record: name,
  parts: ({ ent }, tx) => partsOf(tx, ent),
}));

/** Retired entries are hidden; storing one again shows it again. */
export const hidings: readonly Hiding[] = [
  { record: contextRetire.name, hidden: ({ ent }) => [{ kind: 'entry', ent, hidden: true }] },
  { record: contextPut.name, hidden: ({ ent }) => [{ kind: 'entry', ent, hidden: false }] },
];

/** How a found entry is shown to whoever asks: one that is over, or not theirs to know of, is no result. */
export function showing(needs: Needs): Showing {
  return {
    kind: 'entry',
    text: (read, ent, part, context) => {
      const row = rowFor(needs, context, { read, ent });
      return row && (searchTexts(row)[part] ?? '');
    },
    heading: (read, ent) => ({ key: read.one(entryByEnt, { ent })?.key ?? null, title: null }),
    isSuperseded: (read, ent) => read.one(superseding, { ent }) !== undefined,
  };
}

/** Gives context.search the whole of an entry it found; undefined where context.retrieve would answer with none. */
export function foundEntry(needs: Needs): EntryOf {
  return (read, ent, context) => {
    const row = rowFor(needs, context, { read, ent });
    return row && entryReply(row);
  };
}

/** The entry as it stands for whoever asks, by the same rule as lists and single reads. */
function rowFor(
  needs: Needs,
  context: Context,
  { read, ent }: { readonly read: Read; readonly ent: string },
): EntryRow | undefined {
  const row = read.one(entryByEnt, { ent });
  const one = row && standing(row, momentOf(needs, context));
  return one && mayBeTold(one, context.caller) ? one : undefined;
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
