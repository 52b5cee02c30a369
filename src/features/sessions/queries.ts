// Named reads of sessions, messages, work, tasks and handoffs.
import type { Id } from '../../core/ids.ts';
import { type Params, query } from '../../store/record-type.ts';

interface BySession extends Params {
  readonly session_id: string;
}

export interface SessionRow {
  readonly session_id: string;
  readonly ent: string;
  readonly tenant_id: string | null;
  readonly user_id: string | null;
  readonly title: string | null;
  readonly parent_session_id: string | null;
  readonly fork_of: string | null;
  readonly worktree: string | null;
  readonly branch: string | null;
  readonly head_start: string | null;
  readonly active_agents: string;
  readonly current_agent: string | null;
  readonly previous_agent: string | null;
  readonly handoff_count: number;
  readonly metadata: string;
  readonly started_at: number;
  readonly last_activity: number;
  readonly ended_at: number | null;
  readonly end_reason: string | null;
  readonly message_count: number;
  readonly task_count: number;
  readonly tool_count: number;
  readonly edit_count: number;
  readonly commit_count: number;
  readonly tok_fresh: number;
  readonly tok_cache_read: number;
  readonly tok_cache_write: number;
  readonly tok_out: number;
}

const sessionColumns = `s.session_id, s.ent, s.tenant_id, s.user_id, s.title, s.parent_session_id, s.fork_of, s.worktree,
  s.branch, s.head_start, s.active_agents, s.current_agent, s.previous_agent, s.handoff_count, s.metadata, s.started_at,
  s.last_activity, s.ended_at, s.end_reason, s.message_count, s.task_count, s.tool_count, s.edit_count, s.commit_count,
  s.tok_fresh, s.tok_cache_read, s.tok_cache_write, s.tok_out`;

export const sessionExists = query<BySession, { found: 1 }>(
  'select 1 as found from sessions where session_id = :session_id',
);
export const sessionById = query<BySession, SessionRow>(
  `select ${sessionColumns} from sessions s where session_id = :session_id`,
);
/** Sessions whose id begins with a prefix; two are enough to know that it is ambiguous. */
export const sessionsByPrefix = query<{ prefix: string; end: string }, SessionRow>(
  `select ${sessionColumns} from sessions s where session_id >= :prefix and session_id < :end limit 2`,
);
/** The newest session a person would go on with: no sub-agent's, of one work tree or of any. */
export const newestSession = query<{ worktree: string | null; least_trust: number }, SessionRow>(
  `select ${sessionColumns} from sessions s where parent_session_id is null and trust >= :least_trust
     and (:worktree is null or worktree is null or worktree = :worktree)
   order by last_activity desc, session_id limit 1`,
);
/** The session that works in a work tree: neither ended nor silent since then; of several the one heard last. */
export const workingSession = query<{ worktree: string; since: number }, { session_id: string; last_activity: number }>(
  `select session_id, last_activity from sessions where parent_session_id is null and ended_at is null
     and last_activity > :since and ifnull(worktree, 'main') = :worktree
   order by last_activity desc, session_id limit 1`,
);
export const sessionPage = query<Params, SessionRow>(
  `select ${sessionColumns} from sessions s
   where s.trust >= :least_trust and (:agent is null or exists (select 1 from json_each(s.active_agents) a where a.value = :agent))
     and (:branch is null or branch = :branch
       or exists (select 1 from json_each(metadata, '$.branches') b where b.key = :branch))
     and (:worktree is null or worktree is null or worktree = :worktree)
     and last_activity >= :since and last_activity <= :until
     and (:told = 0 or (parent_session_id is null and message_count > 0))
     and (:children = 1 or parent_session_id is null)
     and (:user is null or user_id = :user) and (:tenant is null or tenant_id = :tenant)
     and (last_activity < :before or (last_activity = :before and session_id > :after))
   order by last_activity desc, session_id limit :limit`,
);
export const runOf = query<{ agent: string; native_id: string }, { session_id: string; run_id: string }>(
  'select session_id, run_id from session_runs where agent = :agent and native_id = :native_id',
);

