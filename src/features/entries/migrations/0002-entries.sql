-- both: context entries; scope project stands in the project's database, scope user in the user's
create table memory_context_registry (
  id integer primary key,
  ent text not null unique,
  project_id text,
  key text not null check (octet_length(key) between 1 and 512),
  layer text not null check (layer in ('session', 'short_term', 'long_term', 'permanent')),
  scope text not null check (scope in ('global', 'tenant', 'project', 'user', 'session', 'agent')),
  priority text not null check (priority in ('critical', 'high', 'medium', 'low')),
  category text not null,
  source text not null,
  tenant_id text,
  user_id text,
  session_id text,
  agent_id text,
  in_session text,
  value text not null check (json_valid(value)),
  metadata text not null default '{}' check (json_valid(metadata)),
  tags text not null default '[]',
  created_at integer not null,
  updated_at integer not null,
  expires_at integer,
  access_count integer not null default 0,
  last_access integer,
  sync_version integer not null default 1,
  state text not null default 'live' check (state in ('live', 'retired')),
  origin text not null,
  trust integer not null check (trust between 0 and 3),
  actor text not null,
  useful integer not null default 0,
  wrong integer not null default 0,
  flags integer not null default 0
) strict;
create unique index context_identity on memory_context_registry (
  key, scope, ifnull(project_id, ''), ifnull(tenant_id, ''), ifnull(user_id, ''), ifnull(session_id, ''), ifnull(agent_id, '')
); -- one entry per identity
create index idx_context_tenant_user on memory_context_registry (tenant_id, user_id, key); -- tenant and user lists
create index context_session on memory_context_registry (in_session) where in_session is not null; -- facts of a session
create index context_expiry on memory_context_registry (expires_at) where expires_at is not null; -- sweep
create index context_recent on memory_context_registry (state, layer, scope, updated_at); -- list, sweep
