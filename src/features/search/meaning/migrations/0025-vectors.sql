-- both: vectors of what can be found, by a model that the person has chosen; local, made again at will
create table vector_model ( -- each has a table search_vec_<model_id> (text_id, bits, v) of its own
  model_id integer primary key,
  name text not null unique, -- embedder, model, dimensions and prefix: vectors of another are never compared with these
  question_prefix text not null,
  endpoint text not null, -- hash of the address; only who is still there can be asked for questions to older vectors
  dims integer, -- null until the first answer
  state text not null check (state in ('building', 'whole', 'lost')),
  done_to integer not null default 0, -- last text that was tried
  skipped integer not null default 0 -- texts that the model refused
) strict;
create table vector_text ( -- equal texts have one vector, whatever items say them; a rebuild changes items, not texts
  text_id integer primary key autoincrement,
  hash text not null unique,
  loose integer not null default 0 -- perhaps of no item any more
) strict;
create index vector_text_loose on vector_text (text_id) where loose = 1;
create table vector_item (
  item_id integer primary key,
  text_id integer, -- null: nothing to compare
  stale integer not null default 0 -- the item has changed or is gone since
) strict;
create index vector_item_text on vector_item (text_id);
create index vector_item_stale on vector_item (item_id) where stale = 1;
create trigger search_item_changed after update of chars on search_item begin
  update vector_item set stale = 1 where item_id = new.item_id;
end;
create trigger search_item_gone after delete on search_item begin
  update vector_item set stale = 1 where item_id = old.item_id;
end;
