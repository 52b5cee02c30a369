-- both: what can be found: project texts in a project's database, entries of scope user in user.db
create table search_item (
  item_id integer primary key,
  kind text not null,
  ent text not null,
  part integer not null default 0,
  session_id text,
  layer text,
  scope text,
  priority text,
  trust integer not null,
  author text,
  path text,
  tenant_id text,
  user_id text,
  agent_id text,
  at integer not null,
  chars integer not null,
  length integer not null default 0, -- index terms
  flags integer not null default 0, -- 1 contains "?", 2 contains a time word
  hidden integer not null default 0, -- retired, expired, dead branch
  unique (kind, ent, part)
) strict;
create index search_item_session on search_item (session_id, at); -- neighbours
create virtual table search_fts using fts5( -- rowid = item_id
  text, ident, path, names, author, session, tags,
  tokenize = 'porter unicode61 remove_diacritics 2', content = '', contentless_delete = 1
);
create virtual table search_fts_terms using fts5vocab(search_fts, 'row'); -- document frequencies
