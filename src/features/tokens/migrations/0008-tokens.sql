-- user: bearer tokens of the loopback listener; only their hashes are kept
create table api_tokens (
  token_id text primary key,
  hash blob not null unique,
  name text not null,
  rights text not null check (rights in ('read', 'write', 'admin')),
  user_id text,
  tenant_id text,
  project_id text,
  created_at integer not null,
  expires_at integer,
  last_used_at integer,
  revoked_at integer
) strict;
