-- project: sessions, what was said and done in them, tasks and handoffs
create table sessions (
  session_id text primary key,
  ent text not null unique,
  tenant_id text,
  user_id text,
  title text,
  parent_session_id text,
  fork_of text,
  worktree text,
  branch text,
  head_start text,
  head_end text,
  active_agents text not null default '[]' check (json_valid(active_agents)),
  current_agent text,
  previous_agent text,
  handoff_count integer not null default 0,
  context_snapshot text not null default '{}' check (json_valid(context_snapshot)),
  snapshot_at integer,
  metadata text not null default '{}',
  started_at integer not null,
  last_activity integer not null,
  ended_at integer,
  end_reason text,
  message_count integer not null default 0,
  task_count integer not null default 0,
  tool_count integer not null default 0,
  edit_count integer not null default 0,
  commit_count integer not null default 0,
  tok_fresh integer not null default 0,
  tok_cache_read integer not null default 0,
  tok_cache_write integer not null default 0,
  tok_out integer not null default 0,
  origin text not null,
  trust integer not null
) strict;
create index sessions_activity on sessions (last_activity desc, session_id); -- list, resume
create view memory_session_context as
  select rowid as id, session_id, tenant_id, user_id, context_snapshot, snapshot_at, active_agents, current_agent,
    previous_agent, handoff_count, started_at as start_time, last_activity, metadata,
    case when quiet_ms >= (select cast(value as integer) from meta where key = 'archive_after_ms') then 'archived'
      when ended_at is not null
        or quiet_ms >= (select cast(value as integer) from meta where key = 'end_after_ms') then 'ended'
      when quiet_ms >= (select cast(value as integer) from meta where key = 'idle_ms') then 'idle'
      else 'active' end as status
  from (select rowid, *, cast(unixepoch('subsec') * 1000 as integer) - last_activity as quiet_ms from sessions);
create table session_runs (
  run_id text primary key,
  session_id text not null,
  agent text not null,
  native_id text not null,
  dev text not null,
  model text,
  branch text,
  head text,
  started_at integer not null,
  last_event_at integer,
  ended_at integer,
  unique (agent, native_id)
) strict;
create index session_runs_session on session_runs (session_id, started_at); -- show, current agent
create table messages (
  id text primary key,
  rec integer not null,
  session_id text not null,
  run_id text,
  parent_id text,
  native_id text,
  role text not null check (role in ('user', 'assistant', 'system', 'tool')),
  kind text not null default 'text' check (kind in ('prompt', 'text', 'thinking', 'summary', 'notice')),
  content_blob blob,
  bytes integer not null,
  agent text,
  model text,
  request_id text,
  tok_fresh integer,
  tok_cache_read integer,
  tok_cache_write integer,
  tok_write_1h integer,
  tok_out integer,
  live integer not null default 1,
  at integer not null,
  hlc text not null,
  origin text not null,
  trust integer not null
) strict;
create index messages_session on messages (session_id, at, hlc, id); -- paging
create index messages_time on messages (at); -- today, usage
create index messages_request on messages (request_id) where request_id is not null; -- one row per model request counts
create table message_marks (
  id text not null,
  session_id text not null,
  live integer not null,
  hlc text not null,
  primary key (id, session_id)
) strict, without rowid; -- a mark may come before what it marks
create table tool_calls (
  id text primary key,
  rec integer not null,
  result_rec integer,
  session_id text not null,
  run_id text,
  message_id text,
  tool text not null,
  hosted integer not null default 0,
  input_blob blob,
  output_blob blob,
  exit_code integer,
  is_error integer not null default 0,
  files text not null default '[]',
  duration_ms integer,
  at integer not null
) strict;
create index tool_calls_session on tool_calls (session_id, at); -- last command
create table tasks (
  ent text primary key,
  task_id text not null,
  session_id text,
  description text not null,
  status text not null check (status in ('open', 'in_progress', 'done', 'rejected', 'superseded')),
  priority text not null default 'medium',
  agent text,
  assignee text,
  parent text,
  position real not null default 0,
  result text,
  created_at integer not null,
  updated_at integer not null,
  completed_at integer,
  metadata text not null default '{}'
) strict;
create unique index tasks_id on tasks (task_id, ifnull(session_id, '')); -- a task by the id it was given
create index tasks_session on tasks (session_id, position, created_at, task_id); -- plan of a session
create index tasks_open on tasks (status, updated_at); -- pending
create table handoffs (
  handoff_id text primary key,
  rec integer not null,
  session_id text not null,
  from_agent text not null,
  to_agent text not null,
  worktree text,
  branch text,
  to_user text,
  to_device text,
  through text not null,
  status text not null check (status in ('pending', 'accepted', 'superseded')),
  created_at integer not null,
  expires_at integer not null,
  accepted_at integer,
  accepted_by text,
  accepted_run text,
  accepted_device text,
  declined_at integer,
  decline_reason text,
  shown_at integer,
  shown_run text
) strict;
create index handoffs_pending on handoffs (to_agent, created_at) where status = 'pending'; -- agent start
create index handoffs_session on handoffs (session_id, created_at); -- supersede, who carries a session
create index handoffs_shown on handoffs (shown_run) where shown_run is not null; -- first words of a run
create table commits (
  sha text primary key,
  ent text not null unique,
  rec integer not null,
  parents text not null,
  branch text,
  author text,
  email text,
  authored_at integer,
  committed_at integer not null,
  added integer,
  removed integer,
  files text not null default '[]',
  sessions text not null default '[]',
  trailers text not null default '{}',
  rewritten_to text
) strict;
create index commits_time on commits (committed_at);
create table commit_files (
  path text not null,
  committed_at integer not null,
  sha text not null,
  primary key (path, committed_at, sha)
) strict, without rowid; -- the commit after an edit
create table edits (
  id text primary key,
  session_id text,
  run_id text,
  tool_call_id text,
  path text not null,
  old_path text,
  kind text not null check (kind in ('add', 'modify', 'delete', 'rename')),
  added integer,
  removed integer,
  agent text,
  source text not null,
  commit_sha text,
  at integer not null
) strict;
create index edits_path on edits (path, at); -- blame, commits
create index edits_session on edits (session_id, at); -- files in flight
