// Named reads of what a session sent to its model, in order, for whoever makes prefixes of it.
import { query } from '../../store/record-type.ts';

export interface TurnRow {
  /** Of the message, or of the call. */
  readonly ent: string;
  /** message, call, output. */
  readonly part: 'message' | 'call' | 'output';
  readonly rec: number;
  readonly role: string;
  readonly tool: string | null;
}

/** When a session was compacted last, by the summary it went on from; 0 where it never was. */
export const compactedAt = query<{ session_id: string }, { at: number }>(
  `select ifnull(max(at), 0) as at from messages where session_id = :session_id and live = 1 and kind = 'summary'`,
);
/** What stands in the context of a session from a time on, in order of time; a call before what it gave. */
export const turnsOfSession = query<{ session_id: string; since: number; limit: number }, TurnRow>(
  `select ent, part, rec, role, tool from (
     select id as ent, 'message' as part, rec, role, null as tool, at, hlc, 0 as n from messages
     where session_id = :session_id and live = 1 and bytes > 0 and kind in ('prompt', 'text', 'summary')
     union all select id, 'call', rec, 'assistant', tool, at, '', 1 from tool_calls where session_id = :session_id
     union all select id, 'output', result_rec, 'tool', tool, at, '', 2 from tool_calls
     where session_id = :session_id and result_rec is not null)
   where at >= :since
   order by at, n, hlc, ent limit :limit`,
);
/** Sessions that said something, the latest first. */
export const spokenSessions = query<
  { limit: number },
  { session_id: string; last_activity: number; ended_at: number | null }
>(
  `select session_id, last_activity, ended_at from sessions where message_count > 0
   order by last_activity desc, session_id limit :limit`,
);
/** Agent of the conversation that came to a session last, and the model that answered last; transcripts tell it by request. */
export const carrierOf = query<{ session_id: string }, { agent: string; model: string | null }>(
  `select agent, ifnull((select m.model from messages m where m.session_id = r.session_id and m.model is not null
     and m.tok_out is not null order by m.at desc, m.hlc desc limit 1), model) as model
   from session_runs r where session_id = :session_id order by started_at desc, run_id desc limit 1`,
);
/** The model that answered last, in one of the sessions heard last. */
export const newestModel = query<Record<string, never>, { model: string }>(
  `select m.model from (select session_id, last_activity from sessions where message_count > 0
     order by last_activity desc, session_id limit 20) s join messages m on m.session_id = s.session_id
   where m.model is not null and m.tok_out is not null order by s.last_activity desc, m.at desc, m.hlc desc limit 1`,
);
