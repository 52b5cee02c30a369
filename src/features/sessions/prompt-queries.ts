// Named reads of what stood in front of a model, for whoever says what changed between two requests.
import { query } from '../../store/record-type.ts';

export interface PromptRow {
  readonly ent: string;
  readonly part: 'message' | 'call' | 'output';
  readonly role: string;
  readonly kind: string;
  /** 0: it was rewound. */
  readonly live: 0 | 1;
  readonly at: number;
}
/** Everything that was ever in the context of a session, in order of time. messages_session, tool_calls_session */
export const promptRows = query<{ session_id: string }, PromptRow>(
  `select ent, part, role, kind, live, at from (
     select id as ent, 'message' as part, role, kind, live, at, hlc, 0 as n from messages
     where session_id = :session_id and bytes > 0 and kind in ('prompt', 'text', 'summary')
     union all select id, 'call', 'assistant', '', 1, at, '~', 1 from tool_calls where session_id = :session_id
     union all select id, 'output', 'tool', '', 1, at, '~', 2 from tool_calls
     where session_id = :session_id and result_rec is not null)
   order by at, hlc, ent, n`,
);
/** edits_path */
export const rulesEditsUntil = query<{ until: number }, { edits: number }>(
  `select count(*) as edits from edits where at <= :until
     and path in ('CLAUDE.md', '.claude/CLAUDE.md', 'CLAUDE.local.md', 'AGENTS.md', 'AGENTS.override.md', 'GEMINI.md')`,
);
