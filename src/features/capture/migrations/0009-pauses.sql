-- user: times in which nothing is taken in, in one project or, without one, in all; kept for ever, since a transcript may be read later
create table pauses (
  id integer primary key,
  project_id text,
  from_at integer not null,
  until_at integer -- null: until it is ended
) strict;
