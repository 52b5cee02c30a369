-- both: packs that were sealed again, without what was erased or as one in place of many
alter table packs add column stubs integer not null default 0; -- erased records it knows of
alter table packs add column delete_after integer; -- milliseconds: another stands for it, from then on it goes from remotes
alter table pack_texts add column pack text; -- the name of the one that carries it
create index pack_texts_in on pack_texts (pack);
