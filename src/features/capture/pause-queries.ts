// Times in which nothing is taken in.
import { query } from '../../store/record-type.ts';

export interface PauseRow {
  /** null: everywhere. */
  readonly project_id: string | null;
  readonly from_at: number;
  /** null: until it is ended. */
  readonly until_at: number | null;
}

/** Every pause a project ever had, its own and those of all projects. */
export const pausesOf = query<{ project_id: string }, PauseRow>(
  `select project_id, from_at, until_at from pauses where project_id is null or project_id = :project_id
   order by from_at`,
);
export const addPause = query<{ project_id: string | null; from_at: number; until_at: number | null }, unknown>(
  'insert into pauses (project_id, from_at, until_at) values (:project_id, :from_at, :until_at)',
);
/** Ends what runs of one reach: of a project, or (null) of everywhere. */
export const endPause = query<{ project_id: string | null; now: number }, unknown>(
  `update pauses set until_at = :now
   where project_id is :project_id and from_at <= :now and (until_at is null or until_at > :now)`,
);
export const endEveryPause = query<{ now: number }, unknown>(
  'update pauses set until_at = :now where from_at <= :now and (until_at is null or until_at > :now)',
);
