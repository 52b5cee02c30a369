import { query } from '../../store/record-type.ts';

/** Sessions as session.list tells them for a branch. */
export const sessionsOn = query<{ branch: string }, { id: string }>(
  `select session_id as id from sessions where branch = :branch
     or exists (select 1 from json_each(metadata, '$.branches') b where b.key = :branch)`,
);
/** When a session was ended, and the branches it was on, one on each line. */
export const sessionLife = query<{ session_id: string }, { ended_at: number | null; branches: string }>(
  `select ended_at, ifnull(branch, '') || char(10)
     || ifnull((select group_concat(b.key, char(10)) from json_each(s.metadata, '$.branches') b), '') as branches
   from sessions s where session_id = :session_id`,
);
/** Commits made there, as they are called now. */
export const commitsOn = query<{ branch: string }, { id: string }>(
  `select ent as id from commits where branch = :branch
   union select c.ent from commits o join commits c on c.sha = o.rewritten_to where o.branch = :branch`,
);
