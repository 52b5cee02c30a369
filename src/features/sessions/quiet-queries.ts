import { query } from '../../store/record-type.ts';

export interface QuietSession {
  readonly session_id: string;
  readonly current_agent: string | null;
}

/** sessions_activity: those not ended that were heard last in a span of time, without the sub-agents */
export const quietSince = query<{ after: number; until: number }, QuietSession>(
  `select session_id, current_agent from sessions
   where last_activity > :after and last_activity <= :until and ended_at is null and parent_session_id is null
   order by last_activity, session_id limit 100`,
);