/** A run of one of some agents, by its name, whose own transcript was read. agents: a list as JSON. */
export const originalRun = query<{ agents: string; native_id: string }, { found: 1 }>(
  `select 1 as found from json_each(:agents) a join session_runs r on r.agent = a.value and r.native_id = :native_id
   where exists (select 1 from messages m where m.session_id = r.session_id and m.run_id = r.run_id) limit 1`,
);

export interface RunRow {
  readonly run_id: string;
  readonly agent: string;
  readonly native_id: string;
  readonly model: string | null;
  readonly branch: string | null;
  readonly started_at: number;
}
/** The conversation that carries a session: the one that came to it last. */
export const newestRun = query<BySession, { run_id: string; agent: string }>(
  'select run_id, agent from session_runs where session_id = :session_id order by started_at desc, run_id desc limit 1',
);
export const runsOfSession = query<BySession, RunRow>(
  `select run_id, agent, native_id, model, branch, started_at from session_runs where session_id = :session_id
   order by started_at, run_id`,
);

/** Whose words a session's last reply is. */
export const lastSpeaker = query<BySession, { agent: string | null }>(
  `select agent from messages where session_id = :session_id and role = 'assistant' and kind = 'text' and bytes > 0
     and live = 1 order by at desc, hlc desc limit 1`,
);
export const messageOwner = query<{ id: string }, { session_id: string; at: number; rec: number }>(
  'select session_id, at, rec from messages where id = :id',
);
/** Live messages of a session of some length at some time; hooked: 1 those that a hook alone told, 0 the others. */
export const messagesAround = query<Params, { id: Id; rec: number }>(
  `select id, rec from messages where session_id = :session_id and at between :from and :until and bytes = :bytes
     and live = 1 and kind = :as and (native_id is :mark) = :hooked order by at, hlc, id`,
);
export const anyOfHook = query<{ session_id: string; mark: string }, { id: Id }>(
  'select id from messages where session_id = :session_id and live = 1 and native_id = :mark limit 1',
);
/** When a conversation last spoke in its transcript. */
export const lastShownOfRun = query<{ run_id: string; session_id: string; mark: string }, { at: number }>(
  `select at from messages where session_id = :session_id and run_id = :run_id and live = 1 and native_id is not :mark
   order by at desc limit 1`,
);
/** When it last spoke by its hooks alone, after a time. */
export const lastHookedOfRun = query<
  { run_id: string; session_id: string; mark: string; after: number },
  { at: number }
