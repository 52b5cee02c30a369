import { query } from '../../store/record-type.ts';
import { columns, type EntryRow } from './queries.ts';

/** unique index on ent: live entries of a project's database, page by page */
export const entriesFrom = query<{ after: string; limit: number }, EntryRow>(
  `select ${columns} from memory_context_registry where state = 'live' and ent > :after order by ent limit :limit`,
);

export interface CameRow {
  readonly log: string;
  readonly seq: number;
  readonly n: number;
  readonly op: string;
}

/** index on (ent, hlc): what came of an entry with packages of one source, oldest first */
export const cameFrom = query<{ ent: string; source: string }, CameRow>(
  `select l.log, r.seq, r.n, r.op from records r join logs l using (log_n)
   where r.ent = :ent and r.body ->> '$.actor.via.source' = :source order by r.n`,
);
