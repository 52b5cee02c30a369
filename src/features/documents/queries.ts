import { type Params, query } from '../../store/record-type.ts';

/** A document as its row has it. Times in milliseconds; metadata and actor are canonical JSON. */
export interface DocumentRow {
  readonly ent: string;
  readonly uri: string;
  readonly title: string;
  readonly kind: string;
  readonly mime: string;
  /** Number of the record that holds the text. */
  readonly rec: number;
  readonly sha256: string;
  readonly bytes: number;
  readonly version: string | null;
  readonly revision: number;
  readonly source: string;
  readonly path: string | null;
  readonly session_id: string | null;
  readonly metadata: string;
  readonly created_at: number;
  readonly updated_at: number;
  readonly retired_at: number | null;
  readonly origin: string;
  readonly trust: number;
  readonly actor: string;
  /** The text, where it was put together of what several wrote: then no record has it. */
  readonly merged: string | null;
}

export const columns = `ent, uri, title, kind, mime, rec, sha256, bytes, version, revision, source, path, session_id, metadata,
  created_at, updated_at, retired_at, origin, trust, actor, merged`;

/** primary key */
export const documentByEnt = query<{ ent: string }, DocumentRow>(`select ${columns} from documents where ent = :ent`);

/** unique index on uri */
export const documentByUri = query<{ uri: string }, DocumentRow>(`select ${columns} from documents where uri = :uri`);

export type DocumentPage = {
  readonly retired: number;
  readonly least_trust: number;
  readonly kind: string | null;
  readonly source: string | null;
  readonly prefix: string | null;
  readonly before_at: number;
  readonly before_ent: string;
  readonly limit: number;
};

/** documents_recent, newest first */
export const documentPage = query<DocumentPage, DocumentRow>(
  `select ${columns} from documents
   where (updated_at, ent) < (:before_at, :before_ent) and updated_at <= :before_at
     and (retired_at is not null) = :retired and trust >= :least_trust
     and (:kind is null or kind = :kind) and (:source is null or source = :source)
     and (:prefix is null or substr(uri, 1, length(:prefix)) = :prefix)
   order by updated_at desc, ent desc limit :limit`,
);

/** Live documents that were read from files. */
export const documentsWithPath = query<{ limit: number }, DocumentRow & { readonly path: string }>(
  `select ${columns} from documents where path is not null and retired_at is null order by updated_at desc limit :limit`,
);

export type DoubtedParams = {
  readonly all: number;
  readonly session: string | null;
  readonly author: string | null;
  readonly limit: number;
};

/** records_ent tells whether a person decided after the text that stands was put */
export const doubtedDocumentPage = query<DoubtedParams, DocumentRow & { readonly decided: number }>(
  `select * from (select ${columns}, exists (select 1 from records t where t.ent = documents.ent and t.type = 'document'
       and t.op = 'trust' and t.n > documents.rec) as decided from documents)
   where (trust = 0 or decided = 1) and (:all = 1 or (decided = 0 and retired_at is null))
     and (:session is null or session_id = :session or actor ->> '$.session' = :session)
     and (:author is null or ifnull(actor ->> '$.agent', actor ->> '$.user') = :author)
   order by updated_at desc, ent desc limit :limit`,
);

/** All live documents of a memory bank, by name. */
export const bankDocuments = query<{ prefix: string }, DocumentRow>(
  `select ${columns} from documents
   where kind = 'memory-bank' and substr(uri, 1, length(:prefix)) = :prefix order by uri`,
);

interface Change {
  readonly n: number;
  readonly op: string;
  readonly hlc: string;
  /** Canonical JSON. */
  readonly actor: string;
}

/** records_ent: the changes of one document, in the order in which they were written */
export const changesOf = query<{ ent: string }, Change>(
  `select n, op, hlc, json_extract(body, '$.actor') as actor from records
   where ent = :ent and type = 'document' and body is not null order by hlc, n`,
);

interface Base {
  readonly name: string;
  readonly base: string;
}

/** primary key */
export const basesOf = query<{ directory: string }, Base>(
  'select name, base from bank_files where directory = :directory',
);
export const baseOf = query<{ directory: string; name: string }, Base>(
  'select name, base from bank_files where directory = :directory and name = :name',
);
export const keepBase = query<{ directory: string; name: string; base: string; at: number }, unknown>(
  `insert into bank_files (directory, name, base, at) values (:directory, :name, :base, :at)
   on conflict (directory, name) do update set base = :base, at = :at`,
);
export const dropBase = query<{ directory: string; name: string }, unknown>(
  'delete from bank_files where directory = :directory and name = :name',
);

export const documentCount = query<Params, { count: number }>(
  'select count(*) as count from documents where retired_at is null',
);
export const documentsOfSession = query<{ session_id: string }, { ent: string }>(
  'select ent from documents where session_id = :session_id',
);
