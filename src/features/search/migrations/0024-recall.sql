-- both: what a search scores candidates by without reading their texts
alter table search_item add column terms blob; -- see terms.ts; null: not yet made anew, the text is read instead
drop index search_item_session;
create index search_item_talk on search_item (session_id, at, item_id) where kind = 'message'; -- neighbours