>(
  `select at from messages where session_id = :session_id and at > :after and run_id = :run_id and live = 1
     and native_id = :mark order by at desc limit 1`,
);
export interface TextRow {
  readonly id: string;
  readonly rec: number;
  readonly role: string;
  readonly at: number;
}
export interface MessageRow extends TextRow {
  readonly kind: string;
  readonly agent: string | null;
  readonly model: string | null;
  readonly trust: number;
  readonly tok_fresh: number | null;
  readonly tok_cache_read: number | null;
  readonly tok_cache_write: number | null;
  readonly tok_out: number | null;
}
export const messageCounts = query<BySession, { role: string; count: number }>(
  `select role, count(*) as count from messages where session_id = :session_id and live = 1 and bytes > 0
     and kind in ('prompt', 'text') group by role`,
);
/** What people typed, here or in a transcript a person chose to take in; an agent's words are never among them. */
export const promptsOfSession = query<{ session_id: string; limit: number }, TextRow>(
  `select id, rec, role, at from messages where session_id = :session_id and kind = 'prompt' and live = 1
     and trust > 0 and origin in ('human', 'import') order by at desc, hlc desc, id desc limit :limit`,
);
export const firstPrompt = query<BySession, TextRow>(
  `select id, rec, role, at from messages where session_id = :session_id and kind = 'prompt' and live = 1
     and trust > 0 and origin in ('human', 'import') order by at, hlc, id limit 1`,
);
/** What a session without a title is named after. */
export const openingWords = query<BySession, TextRow>(
  `select id, rec, role, at from messages where session_id = :session_id and kind in ('prompt', 'text') and role = 'user'
     and bytes > 0 and live = 1 and trust > 0 order by at, hlc, id limit 1`,
);
export const repliesOfSession = query<{ session_id: string; limit: number }, TextRow>(
  `select id, rec, role, at from messages where session_id = :session_id and role = 'assistant' and kind = 'text'
     and bytes > 0 and live = 1 and trust > 0 order by at desc, hlc desc, id desc limit :limit`,
);
export const recentOfSession = query<{ session_id: string; limit: number }, TextRow>(
  `select id, rec, role, at from messages where session_id = :session_id and live = 1 and bytes > 0 and trust > 0
     and kind in ('prompt', 'text') order by at desc, hlc desc, id desc limit :limit`,
);
export const summariesOfSession = query<BySession, TextRow>(
  `select id, rec, role, at from messages where session_id = :session_id and kind = 'summary' and live = 1 and trust > 0
   order by at, hlc, id`,
);
/** after_rec: only what was written after that record, in the same order. */
export const messagePage = query<Params, MessageRow>(
  `select id, rec, role, kind, at, agent, model, trust, tok_fresh, tok_cache_read, tok_cache_write, tok_out from messages
   where session_id = :session_id and bytes > 0 and (:role is null or role = :role) and (:kind is null or kind = :kind)
     and (live = 1 or :dead = 1) and trust >= :least_trust and rec > :after_rec and (at, hlc, id) > (:at, ifnull((select hlc from messages where id = :id), ''), :id)
   order by at, hlc, id limit :limit`,
);

export interface CommandRow {
  readonly rec: number;
  readonly result_rec: number | null;
  readonly exit_code: number | null;
  readonly is_error: number;
  readonly at: number;
}
export const commandsOfSession = query<{ session_id: string; limit: number }, CommandRow>(
  `select t.rec, t.result_rec, t.exit_code, t.is_error, t.at from tool_calls t join records r on r.n = t.rec
   where t.session_id = :session_id and r.body ->> '$.fields.command' is not null
   order by t.at desc, t.id desc limit :limit`,
);
/** The last calls of tools that ran here; newest first. */
export const callsOfSession = query<{ session_id: string; limit: number }, { rec: number; files: string }>(
  `select rec, files from tool_calls where session_id = :session_id and hosted = 0 order by at desc, id desc limit :limit`,
);
export interface EditRow {
  readonly path: string;
  readonly kind: 'add' | 'modify' | 'delete' | 'rename';
  readonly added: number | null;
  readonly removed: number | null;
  readonly at: number;
  readonly committed: number;
}
export const editsOfSession = query<BySession, EditRow>(
  `select path, kind, added, removed, at, commit_sha is not null as committed from edits
   where session_id = :session_id order by at, id`,
);
/** Any commit we hold near a moment: the repository we know is then the one in which it was made. */
export const commitNear = query<{ from: number; until: number }, { found: 1 }>(
  'select 1 as found from commits where committed_at between :from and :until limit 1',
);

export interface TaskRow {
  readonly ent: Id;
  readonly task_id: string;
  readonly session_id: string | null;
  readonly description: string;
  readonly status: 'open' | 'in_progress' | 'done' | 'rejected' | 'superseded';
  readonly priority: 'critical' | 'high' | 'medium' | 'low';
  readonly assignee: string | null;
  readonly result: string | null;
  readonly parent: string | null;
  readonly created_at: number;
  readonly updated_at: number;
  readonly completed_at: number | null;
}
const taskColumns = `ent, task_id, session_id, description, status, priority, assignee, result, parent, created_at,
  updated_at, completed_at`;
