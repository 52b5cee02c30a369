-- project: transcript lines as kept, after redaction
create table transcript_segments (
  agent text not null,
  native_id text not null,
  source text not null,
  part integer not null,
  first_line integer not null,
  lines integer not null,
  codec integer not null default 2,
  bytes integer not null,
  data blob not null,
  at integer not null,
  primary key (agent, native_id, source, part)
) strict;
