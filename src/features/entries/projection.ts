import { canonical } from '../../core/canonical.ts';
import { contextTable } from '../../core/merge-tables.ts';
import { type Applied, on, type Projecting, projection, query } from '../../store/record-type.ts';
import { eraseAccesses, eraseLinksTo, eraseTraces } from './access-queries.ts';
import { entryByEnt } from './queries.ts';
import {
  type ContextPut,
  type ContextTag,
  contextFeedback,
  contextLink,
  contextPut,
  contextRetire,
  contextTag,
  contextTrust,
} from './records.ts';
import { valueText } from './reply.ts';
import { counted, holder, judged, newRow, saidBy, type Written } from './row.ts';
import { isQuarantined, settledLinks, settledRow, told } from './settled.ts';

const write = query<Written, unknown>(
  `insert into memory_context_registry
     (ent, key, layer, scope, priority, category, source, tenant_id, user_id, session_id, agent_id, in_session, value,
      metadata, tags, created_at, updated_at, expires_at, sync_version, state, origin, trust, actor, useful, wrong, flags,
      doubts, decided)
   values
     (:ent, :key, :layer, :scope, :priority, :category, :source, :tenant_id, :user_id, :session_id, :agent_id,
      :in_session, :value, :metadata, :tags, :created_at, :updated_at, :expires_at, :sync_version, :state, :origin, :trust,
      :actor, :useful, :wrong, :flags, :doubts, :decided)
   on conflict (ent) do update set layer = :layer, priority = :priority, category = :category, source = :source,
     in_session = :in_session, value = :value, metadata = :metadata, tags = :tags, created_at = :created_at,
     updated_at = :updated_at, expires_at = :expires_at, sync_version = :sync_version, state = :state, origin = :origin,
     trust = :trust, actor = :actor, useful = :useful, wrong = :wrong, flags = :flags, doubts = :doubts,
     decided = :decided`,
);

const hide = query<{ ent: string; at: number }, unknown>(
  `update memory_context_registry set state = 'retired', flags = 0, updated_at = max(updated_at, :at),
     sync_version = sync_version + 1 where ent = :ent`,
);

type Of = { readonly ent: string };

const retag = query<Of & { tags: string; at: number }, unknown>(
  `update memory_context_registry set tags = :tags, updated_at = max(updated_at, :at), sync_version = sync_version + 1
   where ent = :ent`,
);
const addLink = query<Of & { rel: string; target: string }, unknown>(
  'insert into links (ent, rel, target) values (:ent, :rel, :target) on conflict do nothing',
);
const dropLink = query<Of & { rel: string; target: string }, unknown>(
  'delete from links where ent = :ent and rel = :rel and target = :target',
);
const dropLinks = query<Of, unknown>('delete from links where ent = :ent');
const count = query<Of & { useful: number; wrong: number }, unknown>(
  `update memory_context_registry
   set useful = useful + :useful, wrong = wrong + :wrong, sync_version = sync_version + 1 where ent = :ent`,
);
const decide = query<Of & { trust: number }, unknown>(
  'update memory_context_registry set trust = :trust, decided = 1, sync_version = sync_version + 1 where ent = :ent',
);

