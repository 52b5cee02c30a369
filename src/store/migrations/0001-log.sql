-- both: the log and what every database needs to write and follow it
create table meta (key text primary key, value text not null) strict, without rowid;
create table logs (
  log_n integer primary key,
  ws text not null,
  dev text not null,
  log text not null unique,
  own integer not null default 0,
  seq integer not null default 0,
  head blob,
  state text not null default 'open' check (state in ('open', 'closed', 'forked', 'suspect')),
  opened_at integer not null
) strict;
create table records (
  n integer primary key autoincrement,
  log_n integer not null references logs,
  seq integer not null,
  v integer not null default 1,
  id text,
  ent text,
  type text,
  op text,
  hlc text,
  body text,
  salt blob,
  com blob not null,
  head blob not null,
  state integer not null default 0 check (state between 0 and 3),
  unique (log_n, seq)
) strict;
create index records_ent on records (ent, hlc) where ent is not null; -- history, merge
create index records_id on records (id) where id is not null; -- ingest idempotency
create index records_kind on records (type, op, n); -- rebuild of one projection
create table blobs (
  blob_n integer primary key,
  hash blob not null unique,
  codec integer not null default 2,
  bytes integer not null,
  refs integer not null default 0,
  data blob,
  created_at integer not null
) strict;
create table heads (
  ent text not null,
  log_n integer not null,
  seq integer not null,
  primary key (ent, log_n, seq)
) strict, without rowid;
create table cursors (
  consumer text primary key,
  n integer not null default 0,
  error text,
  attempts integer not null default 0,
  next_try_at integer not null default 0,
  updated_at integer not null
) strict, without rowid;
create table idempotency (
  idem_key text primary key,
  route text not null,
  request_hash blob not null,
  status integer not null,
  response text not null,
  expires_at integer not null
) strict, without rowid;
create index idempotency_expiry on idempotency (expires_at); -- sweep
