// What a person remembered as somebody else: before this device joined the others of the same person.
import type { Id } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Actor, Origin } from '../../core/record.ts';
import type { Write } from '../../store/record-type.ts';
import { entryId } from './identity.ts';
import { entriesOfUser, entryByEnt } from './queries.ts';
import { contextPut, contextRetire, contextTag } from './records.ts';

/**
 * Puts the entries of scope user once more under another id of the same person, with who said them, and retires those of
 * the former id. What is known under the new id already stays as it is. Again it changes nothing. Returns how many.
 */
export function adoptEntries(tx: Write, { from, to }: { readonly from: string; readonly to: string }): number {
  const by = { actor: { user: to }, origin: 'human' } as const;
  const rows = tx.all(entriesOfUser, { user_id: from });
  for (const row of rows) {
    const { key, layer, priority, category, source, tenant_id, expires_at, value } = row;
    const owner = { scope: 'user', tenant_id, user_id: to, session_id: null, agent_id: null } as const;
    const ent = entryId(key, owner);
    if (!tx.one(entryByEnt, { ent })) {
      // columns that a projection of ours wrote
      const said = { origin: row.origin as Origin, actor: JSON.parse(row.actor) as Actor };
      const metadata = JSON.parse(row.metadata) as Record<string, unknown>;
      const tags = JSON.parse(row.tags) as string[];
      tx.append(contextPut, {
        ...{ ent, ...by },
        fields: {
          ...{ key, scope: 'user', user_id: to, layer, priority, category, source, metadata, expires_at, said },
          ...(tenant_id === null ? {} : { tenant_id }),
          ...tx.keep('value', value, limits.inlineValueBytes),
        },
      });
      if (tags.length > 0) tx.append(contextTag, { ent, fields: { add: tags }, ...by });
    }
    tx.append(contextRetire, { ent: row.ent as Id, fields: { reason: 'this device joined the others' }, ...by });
  }
  return rows.length;
}