export const taskOfSession = query<BySession, TaskRow>(
  `select ${taskColumns} from tasks where session_id = :session_id and quarantined = 0
   order by position, created_at, task_id`,
);
export const taskByEnt = query<{ ent: string }, TaskRow>(`select ${taskColumns} from tasks where ent = :ent`);
/** A task by the id it was given: that of a session where one is named, else the project's, else the last changed. */
export const taskById = query<{ session_id: string | null; task_id: string }, TaskRow>(
  `select ${taskColumns} from tasks where task_id = :task_id and (:session_id is null or session_id = :session_id)
   order by session_id is null desc, updated_at desc limit 1`,
);
/** Those in work first. A task that changes while a list is read may move to where it was not yet, or no more. */
const taskRank = "case status when 'in_progress' then 0 when 'open' then 1 else 2 end";
export const taskPage = query<Params, TaskRow>(
  `select ${taskColumns} from tasks where (:session_id is null or session_id = :session_id) and quarantined <= :quarantined
     and (:status is null or status = :status) and (:assignee is null or assignee = :assignee)
     and (${taskRank}, -updated_at, ent) > (:rank, -:at, :id)
   order by ${taskRank}, -updated_at, ent limit :limit`,
);

export interface HandoffRow {
  readonly handoff_id: Id;
  readonly rec: number;
  readonly session_id: string;
  readonly from_agent: string;
  readonly to_agent: string;
  readonly worktree: string | null;
  readonly branch: string | null;
  readonly to_user: string | null;
  readonly to_device: string | null;
  readonly through: string;
  readonly status: 'pending' | 'accepted' | 'superseded';
  readonly created_at: number;
  readonly expires_at: number;
  readonly accepted_at: number | null;
  readonly accepted_by: string | null;
  readonly accepted_run: string | null;
  readonly shown_at: number | null;
  readonly shown_run: string | null;
}
const handoffColumns = `handoff_id, rec, session_id, from_agent, to_agent, worktree, branch, to_user, to_device, through, status, created_at,
  expires_at, accepted_at, accepted_by, accepted_run, shown_at, shown_run`;
export const handoffById = query<{ handoff_id: string }, HandoffRow>(
  `select ${handoffColumns} from handoffs where handoff_id = :handoff_id`,
);
export const handoffsByPrefix = query<{ prefix: string; end: string }, HandoffRow>(
  `select ${handoffColumns} from handoffs where handoff_id >= :prefix and handoff_id < :end order by created_at desc limit 8`,
);
export const handoffOfRun = query<{ native_id: string }, HandoffRow>(
  `select ${handoffColumns} from handoffs where shown_run = :native_id and status = 'pending'
   order by created_at desc limit 1`,
);
export const handoffPage = query<Params, HandoffRow>(
  `select ${handoffColumns} from handoffs where (:session_id is null or session_id = :session_id)
     and (:to_agent is null or to_agent = :to_agent or to_agent = 'any')
     and (:status is null or status = :status)
     and (:waits is null or (expires_at > :now) = :waits)
     and (-created_at, handoff_id) > (-:at, :id) order by -created_at, handoff_id limit :limit`,
);
/** Handoffs of a session that were accepted since a time. */
export const acceptedSince = query<{ session_id: string; at: number }, HandoffRow>(
  `select ${handoffColumns} from handoffs where session_id = :session_id and status = 'accepted' and accepted_at > :at
   order by accepted_at, handoff_id`,
);
export const pendingOfSession = query<{ session_id: string; now: number }, HandoffRow>(
  `select ${handoffColumns} from handoffs where session_id = :session_id and status = 'pending' and expires_at > :now
   order by created_at desc, handoff_id limit 1`,
);
/** Waiting handoffs for an agent in a work tree, newest first; a printed one that nobody took yet is still waiting. */
export const waitingHandoffs = query<
  { to_agent: string; now: number; user?: string | undefined; device?: string | undefined },
  HandoffRow
