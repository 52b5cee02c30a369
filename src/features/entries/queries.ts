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
  readonly tenant_id: string | null;
  readonly user_id: string | null;
  /** Part of the identity, in scope session only. */
  readonly session_id: string | null;
  readonly agent_id: string | null;
  /** The session that holds an entry of layer session, whatever its scope. */
  readonly in_session: string | null;
  readonly value: string;
  readonly metadata: string;
  /** JSON list of words, in order. */
  readonly tags: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly expires_at: number | null;
  readonly access_count: number;
  readonly sync_version: number;
  readonly state: 'live' | 'retired';
  readonly origin: string;
  readonly trust: number;
  readonly actor: string;
  readonly useful: number;
  readonly wrong: number;
  /** 1 open conflict, 2 edited after it was retired. */
  readonly flags: number;
  /** JSON list of words: why the value that stands is trusted less than its origin. */
  readonly doubts: string;
  /** 1: a person has decided how far the value that stands is trusted. */
  readonly decided: number;
}

export const columns = `ent, key, layer, scope, priority, category, source, tenant_id, user_id, session_id, agent_id, in_session,
  value, metadata, tags, created_at, updated_at, expires_at, access_count, sync_version, state, origin, trust, actor,
  useful, wrong, flags, doubts, decided`;

/** unique index on ent */
export const entryByEnt = query<{ ent: string }, EntryRow>(
  `select ${columns} from memory_context_registry where ent = :ent`,
);

/** context_identity, in part: what is remembered for one person */
export const entriesOfUser = query<{ user_id: string }, EntryRow>(
  `select ${columns} from memory_context_registry where scope = 'user' and user_id = :user_id and state = 'live'
   order by ent`,
);

export type PageParams = {
  readonly state: string;
  readonly layer: string;
  readonly scope: string;
  readonly tenant_id: string | null;
  readonly user_id: string | null;
  /** In scope session and agent null means any of them: a person looks at all that is the person's. */
  readonly session_id: string | null;
  readonly agent_id: string | null;
  readonly category: string | null;
  readonly priority: string | null;
  readonly prefix: string | null;
  readonly since: number;
  readonly least_trust: number;
  readonly before_at: number;
  readonly before_ent: string;
  readonly limit: number;
};

/** context_recent, one layer of one scope at a time: newest first without a sort */
export const entryPage = query<PageParams, EntryRow>(
  `select ${columns} from memory_context_registry
   where state = :state and layer = :layer
     and (updated_at, ent) < (:before_at, :before_ent) and updated_at <= :before_at
     and scope = :scope and updated_at >= :since
     and (scope not in ('user', 'tenant') or tenant_id is :tenant_id) and (scope <> 'user' or user_id is :user_id)
     and (scope <> 'session' or :session_id is null or session_id = :session_id)
     and (scope <> 'agent' or :agent_id is null or agent_id = :agent_id)
     and trust >= :least_trust
     and (:category is null or category = :category)
     and (:priority is null or priority = :priority)
     and (:prefix is null or substr(key, 1, length(:prefix)) = :prefix)
   order by updated_at desc, ent desc limit :limit`,
);

/**
 * context_told: what is worth telling unasked of one priority, newest first; not what another entry supersedes. Notes of a
 * session only when they are important enough to outlive it.
 */
export const durableEntries = query<
  { scope: string; priority: string; user_id: string | null; now: number; bytes: number; limit: number },
  EntryRow
>(
  `select ${columns} from memory_context_registry
   where state = 'live' and trust > 0 and (priority in ('critical', 'high')
       or (priority = 'medium' and category in ('decision', 'fact', 'preference', 'lesson', 'note')))
     and scope = :scope and priority = :priority and (layer <> 'session' or priority <> 'medium')
     and tenant_id is null and (scope <> 'user' or user_id is :user_id)
     and (expires_at is null or expires_at > :now) and octet_length(value) <= :bytes
     and not exists (select 1 from links where target = memory_context_registry.ent and rel = 'supersedes')
   order by updated_at desc limit :limit`,
);

/** context_session: what an agent noted down for the length of a session */
export const sessionEntries = query<{ session: string; now: number; limit: number }, EntryRow>(
  `select ${columns} from memory_context_registry
   where in_session = :session and layer = 'session' and state = 'live'
     and trust > 0 and (expires_at is null or expires_at > :now)
   order by priority = 'critical' or category = 'fact' desc, updated_at desc, ent limit :limit`,
);

export interface LinkRow {
  readonly rel: string;
  readonly target: string;
}

