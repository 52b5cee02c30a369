-- both: trace of what goes on after a commit, a week of it at most
create table memory_sync_events (
  id integer primary key,
  event_id text not null unique,
  event_type text not null,
  context_key text not null,
  source_system text not null,
  target_systems text not null check (json_valid(target_systems)),
  priority text not null,
  payload text not null check (json_valid(payload)), -- {log, seq}, never the value
  timestamp integer not null,
  processed integer not null default 0,
  processed_at integer,
  error text
) strict;
create index sync_events_time on memory_sync_events (timestamp); -- status, trimming
