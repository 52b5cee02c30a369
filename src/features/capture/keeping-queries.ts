// What moves with a project, or is read again, when its database is joined with another or put back.
import { type Params, query } from '../../store/record-type.ts';

/** Own transcripts of a project will be read again from their beginning, which adds what is missing and nothing twice. */
export const forgetOwnSources = query<{ project_id: string }, unknown>(
  "delete from ingest_sources where project_id = :project_id and trusted = 'own'",
);
/** Where both read a file, the one that is joined to has read it already. */
export const moveSources = query<{ from: string; to: string }, unknown>(
  'update or ignore ingest_sources set project_id = :to where project_id = :from',
);
export const dropSources = query<{ project_id: string }, unknown>(
  'delete from ingest_sources where project_id = :project_id',
);

export interface KeptSegment {
  readonly n: number;
  readonly agent: string;
  readonly native_id: string;
  readonly source: string;
  readonly part: number;
  readonly first_line: number;
  readonly lines: number;
  readonly codec: number;
  readonly bytes: number;
  readonly data: Uint8Array;
  readonly at: number;
}

export const segmentsAfter = query<{ after: number; limit: number }, KeptSegment>(
  `select rowid as n, agent, native_id, source, part, first_line, lines, codec, bytes, data, at
   from transcript_segments where rowid > :after order by rowid limit :limit`,
);
export const addSegment = query<Params, unknown>(
  `insert into transcript_segments (agent, native_id, source, part, first_line, lines, codec, bytes, data, at)
   values (:agent, :native_id, :source, :part, :first_line, :lines, :codec, :bytes, :data, :at)
   on conflict (agent, native_id, source, part) do nothing`,
);
