-- user: transcript files and how far each has been read, once per project that reads it; they lie outside every project
create table ingest_sources (
  path text not null,
  project_id text not null, -- '': of nobody's directory, or no transcript
  trusted text not null check (trusted in ('own', 'foreign')), -- foreign: brought in by name, and never followed
  agent text not null,
  native_id text,
  inode integer not null,
  size integer not null,
  mtime integer not null,
  offset integer not null,
  line integer not null default 0,
  parser text not null,
  unknown_lines integer not null default 0,
  error text,
  read_at integer not null,
  state text not null default '{}', -- last: it is large, and whoever only compares does not read that far
  primary key (path, project_id)
) strict;
create index ingest_sources_project on ingest_sources (project_id, read_at); -- follow, status
