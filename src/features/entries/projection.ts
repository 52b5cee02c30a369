import { canonical } from '../../core/canonical.ts';
import { trustOf } from '../../core/trust.ts';
import { type Applied, on, type Projecting, projection, query } from '../../store/record-type.ts';
import { type EntryRow, entryByEnt } from './queries.ts';
import { type ContextPut, contextPut, contextRetire } from './records.ts';

type Written = { readonly [C in keyof Omit<EntryRow, 'access_count'>]: string | number | null };

const write = query<Written, unknown>(
  `insert into memory_context_registry
     (ent, key, layer, scope, priority, category, source, user_id, in_session, value, metadata,
      created_at, updated_at, expires_at, sync_version, state, origin, trust, actor)
   values
     (:ent, :key, :layer, :scope, :priority, :category, :source, :user_id, :in_session, :value, :metadata,
      :created_at, :updated_at, :expires_at, :sync_version, :state, :origin, :trust, :actor)
   on conflict (ent) do update set layer = :layer, priority = :priority, category = :category, source = :source,
     in_session = :in_session, value = :value, metadata = :metadata, updated_at = :updated_at,
     expires_at = :expires_at, sync_version = :sync_version, state = :state, origin = :origin, trust = :trust,
     actor = :actor`,
);

const hide = query<{ ent: string; at: number }, unknown>(
  `update memory_context_registry set state = 'retired', updated_at = :at, sync_version = sync_version + 1
   where ent = :ent and state = 'live'`,
);

/** One row per entry: its current value and what is known about it. */
export const entries = projection({
  name: 'entries',
  version: 1,
  tables: {
    memory_context_registry: { local: ['id'], kept: { key: 'ent', columns: ['access_count', 'last_access'] } },
  },
  handlers: [
    on(contextPut, (tx, record) => {
      const row = rowAfter(tx, record);
      if (row) tx.run(write, row);
    }),
    on(contextRetire, (tx, { ent, writtenAt }) => {
      tx.run(hide, { ent, at: writtenAt });
    }),
  ],
});

/** The row with a change laid over it; undefined for a change of an entry whose creation is not here. */
function rowAfter(tx: Projecting, record: Applied<ContextPut>): Written | undefined {
  const { ent, fields, writtenAt } = record;
  const before = tx.one(entryByEnt, { ent }) ?? newRow(record);
  if (!before) return undefined;
  const { access_count: _, ...kept } = before;
  const { layer, priority, category, source, metadata, session_id, expires_at } = fields;
  return {
    ...kept,
    ...(layer === undefined ? {} : { layer }),
    ...(priority === undefined ? {} : { priority }),
    ...(category === undefined ? {} : { category }),
    ...(source === undefined ? {} : { source }),
    ...(session_id === undefined ? {} : { in_session: session_id }),
    ...(expires_at === undefined ? {} : { expires_at }),
    ...(metadata === undefined ? {} : { metadata: canonical(metadata) }),
    ...valueAfter(tx, record),
    updated_at: writtenAt,
    sync_version: before.sync_version + 1,
    state: 'live',
  };
}

/** Who says a value is remembered with it: a change of its priority alone leaves that as it was. */
function valueAfter(tx: Projecting, { fields, origin, actor }: Applied<ContextPut>): Partial<Written> {
  if (fields.value === undefined && fields.value_blob === undefined) return {};
  return { value: tx.text(fields, 'value'), origin, trust: trustOf(origin), actor: canonical(actor) };
}

function newRow({ ent, fields, writtenAt, origin, actor }: Applied<ContextPut>): EntryRow | undefined {
  const { key, scope } = fields;
  if (key === undefined || scope === undefined) return undefined;
  return {
    ...{ ent, key, scope, user_id: fields.user_id ?? null, in_session: null, expires_at: null },
    ...{ layer: 'long_term', priority: 'medium', category: 'general', source: '', value: 'null', metadata: '{}' },
    ...{ created_at: writtenAt, updated_at: writtenAt, access_count: 0, sync_version: 0, state: 'live' },
    ...{ origin, trust: trustOf(origin), actor: canonical(actor) },
  };
}
