-- both: what an entry is linked to, every version of it, and how often it is read
create table links (
  ent text not null,
  rel text not null,
  target text not null,
  primary key (ent, rel, target)
) strict, without rowid;
create index links_target on links (target, rel); -- what is superseded
create view context_history as
  select r.ent, row_number() over (partition by r.ent order by r.hlc, l.log, r.seq) as version, r.n, r.op, r.hlc, l.dev,
    l.log, r.seq, r.body -> '$.fields' as fields, r.body -> '$.actor' as actor, r.body ->> '$.origin' as origin, r.state
  from records r join logs l using (log_n) where r.type = 'context';
create table memory_context_access_log (
  id integer primary key,
  context_key text not null,
  ent text,
  operation text not null,
  outcome text not null check (outcome in ('hit', 'miss', 'denied')),
  layer text,
  scope text,
  tenant_id text,
  user_id text,
  session_id text,
  agent_id text,
  hit_cache integer not null,
  latency_ms real not null,
  timestamp integer not null
) strict;
create index access_time on memory_context_access_log (timestamp, context_key); -- statistics, trimming
create index access_of on memory_context_access_log (ent, timestamp) where ent is not null; -- on how many days it was read
create index context_told on memory_context_registry (scope, priority, updated_at)
  where state = 'live' and trust > 0 and (priority in ('critical', 'high')
    or (priority = 'medium' and category in ('decision', 'fact', 'preference', 'lesson', 'note'))); -- what a brief tells
