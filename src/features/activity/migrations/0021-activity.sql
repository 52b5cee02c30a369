-- project: editor heartbeats joined to stretches of time; local, no record behind them
create table activity (
  id integer primary key,
  entity text not null, -- path relative to the project, or as it was given where it lies outside
  branch text,
  language text,
  category text,
  source text not null, -- the editor
  start_at integer not null,
  end_at integer not null,
  lines_added integer not null default 0,
  lines_removed integer not null default 0,
  ai_lines integer not null default 0,
  writes integer not null default 0
) strict;
create index activity_time on activity (start_at); -- today
create index activity_source on activity (source, end_at); -- joining
