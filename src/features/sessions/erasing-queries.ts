// What is a session's own: the entities of its rows.
import { type Params, query } from '../../store/record-type.ts';

type BySession = { readonly session_id: string };

/** A session and those of its sub-agents, however deep. */
export const familyOf = query<BySession, { session_id: string }>(
  `with recursive family (session_id) as (
     select :session_id union select s.session_id from sessions s join family f on s.parent_session_id = f.session_id)
   select session_id from family`,
);
/** Every session that something is of, also one whose own records are not here. */
export const everySession = query<Params, { session_id: string }>(
  `select session_id from sessions union select session_id from session_runs union select session_id from messages
   union select session_id from tool_calls union select session_id from edits union select session_id from commit_links
   union select session_id from handoffs union select session_id from tasks where session_id is not null`,
);
/** Sessions of messages, calls, edits, tasks and handoffs. ents: a JSON list. */
export const sessionsCounting = query<{ ents: string }, { session_id: string }>(
  `with gone (ent) as (select value from json_each(:ents))
   select session_id from messages join gone on id = gone.ent
   union select session_id from tool_calls join gone on id = gone.ent
   union select session_id from edits join gone on id = gone.ent
   union select session_id from tasks join gone using (ent) where session_id is not null
   union select session_id from handoffs join gone on handoff_id = gone.ent`,
);
export const entitiesOfSession = query<BySession, { ent: string }>(
  `select ent from sessions where session_id = :session_id
   union select run_id from session_runs where session_id = :session_id
   union select id from messages where session_id = :session_id
   union select k.id from message_marks k where k.session_id = :session_id
     and not exists (select 1 from messages m where m.id = k.id and m.session_id <> :session_id)
   union select id from tool_calls where session_id = :session_id
   union select id from edits where session_id = :session_id
   union select ent from commit_links where session_id = :session_id
   union select ent from tasks where session_id = :session_id
   union select handoff_id from handoffs where session_id = :session_id`,
);
/** Its own conversations, and those in whose files its words may stand: the one that started it, and its copies. */
export const conversationsAround = query<BySession, { agent: string; native_id: string }>(
  `select agent, native_id from session_runs where session_id in (
     select :session_id
     union select parent_session_id from sessions where session_id = :session_id
     union select session_id from sessions where fork_of = :session_id)`,
);
