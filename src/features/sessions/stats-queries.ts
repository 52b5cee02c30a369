// What was done in a time, and what it cost.
import { type Params, query } from '../../store/record-type.ts';

type Since = { readonly session_id: string; readonly since: number };

/** A session's own rows, and those of the agents it started. */
const ofFamily = `(session_id = :session_id
  or session_id in (select c.session_id from sessions c where c.parent_session_id = :session_id))`;

export interface ActiveRow {
  readonly session_id: string;
  readonly title: string | null;
  readonly current_agent: string | null;
  readonly started_at: number;
  readonly last_activity: number;
}
/** sessions_activity */
export const activeSince = query<{ since: number; limit: number }, ActiveRow>(
  `select session_id, title, current_agent, started_at, last_activity from sessions
   where last_activity >= :since and parent_session_id is null order by last_activity, session_id limit :limit`,
);
export const asksSince = query<Since, { rec: number; at: number }>(
  `select rec, at from messages where session_id = :session_id and at >= :since and kind = 'prompt' and live = 1
     and origin in ('human', 'import') order by at, hlc, id`,
);
export const filesSince = query<Since, { path: string; added: number; removed: number }>(
  `select path, sum(ifnull(added, 0)) as added, sum(ifnull(removed, 0)) as removed from edits
   where ${ofFamily} and at >= :since group by path order by sum(ifnull(added, 0) + ifnull(removed, 0)) desc, path`,
);
export const allCommitsSince = query<{ since: number }, { sha: string; rec: number; committed_at: number }>(
  `select sha, rec, committed_at from commits c where committed_at >= :since
     and (rewritten_to is null or not exists (select 1 from commits p where p.sha = c.rewritten_to))
   order by committed_at, sha limit 200`,
);
export const failedSince = query<
  Since,
  { rec: number; result_rec: number | null; exit_code: number | null; at: number }
>(
  `select t.rec, t.result_rec, t.exit_code, t.at from tool_calls t join records r on r.n = t.rec
   where (t.session_id = :session_id
     or t.session_id in (select c.session_id from sessions c where c.parent_session_id = :session_id))
     and t.at >= :since and t.is_error = 1 and r.body ->> '$.fields.command' is not null order by t.at desc, t.id desc`,
);

export interface UsageRow {
  readonly quarter: number;
  readonly agent: string | null;
  readonly model: string | null;
  readonly session_id: string;
  readonly size: number;
  readonly requests: number;
  readonly fresh: number;
  readonly cache_read: number;
  readonly cache_write: number;
  readonly write_1h: number;
  readonly output: number;
}
/**
 * Requests summed by quarter of an hour (every time zone begins its days at one), model, session and length of prompt.
 * A sub-agent's requests are its parent's.
 */
export const usageBetween = query<{ since: number; until: number; medium: number; long: number }, UsageRow>(
  `select m.at / 900000 as quarter, m.agent, m.model, ifnull(s.parent_session_id, m.session_id) as session_id,
     case when tok_in > :long then :long + 1 when tok_in > :medium then :medium + 1 else 0 end as size,
     count(*) as requests, sum(m.tok_fresh) as fresh, sum(m.tok_cache_read) as cache_read,
     sum(m.tok_cache_write) as cache_write, sum(ifnull(m.tok_write_1h, 0)) as write_1h, sum(m.tok_out) as output
   from (select *, tok_fresh + tok_cache_read + tok_cache_write as tok_in from messages
     where at >= :since and at < :until and tok_out is not null) m
   left join sessions s on s.session_id = m.session_id
   group by 1, 2, 3, 4, 5`,
);

/** Answers of agents in the whole project. */
export const answerCount = query<Params, { count: number }>(
  "select count(*) as count from messages where role = 'assistant' and kind = 'text' and bytes > 0",
);
