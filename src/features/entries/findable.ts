import { cutParts } from '../../core/excerpt.ts';
import type { Projecting, Read } from '../../store/record-type.ts';
import type { EntryOf, Findable, Hiding, SearchPart, Showing } from '../findable.ts';
import { type EntryRow, entryByEnt } from './queries.ts';
import { contextPut, contextRetire } from './records.ts';
import { entryReply, isLive, valueText } from './reply.ts';

type Clock = () => number;

/** An entry is found by its value and its key, as they stand after each change. */
export const findables: readonly Findable[] = [{ record: contextPut.name, parts: ({ ent }, tx) => partsOf(tx, ent) }];

/** Retired entries are hidden; storing one again shows it again. */
export const hidings: readonly Hiding[] = [
  { record: contextRetire.name, hidden: ({ ent }) => [{ kind: 'entry', ent, hidden: true }] },
  { record: contextPut.name, hidden: ({ ent }) => [{ kind: 'entry', ent, hidden: false }] },
];

/** How a found entry is shown. clock: milliseconds, since an expired entry is gone for whoever looks. */
export function showing(clock: Clock): Showing {
  return {
    kind: 'entry',
    text: (read, ent, part) => {
      const row = liveRow(read, ent, clock());
      return row ? (searchTexts(row)[part] ?? '') : '';
    },
    heading: (read, ent) => ({ key: read.one(entryByEnt, { ent })?.key ?? null, title: null }),
  };
}

/** Gives context.search the whole of an entry it found; undefined for a retired or expired one. */
export function foundEntry(clock: Clock): EntryOf {
  return (read, ent) => {
    const row = liveRow(read, ent, clock());
    return row && entryReply(row);
  };
}

function liveRow(read: Read, ent: string, now: number): EntryRow | undefined {
  const row = read.one(entryByEnt, { ent });
  return row && isLive(row, now) ? row : undefined;
}

function partsOf(tx: Projecting, ent: string): readonly SearchPart[] {
  const row = tx.one(entryByEnt, { ent });
  if (!row) return [];
  const { layer, scope, priority, trust, user_id, category } = row;
  const about = { layer, scope, priority, trust, user_id, category, tenant_id: null, path: null };
  return searchTexts(row).map((text, part) => ({
    ...about,
    ...{ kind: 'entry', ent, part, text, names: row.key, at: row.updated_at },
    ...{ session_id: row.in_session, agent_id: agentOf(row), author: row.source },
  }));
}

/** At least one part, so that an entry with an empty value is found by its key. */
function searchTexts(row: EntryRow): readonly string[] {
  const parts = cutParts(valueText(row.value));
  return parts.length > 0 ? parts : [''];
}

function agentOf({ actor }: EntryRow): string | null {
  const { agent } = JSON.parse(actor) as { readonly agent?: string }; // written by the projection from an Actor
  return agent ?? null;
}
