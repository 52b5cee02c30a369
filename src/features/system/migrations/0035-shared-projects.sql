-- user: projects as all devices of this person know them, and which ids are one project
create table shared_projects (
  project_id text primary key,
  name text not null,
  root_commit text,
  origin_url text,
  hlc text not null -- of the newest word about it
) strict, without rowid;
create table shared_links (
  one text not null, -- the smaller id
  other text not null,
  linked integer not null, -- 0: no longer
  hlc text not null,
  primary key (one, other)
) strict, without rowid;
