-- project: which commit became which, who made a commit, what was shared; so that memory follows amend and rebase
create table commit_rewrites (
  ent text primary key,
  from_sha text not null,
  to_sha text not null, -- the same as from_sha: it came back to life (reset)
  by text not null check (by in ('amend', 'rebase', 'reset')),
  at integer not null,
  present text not null -- what from_sha is now, followed to the end: the same in all rows of a from_sha
) strict;
create index commit_rewrites_from on commit_rewrites (from_sha); -- present sha
create index commit_rewrites_to on commit_rewrites (to_sha); -- what it was before
create index commit_rewrites_present on commit_rewrites (present, from_sha); -- former shas
create table commit_links (
  ent text primary key,
  sha text not null,
  session_id text not null,
  how text not null check (how in ('inside')),
  confidence real not null,
  at integer not null
) strict;
create index commit_links_sha on commit_links (sha); -- sessions of a commit
create index commit_links_session on commit_links (session_id); -- commits of a session
create table commit_mentions (
  id text not null, -- the tool call
  prefix text not null, -- a sha as its output names it
  session_id text not null,
  sha text, -- null: no commit of that name is known yet
  primary key (id, prefix)
) strict, without rowid;
create index commit_mentions_prefix on commit_mentions (prefix); -- a commit becomes known
create index commit_mentions_sha on commit_mentions (sha) where sha is not null; -- sessions of a commit
create index commit_mentions_session on commit_mentions (session_id); -- commits of a session
create table commit_shares (
  ent text primary key,
  sha text not null,
  remote text not null,
  at integer not null
) strict;
create index commit_shares_sha on commit_shares (sha, at); -- since when it is shared
create index edits_commit on edits (commit_sha) where commit_sha is not null; -- sessions of a commit
create index commits_authored on commits (authored_at); -- copies of a commit
create index sessions_parent on sessions (parent_session_id) where parent_session_id is not null; -- sub-agents
