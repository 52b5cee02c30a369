// Named reads of what a session has in front of its model.
import { query } from '../../store/record-type.ts';

export interface SaidRow {
  readonly part: 'message' | 'call';
  readonly ent: string;
  readonly rec: number;
  readonly result_rec: number | null;
  readonly role: string;
  readonly tool: string | null;
}
/**
 * From a time on, in order of time; a call stands with its result, after the words that made it, and goes with
 * them when they are rewound. messages_session, tool_calls_session
 */
export const saidInSession = query<{ session_id: string; since: number; least_trust: number; limit: number }, SaidRow>(
  `select part, ent, rec, result_rec, role, tool from (
     select 'message' as part, id as ent, rec, null as result_rec, role, null as tool, at, hlc from messages
     where session_id = :session_id and live = 1 and bytes > 0 and kind in ('prompt', 'text', 'summary')
       and trust >= :least_trust
     union all
     select 'call', id, rec, result_rec, 'assistant', tool, at, '~' from tool_calls t
     where session_id = :session_id and hosted = 0
       and ifnull((select m.live from messages m where m.session_id = t.session_id and m.at <= t.at and m.bytes > 0
         order by m.at desc, m.hlc desc, m.id desc limit 1), 1) = 1)
   where at >= :since
   order by at, hlc, ent limit :limit`,
);

export interface RequestRow {
  readonly at: number;
  readonly model: string | null;
  readonly tokens: number;
}
/** Requests of its models that told what they used, oldest first. */
export const requestsOfSession = query<{ session_id: string }, RequestRow>(
  `select at, model, tok_fresh + tok_cache_read + tok_cache_write as tokens from messages
   where session_id = :session_id and tok_out is not null order by at, hlc, id`,
);
