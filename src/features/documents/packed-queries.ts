import { query } from '../../store/record-type.ts';
import { columns, type DocumentRow } from './queries.ts';

/** primary key: live documents, page by page */
export const documentsFrom = query<{ after: string; limit: number }, DocumentRow>(
  `select ${columns} from documents where retired_at is null and ent > :after order by ent limit :limit`,
);

/** index on (ent, hlc): the last that came of a document with packages of one source */
export const lastCame = query<{ ent: string; source: string }, { log: string; seq: number }>(
  `select l.log, r.seq from records r join logs l using (log_n)
   where r.ent = :ent and r.body ->> '$.actor.via.source' = :source order by r.n desc limit 1`,
);