/** primary key of links */
export const linksOf = query<{ ent: string }, LinkRow>(
  'select rel, target from links where ent = :ent order by rel, target',
);

export interface VersionRow {
  readonly version: number;
  readonly n: number;
  readonly op: string;
  readonly hlc: string;
  readonly dev: string;
  readonly actor: string | null;
  readonly origin: string | null;
}

/** records_ent: the versions of one entry, newest first */
export const versionsOf = query<{ ent: string; before: number; limit: number }, VersionRow>(
  `select version, n, op, hlc, dev, actor, origin from context_history
   where ent = :ent and version < :before order by version desc limit :limit`,
);

/** records_kind: entries that a session, an author or an origin has changed */
export const changedBy = query<
  { session: string | null; author: string | null; origin: string | null; package: string | null },
  { ent: string }
>(
  `select distinct ent from records where type = 'context' and op in ('put', 'retire', 'tag', 'link') and body is not null
     and (:session is null or body ->> '$.actor.session' = :session)
     and (:author is null or ifnull(body ->> '$.actor.agent', body ->> '$.actor.user') = :author)
     and (:origin is null or body ->> '$.origin' = :origin)
     and (:package is null or body ->> '$.actor.via.package' = :package) order by ent`,
);

/** context_expiry: entries whose own time is over */
export const expiredEntries = query<{ now: number; limit: number }, EntryRow>(
  `select ${columns} from memory_context_registry
   where expires_at is not null and expires_at <= :now and state = 'live' order by expires_at limit :limit`,
);

/** Entries that were deleted, or expired, long ago; what is the person's for good is never among them. */
export const retiredEntries = query<{ before: number; dev: string; limit: number }, { ent: string; key: string }>(
  `select c.ent, c.key from memory_context_registry c
   where state = 'retired' and layer <> 'permanent' and updated_at < :before
     and not exists (select 1 from conflicts o where o.ent = c.ent and o.status = 'open')
     and :dev = (select l.dev from records r join logs l using (log_n) where r.ent = c.ent and r.state = 0
       order by r.hlc desc, l.dev desc limit 1)
   order by updated_at limit :limit`,
);

/** context_recent, every scope by name so that its times are a range: short-term entries not written since */
export const fadingEntries = query<{ before: number; limit: number }, EntryRow>(
  `select ${columns} from memory_context_registry
   where state = 'live' and layer = 'short_term'
     and scope in ('global', 'tenant', 'project', 'user', 'session', 'agent')
     and updated_at <= :before and expires_at is null
   order by updated_at limit :limit`,
);

export const liveEntries = query<Params, { count: number }>(
  "select count(*) as count from memory_context_registry where state = 'live'",
);

export type DoubtedParams = {
  readonly all: number;
  readonly session: string | null;
  readonly author: string | null;
  readonly limit: number;
};

/** context_doubted: what a person may want to look at, newest first */
export const doubtedPage = query<DoubtedParams, EntryRow>(
  `select ${columns} from memory_context_registry
   where (trust = 0 or doubts <> '[]' or decided = 1) and (:all = 1 or (decided = 0 and state = 'live'))
     and (:session is null or actor ->> '$.session' = :session)
     and (:author is null or ifnull(actor ->> '$.agent', actor ->> '$.user') = :author)
   order by updated_at desc, ent desc limit :limit`,
);

/** context_created: how much one session of an agent, or an agent without any, has stored since */
export const newEntriesOf = query<{ session: string | null; agent: string | null; since: number }, { count: number }>(
  `select count(*) as count from memory_context_registry
   where created_at > :since and actor ->> '$.session' is :session and actor ->> '$.agent' is :agent`,
);

/** Entries about which somebody still has to decide. */
export const conflictCount = query<Params, { count: number }>(
  "select count(*) as count from memory_context_registry where state = 'live' and flags & 1",
);

/** index on (ent, status): what the sides of an open conflict say */
export const openConflicts = query<{ ent: string }, { field: string; sides: string; shown: number }>(
  `select field, sides, shown from conflicts where ent = :ent and status = 'open' order by field, conflict_id`,
);

/** The first record of a log names its device; of a way that parted from another log, the first one of a log of its device. */
export const deviceNamed = query<{ log: string }, { device: string | null }>(
  `select r.body ->> '$.fields.device' as device
   from logs l join logs o on o.dev = l.dev join records r on r.ent = o.log and r.type = 'log' and r.op = 'open'
   where l.log = :log order by o.log <> :log, o.log_n limit 1`,
);
