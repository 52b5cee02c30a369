-- user: where packs go; one list per person, and no secret in it
create table remotes (
  remote_id text primary key,
  name text not null unique,
  kind text not null check (kind in ('folder', 'git', 'rclone', 'hub')),
  url text not null unique,
  ws text not null,
  settings text not null default '{}' check (json_valid(settings)),
  paused integer not null default 0,
  created_at integer not null,
  last_ok_at integer,
  last_error text
) strict;
