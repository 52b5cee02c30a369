import { query } from '../../store/record-type.ts';

export type AccessRow = {
  readonly context_key: string;
  readonly ent: string | null;
  readonly operation: string;
  readonly outcome: 'hit' | 'miss' | 'denied';
  readonly layer: string | null;
  readonly scope: string | null;
  readonly tenant_id: string | null;
  readonly user_id: string | null;
  readonly session_id: string | null;
  readonly agent_id: string | null;
  readonly hit_cache: number;
  readonly latency_ms: number;
  readonly timestamp: number;
};

/** What was erased while its reads waited is not named again. */
export const addAccess = query<AccessRow, unknown>(
  `insert into memory_context_access_log (context_key, ent, operation, outcome, layer, scope, tenant_id, user_id,
     session_id, agent_id, hit_cache, latency_ms, timestamp)
   select :context_key, :ent, :operation, :outcome, :layer, :scope, :tenant_id, :user_id,
     :session_id, :agent_id, :hit_cache, :latency_ms, :timestamp
   where :ent is null or exists (select 1 from memory_context_registry where ent = :ent)`,
);

export const countAccess = query<{ ent: string; count: number; at: number }, unknown>(
  `update memory_context_registry set access_count = access_count + :count, last_access = max(ifnull(last_access, 0), :at)
   where ent = :ent`,
);

/** links_target: entries that stand although another one says it supersedes them */
export const superseded = query<{ limit: number }, { key: string; value: string; by: string }>(
  `select e.key, e.value, n.key as by from links l join memory_context_registry e on e.ent = l.target
     join memory_context_registry n on n.ent = l.ent
   where l.rel = 'supersedes' and e.state = 'live' and n.state = 'live' order by e.updated_at desc, e.ent limit :limit`,
);

/** links_target: what supersedes an entry and stands itself */
export const superseding = query<{ ent: string }, { ent: string }>(
  `select n.ent from links l join memory_context_registry n on n.ent = l.ent
   where l.target = :ent and l.rel = 'supersedes' and n.state = 'live' limit 1`,
);

/** Reads of erased entries, also by key: a key may say as much as a value. */
export const eraseAccesses = query<{ ents: string }, unknown>(
  `delete from memory_context_access_log where ent in (select value from json_each(:ents))
     or context_key in (select key from memory_context_registry where ent in (select value from json_each(:ents)))`,
);

/** Reads under some keys, whatever they found. */
export const eraseKeyAccesses = query<{ keys: string }, unknown>(
  'delete from memory_context_access_log where context_key in (select value from json_each(:keys))',
);

/** What the mirror did with erased entries, by key or id. */
export const eraseTraces = query<{ ents: string }, unknown>(
  `delete from memory_sync_events where context_key in (select value from json_each(:ents))
     or context_key in (select key from memory_context_registry where ent in (select value from json_each(:ents)))`,
);

/** Links that lead to erased entries. */
export const eraseLinksTo = query<{ ents: string }, unknown>(
  'delete from links where target in (select value from json_each(:ents))',
);

/** access_of: on how many days (UTC) an entry was read */
export const daysRead = query<{ ent: string }, { days: number }>(
  `select count(distinct timestamp / 86400000) as days from memory_context_access_log
   where ent = :ent and outcome = 'hit'`,
);

/** access_time; the oldest go first */
export const trimAccesses = query<{ before: number; most: number }, unknown>(
  `delete from memory_context_access_log
   where timestamp < :before or id <= (select max(id) from memory_context_access_log) - :most`,
);

export const accessTotals = query<{ since: number }, { total: number; hits: number; from_memory: number }>(
  `select count(*) as total, ifnull(sum(outcome = 'hit'), 0) as hits, ifnull(sum(hit_cache), 0) as from_memory
   from memory_context_access_log where timestamp >= :since`,
);

export interface KeyAccesses {
  readonly key: string;
  readonly accesses: number;
  readonly hits: number;
}

/** The keys asked for most; a search counts by the hash of its question and is none of them. */
export const mostRead = query<{ since: number; limit: number }, KeyAccesses>(
  `select context_key as key, count(*) as accesses, sum(outcome = 'hit') as hits from memory_context_access_log
   where timestamp >= :since and operation = 'retrieve'
   group by context_key order by accesses desc, context_key limit :limit`,
);

export interface LayerCount {
  readonly layer: string;
  readonly priority: string;
  readonly count: number;
}

/** context_recent: live entries by layer as they are stored; expired ones are none */
export const layerCounts = query<{ now: number; short_from: number }, LayerCount>(
  `select layer, priority, count(*) as count from memory_context_registry
   where state = 'live' and (expires_at is null or expires_at > :now)
     and (layer <> 'short_term' or expires_at is not null or updated_at > :short_from or priority in ('critical', 'high'))
   group by layer, priority`,
);
