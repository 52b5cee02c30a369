-- both: entities that were erased and must not come back with the next reading of their source
create table tombstones (
  ent text primary key,
  at integer not null
) strict, without rowid;
