-- both: what was erased, by entity; what comes of it and does not know of that erase is dropped
create table erasures (
  ent text not null,
  id text not null, -- of the record that says so
  primary key (ent, id)
) strict, without rowid;
create index erasures_of on erasures (id); -- whether one is here
insert into erasures (ent, id)
  select distinct e.value, r.id from records r, json_each(r.body, '$.fields.ents') e
  where r.type = 'record' and r.op = 'erase' and r.state = 0;
drop table if exists tombstones;
create index records_erased on records (log_n, seq) where state = 1; -- packs that still hold what was erased
