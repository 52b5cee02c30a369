-- both: rendered context, its prefixes and the tensors of local engines; local, no record behind them: losing them costs speed
create table kv_cache ( -- one row per segment
  id integer primary key autoincrement,
  cache_key text not null unique, -- kind:hash:render version
  content_hash text not null, -- SHA-256 of the plain bytes, hex
  kind text not null check (kind in ('system', 'template', 'documentation', 'dynamic')),
  codec integer not null default 2, -- 0 raw 2 zstd, as blobs; 1 not here: it is rendered again from the message
  plain_bytes integer not null,
  size_bytes integer not null,
  tokens integer not null,
  usage_count integer not null default 0,
  last_accessed integer,
  cache_value_score real,
  pinned integer not null default 0,
  ent text, -- the message or call whose words it holds; null: rendered of many
  created_at integer not null,
  content blob not null -- last, so that nothing else waits for its pages; empty where a message has it
) strict;
create index kv_cache_kind on kv_cache (kind, size_bytes); -- what each class takes, without touching the texts
create index kv_cache_ent on kv_cache (ent) where ent is not null; -- erasing
create table kv_block ( -- a chain of segments; a row exists only if its parent does
  h blob primary key, -- 16 bytes
  parent blob,
  depth integer not null,
  seg integer not null, -- kv_cache.id
  tok integer not null,
  cum_tok integer not null,
  uses integer not null default 0, -- how often the longest known prefix of a chain ended here
  sessions integer not null default 0, -- whose chains lead through here
  kids integer not null default 0,
  turn integer not null default 0,
  class integer not null default 0, -- hazard class of the value policy
  last_used integer not null
) strict, without rowid;
create index kv_block_leaf on kv_block (last_used, depth desc) where kids = 0; -- eviction: leaves only, deeper first
create index kv_block_shared on kv_block (cum_tok) where kids >= 2 or (uses >= 3 and sessions >= 2); -- shared prefixes
create index kv_block_seg on kv_block (seg); -- deleting a segment
create index kv_block_parent on kv_block (parent); -- what goes on after a prefix
create table kv_chain ( -- where the chain of a session or a brief ended when it was last looked at
  owner text primary key,
  h blob not null,
  depth integer not null,
  tokens integer not null,
  at integer not null -- last activity it covers
) strict, without rowid;
create table kv_slot ( -- how often the text of a place changes
  slot text primary key,
  kind text not null,
  hash text not null,
  changes integer not null default 0,
  requests integer not null default 0
) strict, without rowid;
create table kv_size ( -- in the user database: what the cache of each project took when it was last counted
  project_id text primary key,
  bytes integer not null,
  at integer not null
) strict, without rowid;
create table kv_day ( -- look-ups, by days since 1970
  day integer primary key,
  lookups integer not null default 0,
  asked_tokens integer not null default 0,
  hit_tokens integer not null default 0
) strict;
create table kv_state ( -- tensor files of local engines, under a budget of their own; rows are in the user database
  state_key text primary key, -- SHA-256 of engine and chain
  engine text not null, -- canonical JSON: build, weights, quantisation, context settings
  file text not null,
  chain blob not null, -- 16 bytes a segment, root first: one that begins like another is longer than it
  tokens integer not null,
  bytes integer not null,
  mac blob not null, -- nonce and tag over key, tokens and file
  project text, -- whose texts it holds; null: nobody knows
  prefill_ms integer not null, -- what it saves
  uses integer not null default 0,
  made_at integer not null,
  last_used integer not null
) strict;
create table kv_weights ( -- what model files are, so that gigabytes are hashed once
  path text primary key,
  mark text not null, -- size, time and inode of each of its files
  hash text not null,
  quantisation text not null
) strict;
