import { query } from '../../store/record-type.ts';

/** Sessions as session.list tells them for a branch. */
export const sessionsOn = query<{ branch: string }, { id: string }>(
  `select session_id as id from sessions where branch = :branch
     or exists (select 1 from json_each(metadata, '$.branches') b where b.key = :branch)`,
);
/** Commits made there, as they are called now. */
export const commitsOn = query<{ branch: string }, { id: string }>(
  `select ent as id from commits where branch = :branch
   union select c.ent from commits o join commits c on c.sha = o.rewritten_to where o.branch = :branch`,
);
