-- project: documents with their versions in the log, and what memory banks last had in common with their files
create table documents (
  ent text primary key,
  uri text not null unique,
  title text not null,
  kind text not null,
  mime text not null,
  rec integer not null, -- record that holds the text
  sha256 text not null,
  bytes integer not null,
  version text,
  revision integer not null,
  source text not null,
  path text,
  session_id text,
  metadata text not null default '{}' check (json_valid(metadata)),
  created_at integer not null,
  updated_at integer not null,
  retired_at integer,
  origin text not null,
  trust integer not null check (trust between 0 and 3),
  actor text not null
) strict;
create index documents_recent on documents (updated_at, ent); -- list
create table bank_files (
  directory text not null,
  name text not null,
  base text not null, -- text after redaction that document and file last had in common
  at integer not null,
  primary key (directory, name)
) strict, without rowid;
