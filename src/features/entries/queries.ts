import type { Layer, Priority, Scope } from '../../core/words.ts';
import { type Params, query } from '../../store/record-type.ts';

/** An entry as it stands in the registry. Times in milliseconds; value, metadata and actor are canonical JSON. */
export interface EntryRow {
  readonly ent: string;
  readonly key: string;
  readonly layer: Layer;
  readonly scope: Scope;
  readonly priority: Priority;
  readonly category: string;
  readonly source: string;
  readonly user_id: string | null;
  readonly in_session: string | null;
  readonly value: string;
  readonly metadata: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly expires_at: number | null;
  readonly access_count: number;
  readonly sync_version: number;
  readonly state: 'live' | 'retired';
  readonly origin: string;
  readonly trust: number;
  readonly actor: string;
}

const columns = `ent, key, layer, scope, priority, category, source, user_id, in_session, value, metadata, created_at,
  updated_at, expires_at, access_count, sync_version, state, origin, trust, actor`;

/** unique index on ent */
export const entryByEnt = query<{ ent: string }, EntryRow>(
  `select ${columns} from memory_context_registry where ent = :ent`,
);

export type PageParams = {
  readonly state: string;
  readonly layer: string;
  readonly scope: string;
  readonly user_id: string | null;
  readonly category: string | null;
  readonly priority: string | null;
  readonly prefix: string | null;
  /** Expired entries are hidden while they are live. */
  readonly now: number;
  readonly least_trust: number;
  readonly before_at: number;
  readonly before_ent: string;
  readonly limit: number;
};

/** context_recent, one layer at a time: newest first without a sort */
export const entryPage = query<PageParams, EntryRow>(
  `select ${columns} from memory_context_registry
   where state = :state and layer = :layer
     and (updated_at, ent) < (:before_at, :before_ent) and updated_at <= :before_at
     and scope = :scope and user_id is :user_id
     and (state = 'retired' or expires_at is null or expires_at > :now)
     and trust >= :least_trust
     and (:category is null or category = :category)
     and (:priority is null or priority = :priority)
     and (:prefix is null or substr(key, 1, length(:prefix)) = :prefix)
   order by updated_at desc, ent desc limit :limit`,
);

/** context_recent: what lasts and is worth telling unasked, the important before the new */
export const durableEntries = query<{ user_id: string | null; now: number; limit: number }, EntryRow>(
  `select ${columns} from memory_context_registry
   where state = 'live' and layer in ('long_term', 'permanent') and user_id is :user_id
     and trust > 0 and (expires_at is null or expires_at > :now)
     and (priority in ('critical', 'high')
       or (priority = 'medium' and category in ('decision', 'fact', 'preference', 'lesson', 'note')))
   order by case priority when 'critical' then 0 when 'high' then 1 else 2 end, updated_at desc, ent limit :limit`,
);

/** context_session: what an agent noted down for the length of a session */
export const sessionEntries = query<{ session: string; now: number; limit: number }, EntryRow>(
  `select ${columns} from memory_context_registry
   where in_session = :session and layer = 'session' and state = 'live'
     and trust > 0 and (expires_at is null or expires_at > :now)
   order by priority = 'critical' or category = 'fact' desc, updated_at desc, ent limit :limit`,
);

export const liveEntries = query<Params, { count: number }>(
  "select count(*) as count from memory_context_registry where state = 'live'",
);
