// Rows of sessions, page by page, as memory packages take them in.
import { query } from '../../store/record-type.ts';
import type { SessionRow } from './queries.ts';
import type { SettledTask } from './settled-task.ts';

/** after: of the row before, in the order of its table. sessions: JSON list of ids, null for all. */
type Page = {
  readonly after: number;
  readonly since: number;
  readonly sessions: string | null;
  readonly limit: number;
};

const inSessions = (column: string) => `(:sessions is null or ${column} in (select value from json_each(:sessions)))`;

type Told = 'session_id' | 'ent' | 'title' | 'parent_session_id' | 'fork_of' | 'worktree' | 'branch' | 'head_start';
type Timed = 'metadata' | 'started_at' | 'last_activity' | 'ended_at' | 'end_reason';
export interface PackedSessionRow extends Pick<SessionRow, Told | Timed> {
  readonly place: number;
  readonly head_end: string | null;
  readonly origin: string;
  readonly trust: number;
}
export const sessionsFrom = query<Page, PackedSessionRow>(
  `select rowid as place, session_id, ent, title, parent_session_id, fork_of, worktree, branch, head_start, head_end,
     metadata, started_at, last_activity, ended_at, end_reason, origin, trust
   from sessions where rowid > :after and last_activity >= :since and ${inSessions('session_id')}
   order by rowid limit :limit`,
);

export interface PackedRow {
  readonly place: number;
  readonly id: string;
  readonly ent: string;
  readonly hlc: string;
  /** Canonical JSON. */
  readonly body: string;
}

export interface PackedMessageRow extends PackedRow {
  readonly kind: string;
  readonly bytes: number;
  readonly live: number;
  readonly trust: number;
  /** 1: it, or its session, is marked so. */
  readonly sensitive: number | null;
}
export const messagesFrom = query<Page, PackedMessageRow>(
  `select m.rowid as place, m.kind, m.bytes, m.live, m.trust, r.id, r.ent, r.hlc, r.body,
     (s.metadata ->> '$.sensitive') = 1 or (r.body ->> '$.fields.metadata.sensitive') = 1 as sensitive
   from messages m join records r on r.n = m.rec left join sessions s on s.session_id = m.session_id
   where m.rowid > :after and m.at >= :since and r.body is not null and ${inSessions('m.session_id')}
   order by m.rowid limit :limit`,
);

export const toolsFrom = query<Page, { place: number; rec: number; result_rec: number | null }>(
  `select rowid as place, rec, result_rec from tool_calls
   where rowid > :after and at >= :since and ${inSessions('session_id')} order by rowid limit :limit`,
);

/** index on (ent, hlc) of the log */
export const editsFrom = query<Page, PackedRow>(
  `select e.rowid as place, r.id, r.ent, r.hlc, r.body from edits e
   join records r on r.ent = e.id and r.type = 'edit' and r.op = 'add' and r.body is not null
   where e.rowid > :after and e.at >= :since and ${inSessions('e.session_id')} order by e.rowid limit :limit`,
);

export type PackedTaskRow = Omit<SettledTask, 'completed_at'> & { readonly place: number };
export const tasksFrom = query<Page, PackedTaskRow>(
  `select rowid as place, ent, task_id, session_id, description, status, priority, agent, assignee, parent, position,
     result, created_at, updated_at, quarantined
   from tasks where rowid > :after and updated_at >= :since and ${inSessions('session_id')} order by rowid limit :limit`,
);

/** In the order of the log, whatever is said of commits. */
export const commitsFrom = query<{ after: number; limit: number }, PackedRow & { readonly op: string }>(
  `select n as place, id, ent, hlc, body, op from records
   where n > :after and type = 'commit' and op in ('add', 'rewrite', 'link') and body is not null
   order by n limit :limit`,
);

/** primary key of the log */
export const recordAt = query<{ n: number }, PackedRow>(
  'select n as place, id, ent, hlc, body from records where n = :n and body is not null',
);

/** index on (ent, hlc): the conversations of a session, and how often it was compacted */
export const partsOfSession = query<{ ent: string }, PackedRow & { readonly op: string }>(
  `select n as place, id, ent, hlc, body, op from records
   where ent = :ent and type = 'session' and op in ('run', 'compact') and body is not null order by n`,
);

/** Who started a session, by its first record. */
export const starterOf = query<{ ent: string }, { body: string }>(
  `select body from records where ent = :ent and type = 'session' and op = 'start' and body is not null
   order by hlc limit 1`,
);

/** What came of a task with packages of one source. */
export const lastCame = query<{ ent: string; source: string }, { log: string; seq: number }>(
  `select l.log, r.seq from records r join logs l using (log_n)
   where r.ent = :ent and r.body ->> '$.actor.via.source' = :source order by r.n desc limit 1`,
);

/** Sessions of the agents that one of some sessions started. sessions: JSON list. */
export const childrenOf = query<{ sessions: string }, { session_id: string }>(
  'select session_id from sessions where parent_session_id in (select value from json_each(:sessions))',
);

/** index on (ent, hlc): who added a task. */
export const recordOfTask = query<{ ent: string }, { body: string }>(
  `select body from records where ent = :ent and type = 'task' and op = 'add' and body is not null order by hlc limit 1`,
);

/** messages_time, commits_time: numbers of each day in UTC, one row each; 0 is left out. */
export const numbersByDay = query<{ since: number }, { day: string; name: string; value: number }>(
  `select date(at / 1000, 'unixepoch') as day, name, sum(value) as value from (
     select started_at as at, 'sessions' as name, 1 as value from sessions where trust > 0
     union all select at, 'prompts', 1 from messages where kind = 'prompt' and live = 1 and bytes > 0 and trust > 0
     union all select at, 'answers', 1 from messages
       where role = 'assistant' and kind = 'text' and live = 1 and bytes > 0 and trust > 0
     union all select at, 'requests', 1 from messages where tok_out is not null and trust > 0
     union all select at, 'tokens_in', tok_fresh + tok_cache_read + tok_cache_write from messages
       where tok_out is not null and trust > 0
     union all select at, 'tokens_out', tok_out from messages where tok_out is not null and trust > 0
     union all select committed_at, 'commits', 1 from commits where rewritten_to is null
     union all select completed_at, 'tasks_done', 1 from tasks where completed_at is not null and quarantined = 0
   ) where at >= :since and value > 0 group by day, name order by day, name`,
);
