-- user: who belongs to the workspace, by the keyring this device accepted last; all of it local
create table keyrings (
  ws text not null,
  version integer not null,
  hash text not null,
  bytes blob not null, -- as it stands on the remotes: put again where it is missing
  accepted_at integer not null,
  unique (ws, version)
) strict;
create table keyring_seen (
  remote_id text primary key,
  version integer not null -- the newest ever seen there: less is a remote that was rolled back
) strict;
create table devices (
  dev text primary key,
  name text not null,
  user_id text not null,
  sign_key blob not null,
  box_key text not null, -- recipient of age
  role text not null check (role in ('admin', 'member')),
  added_at integer not null,
  revoked_at integer,
  last_seen integer,
  clock_skew_ms integer
) strict;
create table device_keys (
  dev text primary key,
  kept_in text not null check (kept_in in ('keyring', 'files')), -- of this device: never made a second time
  made_at integer not null
) strict;
create table joining (
  one integer primary key check (one = 1),
  ws text not null,
  kind text not null,
  url text not null,
  remote text not null, -- what the remote will be called here
  invited_by text not null,
  fingerprint text not null, -- of the device that invited
  request text not null,
  words text not null,
  asked_at integer not null
) strict;
