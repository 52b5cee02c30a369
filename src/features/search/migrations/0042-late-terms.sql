-- both: what came in bulk gets its terms afterwards; parts of the index are joined half as often, which is most of a commit
create index search_item_late on search_item (item_id) where terms is null;
insert into search_fts (search_fts, rank) values ('automerge', 8);
