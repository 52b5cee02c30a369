-- both: what a search scores candidates by without reading their texts
alter table search_item add column terms blob; -- see terms.ts; null: not yet made anew, the text is read instead
drop index search_item_session;
create index search_item_talk on search_item (session_id, at, item_id, hidden, trust) where kind = 'message'; -- neighbours
create virtual table search_fts_columns using fts5vocab(search_fts, 'col'); -- document frequencies, each column by itself
