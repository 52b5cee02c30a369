import { query } from '../../store/record-type.ts';

type After = { readonly after: number };

export const recordPage = query<After, { n: number; ent: string; type: string; body: string }>(
  `select n, ent, type, body from records where n > :after and state = 0 and body is not null order by n limit 500`,
);
export const blobPage = query<After, { blob_n: number; hash: Uint8Array; codec: number; data: Uint8Array }>(
  'select blob_n, hash, codec, data from blobs where blob_n > :after and data is not null order by blob_n limit 50',
);
/** Parts of kept transcripts. */
export const segmentPage = query<
  After,
  { id: number; agent: string; native_id: string; codec: number; data: Uint8Array }
>(
  `select rowid as id, agent, native_id, codec, data from transcript_segments where rowid > :after order by rowid limit 20`,
);
export interface KindRow {
  readonly ent: string;
  readonly type: string;
  readonly hlc: string;
  readonly session_id: string | null;
  readonly name: string | null;
}
/** What an entity is, by its first record, and what it is called. */
export const kindsOf = query<{ ents: string }, KindRow>(
  `select r.ent, r.type, min(r.hlc) as hlc, r.body ->> '$.fields.session_id' as session_id,
     coalesce(r.body ->> '$.fields.key', r.body ->> '$.fields.title', r.body ->> '$.fields.description',
       r.body ->> '$.fields.content', r.body ->> '$.fields.subject', r.body ->> '$.fields.path', r.body ->> '$.fields.tool',
       r.body ->> '$.fields.uri') as name
   from records r where r.state = 0 and r.ent in (select value from json_each(:ents)) group by r.ent order by hlc desc`,
);
export const sessionIdOf = query<{ ent: string }, { session_id: string }>(
  `select body ->> '$.fields.session_id' as session_id from records
   where ent = :ent and type = 'session' and body ->> '$.fields.session_id' is not null limit 1`,
);
