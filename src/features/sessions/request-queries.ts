// Model requests one by one, for whoever looks at what each of them took from a provider's cache.
import { query } from '../../store/record-type.ts';

export interface UsedSession {
  readonly session_id: string;
  readonly parent_session_id: string | null;
  readonly agent: string | null;
}

/** Sessions that asked a model since then, oldest first; those of sub-agents only when they are wanted. */
export const usedSince = query<
  { since: number; agent: string | null; session_id: string | null; children: number },
  UsedSession
>(
  `select m.session_id, s.parent_session_id, min(m.agent) as agent from messages m
   left join sessions s on s.session_id = m.session_id
   where m.tok_out is not null and m.at >= :since and (:session_id is null or m.session_id = :session_id)
     and (:agent is null or m.agent = :agent) and (:children = 1 or s.parent_session_id is null)
   group by 1, 2 order by min(m.at), 1`,
);

export interface RequestRow {
  readonly request_id: string | null;
  readonly at: number;
  readonly model: string | null;
  readonly fresh: number;
  readonly cache_read: number;
  readonly cache_write: number;
  readonly write_1h: number;
  readonly output: number;
}

/** Every request of a session that had any input, oldest first. */
export const requestsOfSession = query<{ session_id: string }, RequestRow>(
  `select request_id, at, model, tok_fresh as fresh, tok_cache_read as cache_read, tok_cache_write as cache_write,
     ifnull(tok_write_1h, 0) as write_1h, tok_out as output from messages
   where session_id = :session_id and tok_out is not null and tok_fresh + tok_cache_read + tok_cache_write > 0
   order by at, hlc, id`,
);

/** When the agent put a summary in place of its history. */
export const summariesOf = query<{ session_id: string }, { at: number }>(
  "select at from messages where session_id = :session_id and kind = 'summary' order by at",
);
