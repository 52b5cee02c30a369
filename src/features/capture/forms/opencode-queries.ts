// Reads of opencode's own database. Its tables are its maker's and may change: what is missing is a fault of the file.
import { type Params, query } from '../../../store/record-type.ts';

export interface SessionMark {
  /** Milliseconds since 1970 of the last change of the session or anything in it. */
  readonly updated: number;
  /** Rows of messages and parts. */
  readonly count: number;
}
/** What shows that a session or anything in it has changed. */
export const sessionMark = query<{ id: string }, SessionMark>(
  `select max(s.time_updated, ifnull((select max(time_updated) from message where session_id = :id), 0),
     ifnull((select max(time_updated) from part where session_id = :id), 0)) as updated,
     (select count(*) from message where session_id = :id) + (select count(*) from part where session_id = :id) as count
   from session s where s.id = :id`,
);
export const allSessions = query<Params, { id: string }>('select id from session order by id');

/** A session row, whatever columns this version has. */
export const sessionRow = query<{ id: string }, Readonly<Record<string, unknown>>>(
  'select * from session where id = :id',
);
export const worktreeOf = query<{ id: string }, { worktree: string }>('select worktree from project where id = :id');

export interface MessageMark {
  readonly id: string;
  readonly updated: number;
  readonly parts: number;
  readonly bytes: number;
}
/** The messages of a session in their order, each with what shows that it or a part of it has changed. */
export const messageMarks = query<{ session: string }, MessageMark>(
  `select m.id, max(m.time_updated, ifnull(max(p.time_updated), 0)) as updated, count(p.id) as parts,
     octet_length(m.data) + ifnull(sum(octet_length(p.data)), 0) as bytes
   from message m left join part p on p.message_id = m.id
   where m.session_id = :session group by m.id order by m.time_created, m.id`,
);
export interface DataRow {
  readonly id: string;
  readonly data: string;
  readonly created: number;
}
export const messageData = query<{ id: string }, DataRow>(
  'select id, data, time_created as created from message where id = :id',
);
export const partData = query<{ message: string }, DataRow>(
  'select id, data, time_created as created from part where message_id = :message order by id',
);
