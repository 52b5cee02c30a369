-- both: values that several devices gave one field apart
create table conflicts (
  conflict_id text primary key,
  ent text not null,
  type text not null,
  field text not null,
  sides text not null check (json_valid(sides)),
  shown integer not null default 0,
  before text check (before is null or json_valid(before)),
  status text not null default 'open' check (status in ('open', 'resolved')),
  opened_at integer not null,
  resolved_at integer,
  resolved_by text
) strict;
create index conflicts_of on conflicts (ent, status); -- is something open of an entity
create index conflicts_open on conflicts (status, opened_at); -- list, count
