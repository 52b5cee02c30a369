-- user: what came of rebuilding a database from one remote alone, the last time; it concerns this device only
create table rehearsals (
  remote_id text not null,
  project_id text not null, -- zeros for the user database
  at integer not null,
  state text not null check (state in ('whole', 'differs', 'failed')),
  findings text not null default '[]' check (json_valid(findings)), -- what is wrong and what to type
  spoilt text not null default '[]' check (json_valid(spoilt)), -- own objects there that are not what was sent
  to_mend integer not null default 0, -- no exchange has looked at everything there since
  primary key (remote_id, project_id)
) strict, without rowid;
