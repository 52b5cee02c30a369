// What a person remembered as somebody else: before this device joined the others of the same person.
import type { Id } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Actor, Origin } from '../../core/record.ts';
import type { Write } from '../../store/record-type.ts';
import { entryId } from './identity.ts';
import { type EntryRow, entriesOfUser, entryByEnt, linksOf } from './queries.ts';
import { contextLink, contextPut, contextRetire, contextTag, contextTrust } from './records.ts';

/**
 * Puts the entries of scope user once more under another id of the same person, with who said them, how far they are
 * trusted and what they are linked to, and retires those of the former id. What is known under the new id already stays
 * as it is. Again it changes nothing. Returns how many.
 */
export function adoptEntries(tx: Write, { from, to }: { readonly from: string; readonly to: string }): number {
  if (from === to) return 0;
  const by = { actor: { user: to }, origin: 'human' } as const;
  const rows = tx.all(entriesOfUser, { user_id: from });
  const renamed = new Map(rows.map((row) => [row.ent, renamedTo(row, to)]));
  for (const row of rows) {
    const ent = renamedTo(row, to);
    if (!tx.one(entryByEnt, { ent })) putAgain(tx, row, { ent, user: to, renamed });
    tx.append(contextRetire, { ent: row.ent as Id, fields: { reason: 'this device joined the others' }, ...by });
  }
  return rows.length;
}

function renamedTo({ key, tenant_id }: EntryRow, user_id: string): Id {
  return entryId(key, { scope: 'user', tenant_id, user_id, session_id: null, agent_id: null });
}

interface Again {
  readonly ent: Id;
  readonly user: string;
  readonly renamed: ReadonlyMap<string, string>;
}

function putAgain(tx: Write, row: EntryRow, { ent, user, renamed }: Again): void {
  const about = { ent, actor: { user }, origin: 'human' } as const;
  const { key, layer, priority, category, source, tenant_id, in_session, expires_at, value } = row;
  // columns that a projection of ours wrote
  const said = { origin: row.origin as Origin, actor: JSON.parse(row.actor) as Actor };
  const metadata = JSON.parse(row.metadata) as Record<string, unknown>;
  const add = JSON.parse(row.tags) as string[];
  tx.append(contextPut, {
    ...about,
    fields: {
      ...{ key, scope: 'user', user_id: user, layer, priority, category, source, metadata, expires_at, said },
      ...(tenant_id === null ? {} : { tenant_id }),
      ...(in_session === null ? {} : { session_id: in_session }),
      ...tx.keep('value', value, limits.inlineValueBytes),
    },
  });
  if (add.length > 0) tx.append(contextTag, { ...about, fields: { add } });
  const links = tx.all(linksOf, row).map(({ rel, target }) => ({ rel, ent: renamed.get(target) ?? target }));
  if (links.length > 0) tx.append(contextLink, { ...about, fields: { add: links } });
  // what was in quarantine, or was let out of it, is not judged anew
  if (row.decided === 1 || row.trust === 0) tx.append(contextTrust, { ...about, fields: { trust: row.trust } });
}
