-- both: packs made and seen, what each remote holds, and the most that was ever seen on it
create table packs (
  name text primary key, -- on the remote
  log_n integer not null references logs,
  seq_from integer not null,
  seq_to integer not null,
  rev integer not null,
  bytes integer not null,
  remotes text not null default '[]' check (json_valid(remotes)), -- those that confirmed it
  at integer not null,
  kept integer not null default 1 -- its bytes are in the directory of packs
) strict;
create index packs_of on packs (log_n, seq_to);
create table pack_texts (
  log_n integer not null,
  hash blob not null,
  primary key (log_n, hash)
) strict, without rowid; -- texts that packs of a log carry: each travels once
create table sync_metadata (
  id integer primary key,
  resource_type text not null,
  resource_id text not null,
  remote_id text,
  local_version integer not null default 0,
  remote_version integer not null default 0,
  last_sync integer,
  sync_status text not null check (sync_status in ('synced', 'conflict', 'pending')),
  conflict_data text
) strict;
create unique index sync_metadata_of on sync_metadata (resource_type, resource_id, ifnull(remote_id, ''));
create table pins (
  remote_id text not null,
  kind text not null check (kind in ('log', 'device', 'keyring', 'listed', 'announced', 'bad')),
  id text not null,
  n integer not null, -- seq, number of an announcement, version, moment, failed tries
  value text not null default '',
  primary key (remote_id, kind, id)
) strict, without rowid;
