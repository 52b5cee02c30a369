-- both: what entries and documents have in common, and what agents only repeated
alter table search_item add column same text; -- hash of the text without case, punctuation and blank space
create index search_item_same on search_item (same) where same is not null; -- exact duplicates
create table search_sketch (
  h integer not null,
  item_id integer not null,
  primary key (h, item_id)
) strict, without rowid;
create index search_sketch_item on search_sketch (item_id);
create table search_echo (
  id text primary key, -- of the message that was not kept
  ent text, -- the entry or document it repeated, where one is known
  at integer not null
) strict, without rowid;
