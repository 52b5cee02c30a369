import { query } from '../../store/record-type.ts';

/** The newest open conflicts. index on (status, opened_at) */
export const openConflicts = query<Record<never, never>, { conflict_id: string; ent: string; type: string }>(
  "select conflict_id, ent, type from conflicts where status = 'open' order by opened_at desc limit 1000",
);
