// Which edits a line may have come from, and what was asked before them.
import { query } from '../../store/record-type.ts';

export interface EditOfFile {
  readonly session_id: string;
  readonly tool_call_id: string | null;
  readonly at: number;
}
const columns = 'session_id, tool_call_id, at';
/** Of a file, in some commits, newest first. */
export const editsInCommits = query<{ path: string; shas: string }, EditOfFile>(
  `select ${columns} from edits where path = :path and session_id is not null
     and commit_sha in (select value from json_each(:shas)) order by at desc, id limit 100`,
);
/** Of a file, in no commit, newest first. */
export const editsInFlight = query<{ path: string }, EditOfFile>(
  `select ${columns} from edits where path = :path and session_id is not null and commit_sha is null
   order by at desc, id limit 100`,
);
export const callOfEdit = query<{ id: string }, { rec: number }>('select rec from tool_calls where id = :id');
/** What a person asked for last before a moment. */
export const askBefore = query<{ session_id: string; at: number }, { rec: number; at: number }>(
  `select rec, at from messages where session_id = :session_id and kind = 'prompt' and live = 1 and bytes > 0
     and origin in ('human', 'import') and at <= :at order by at desc, hlc desc, id desc limit 1`,
);
export const lastEditIn = query<{ session_id: string; shas: string }, { at: number | null }>(
  `select max(at) as at from edits where session_id = :session_id
     and commit_sha in (select value from json_each(:shas))`,
);
