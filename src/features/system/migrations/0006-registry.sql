-- user: who this is, and which directory is which project
create table users (
  user_id text primary key,
  name text not null,
  self integer not null default 0,
  adopted_by text
) strict;
create table projects (
  project_id text primary key,
  name text not null,
  root_commit text,
  origin_url text,
  workspace_id text,
  linked_to text,
  state text not null default 'active' check (state in ('active', 'missing', 'removed', 'linked')),
  created_at integer not null,
  last_activity integer,
  db_bytes integer,
  kv_bytes integer
) strict;
create index projects_origin on projects (root_commit, origin_url); -- identity without project.json
create table project_roots (
  root text primary key,
  project_id text not null references projects,
  kind text not null check (kind in ('main', 'worktree', 'clone', 'bare', 'directory')),
  last_seen integer not null
) strict;
create index project_roots_project on project_roots (project_id);