>(
  `select ${handoffColumns} from handoffs where status = 'pending' and expires_at > :now
     and to_agent in (:to_agent, 'any') and (:user is null or to_user is null or to_user = :user)
     and (:device is null or to_device is null or to_device = :device) order by created_at desc, handoff_id`,
);
export const showHandoff = query<{ handoff_id: string; at: number; run: string }, unknown>(
  "update handoffs set shown_at = :at, shown_run = :run where handoff_id = :handoff_id and status = 'pending'",
);
export const rearmHandoffs = query<{ run: string }, unknown>(
  "update handoffs set shown_at = null, shown_run = null where shown_run = :run and status = 'pending'",
);
export const position = query<Params, { log: string; seq: number }>(
  `select log, seq from (
     select l.log, (select max(r.seq) from records r where r.log_n = l.log_n) as seq from logs l
   ) where seq is not null order by log`,
);
export const recordOfSeq = query<{ log: string; seq: number }, { n: number }>(
  'select r.n from records r join logs l using (log_n) where l.log = :log and r.seq <= :seq order by r.seq desc limit 1',
);
export const totals = query<Params, { sessions: number; messages: number; records: number }>(
  `select (select count(*) from sessions) as sessions,
     (select count(*) from messages where bytes > 0 and kind in ('prompt', 'text')) as messages,
     (select count(*) from records) as records`,
);

/** sessions_activity: those that are neither ended nor quiet for too long */
export const workingSessions = query<{ after: number }, { sessions: number; tenants: number }>(
  `select count(*) as sessions, count(distinct tenant_id) as tenants from sessions
   where last_activity > :after and ended_at is null`,
);

export const sessionTitle = query<BySession, { session_id: string; title: string | null }>(
  'select session_id, title from sessions where session_id = :session_id',
);
export const foundMessage = query<{ id: string }, { rec: number; session_id: string; live: number; trust: number }>(
  'select rec, session_id, live, trust from messages where id = :id',
);
/** A message and what answers it. */
export const branchOfMessage = query<{ session_id: string; id: string }, { id: string; live: number }>(
  'select id, live from messages where session_id = :session_id and (id = :id or parent_id = :id)',
);
/** Whether something was last marked as part of a session or not. */
export const markOf = query<{ id: string; session_id: string }, { live: number; hlc: string }>(
  'select live, hlc from message_marks where id = :id and session_id = :session_id',
);
export const editsOfCall = query<{ session_id: string; call: string }, { id: Id }>(
  'select id from edits where session_id = :session_id and tool_call_id = :call',
);
/** What stands of a run: words, calls and edits. */
export const standingOfRun = query<{ session_id: string; run_id: string }, { id: Id }>(
  `select id from messages where session_id = :session_id and run_id = :run_id and live = 1
   union all select id from tool_calls where session_id = :session_id and run_id = :run_id
   union all select id from edits where session_id = :session_id and run_id = :run_id`,
);
export const foundTool = query<{ id: string }, { rec: number; result_rec: number | null; tool: string }>(
  'select rec, result_rec, tool from tool_calls where id = :id',
);
export const foundCommit = query<{ ent: string }, { sha: string; rec: number; rewritten_to: string | null }>(
  'select sha, rec, rewritten_to from commits where ent = :ent',
);
export interface FoundTask {
  readonly task_id: string;
  readonly session_id: string | null;
  readonly description: string;
  readonly status: string;
  readonly priority: string;
  readonly agent: string | null;
  readonly result: string | null;
  readonly updated_at: number;
}
export const foundTask = query<{ ent: string }, FoundTask>(
  `select task_id, session_id, description, status, priority, agent, result, updated_at from tasks where ent = :ent`,
);
