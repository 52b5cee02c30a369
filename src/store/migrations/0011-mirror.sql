-- user: raw rows of the records of every project's permanent and critical entries, a second copy in a second file
create table mirror_records (
  project_id text not null,
  ws text not null,
  dev text not null,
  log text not null,
  seq integer not null,
  v integer not null,
  ent text not null,
  body text,
  salt blob,
  com blob not null,
  head blob not null,
  primary key (log, seq)
) strict, without rowid;
create index mirror_of on mirror_records (project_id, ent); -- restore, erase