/** One row per entry: its current value and what is known about it. */
export const entries = projection({
  name: 'entries',
  version: 1,
  tables: {
    memory_context_registry: { local: ['id'], kept: { key: 'ent', columns: ['access_count', 'last_access'] } },
    links: {},
  },
  erase: (tx, ents) => {
    for (const erasing of [eraseAccesses, eraseTraces, eraseLinksTo]) tx.run(erasing, { ents: JSON.stringify(ents) });
  },
  settles: [
    {
      ...{ type: 'context', table: contextTable, told, isQuarantined },
      settle: (tx, entity) => {
        const row = settledRow(entity);
        if (row) tx.run(write, row);
        tx.run(dropLinks, { ent: entity.ent });
        for (const { rel, ent: target } of settledLinks(entity)) tx.run(addLink, { ent: entity.ent, rel, target });
      },
    },
  ],
  handlers: [
    on(contextPut, (tx, record) => {
      const row = rowAfter(tx, record);
      if (row === 'settle') return row;
      if (row) tx.run(write, row);
      return undefined;
    }),
    on(contextRetire, (tx, { ent, writtenAt }) => {
      tx.run(hide, { ent, at: writtenAt });
    }),
    on(contextTag, (tx, { ent, fields, writtenAt }) => {
      const row = tx.one(entryByEnt, { ent });
      if (row) tx.run(retag, { ent, tags: tagsAfter(row.tags, fields), at: writtenAt });
    }),
    on(contextLink, (tx, { ent, fields }) => {
      for (const { rel, ent: target } of fields.remove ?? []) tx.run(dropLink, { ent, rel, target });
      for (const { rel, ent: target } of fields.add ?? []) tx.run(addLink, { ent, rel, target });
      tx.run(count, { ent, useful: 0, wrong: 0 });
    }),
    // about the value that stands: a later one is trusted by where it comes from
    on(contextTrust, (tx, { ent, fields, origin }) => {
      if (origin === 'human') tx.run(decide, { ent, trust: Math.min(3, Math.max(0, Math.trunc(fields.trust))) });
    }),
    on(contextFeedback, (tx, { ent, fields: { useful = 0, wrong = 0 } }) => {
      tx.run(count, { ent, useful: counted(useful), wrong: counted(wrong) });
    }),
  ],
});

/**
 * The row with a change laid over it; undefined for a change of an entry whose creation is not here. settle: it is of layer
 * session again, and which session held it before the row does not say.
 */
function rowAfter(tx: Projecting, record: Applied<ContextPut>): Written | 'settle' | undefined {
  const { ent, fields, writtenAt } = record;
  const before = tx.one(entryByEnt, { ent }) ?? newRow(record);
  if (!before) return undefined;
  const { access_count: _, ...kept } = before;
  const { layer, priority, category, source, metadata, session_id, expires_at } = fields;
  const isBack = layer === 'session' && before.layer !== 'session' && before.sync_version > 0;
  if (isBack && before.scope !== 'session' && session_id === undefined) return 'settle';
  return {
    ...kept,
    ...(layer === undefined ? {} : { layer }),
    ...(priority === undefined ? {} : { priority }),
    ...(category === undefined ? {} : { category }),
    ...(source === undefined ? {} : { source }),
    in_session: holder({ ...before, ...(layer === undefined ? {} : { layer }) }, session_id),
    ...(expires_at === undefined ? {} : { expires_at }),
    ...(metadata === undefined ? {} : { metadata: canonical(metadata) }),
    ...valueAfter(tx, record, before.key),
    ...{ created_at: Math.min(before.created_at, writtenAt), updated_at: Math.max(before.updated_at, writtenAt) },
    ...{ sync_version: before.sync_version + 1, state: 'live', flags: 0 },
  };
}

/** Who says a value is remembered with it: a change of its priority alone leaves that as it was. */
function valueAfter(tx: Projecting, record: Applied<ContextPut>, key: string): Partial<Written> {
  const { fields } = record;
  if (fields.value === undefined && fields.value_blob === undefined) return {};
  const value = tx.text(fields, 'value') || 'null'; // a text that is not here yet
  const { origin, actor } = saidBy(record);
  return {
    value,
    origin,
    actor: canonical(actor),
    decided: 0,
    ...judged(record, origin, `${key}\n${valueText(value)}`),
  };
}

function tagsAfter(before: string, { add = [], remove = [] }: ContextTag): string {
  // a list of words, written here
  const tags = new Set(JSON.parse(before) as string[]);
  for (const tag of remove) tags.delete(tag);
  for (const tag of add) tags.add(tag);
  return canonical([...tags].sort());
}
