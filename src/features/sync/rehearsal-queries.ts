import { query } from '../../store/record-type.ts';

export type RehearsalRow = {
  readonly remote_id: string;
  /** `noProject` for the user database. */
  readonly project_id: string;
  readonly at: number;
  readonly state: 'whole' | 'differs' | 'failed';
  /** JSON of what is wrong and what to type. */
  readonly findings: string;
  /** JSON list of names. */
  readonly spoilt: string;
};

export const allRehearsals = query<Record<string, never>, RehearsalRow>(
  'select remote_id, project_id, at, state, findings, spoilt from rehearsals order by at, remote_id, project_id',
);
export const toMend = query<{ remote_id: string }, { spoilt: string }>(
  'select spoilt from rehearsals where remote_id = :remote_id and to_mend = 1',
);
export const keep = query<RehearsalRow & { to_mend: number }, unknown>(
  `insert into rehearsals (remote_id, project_id, at, state, findings, spoilt, to_mend)
   values (:remote_id, :project_id, :at, :state, :findings, :spoilt, :to_mend)
   on conflict (remote_id, project_id) do update set at = :at, state = :state, findings = :findings, spoilt = :spoilt,
     to_mend = :to_mend`,
);
export const mended = query<{ remote_id: string }, unknown>(
  'update rehearsals set to_mend = 0 where remote_id = :remote_id',
);
export const dropOthers = query<{ pairs: string }, unknown>(
  "delete from rehearsals where remote_id || ' ' || project_id not in (select value from json_each(:pairs))",
);
