// What the mirror reads and writes: raw rows of records, on both sides, and how far it has come.
import { type Params, query } from '../../store/record-type.ts';

export const mirrorConsumer = 'mirror';

export const cursorOf = query<{ consumer: string }, { n: number }>('select n from cursors where consumer = :consumer');
export const moveCursor = query<{ consumer: string; n: number; now: number }, unknown>(
  `insert into cursors (consumer, n, updated_at) values (:consumer, :n, :now)
   on conflict (consumer) do update set n = max(n, excluded.n), updated_at = excluded.updated_at`,
);
export const lastRecord = query<Params, { n: number }>('select ifnull(max(n), 0) as n from records');

/** Entities of entries changed in a range of records: along the range, which is short, and not (hence +) along the type. */
export const entriesChanged = query<{ after: number; to: number }, { ent: string }>(
  `select distinct ent from records where n > :after and n <= :to and +type = 'context' and ent is not null`,
);

/** An entry worth a second copy. Nothing is asked of the registry but these columns. */
export const vitalEntry = query<{ ent: string }, { key: string; priority: string }>(
  `select key, priority from memory_context_registry
   where ent = :ent and (layer = 'permanent' or priority = 'critical')`,
);
export const entryName = query<{ ent: string }, { key: string; priority: string }>(
  'select key, priority from memory_context_registry where ent = :ent',
);

export interface RawRecord {
  readonly ws: string;
  readonly dev: string;
  readonly log: string;
  readonly seq: number;
  readonly v: number;
  readonly ent: string;
  readonly body: string | null;
  readonly salt: Uint8Array | null;
  readonly com: Uint8Array;
  readonly head: Uint8Array;
}

/** records_ent: what changed one entity, from some record on. */
export const rawRecords = query<{ ent: string; after: number; to: number }, RawRecord>(
  `select l.ws, l.dev, l.log, r.seq, r.v, r.ent, r.body, r.salt, r.com, r.head
   from records r join logs l using (log_n) where r.ent = :ent and r.n > :after and r.n <= :to order by r.n`,
);

/** mirror_of */
export const isMirrored = query<{ project_id: string; ent: string }, { seq: number }>(
  'select seq from mirror_records where project_id = :project_id and ent = :ent limit 1',
);
export const addMirrored = query<Params, unknown>(
  `insert into mirror_records (project_id, ws, dev, log, seq, v, ent, body, salt, com, head)
   values (:project_id, :ws, :dev, :log, :seq, :v, :ent, :body, :salt, :com, :head)
   on conflict (log, seq) do update set project_id = excluded.project_id where project_id <> excluded.project_id`,
);
/** mirror_of, in the order of their logs */
export const mirroredRecords = query<{ project_id: string }, RawRecord>(
  `select ws, dev, log, seq, v, ent, body, salt, com, head from mirror_records
   where project_id = :project_id order by log, seq`,
);
export const mirroredEntities = query<{ project_id: string }, { ent: string }>(
  'select distinct ent from mirror_records where project_id = :project_id',
);
/** mirror_of */
export const mirroredOf = query<{ project_id: string; ent: string }, { log: string; seq: number; body: string | null }>(
  'select log, seq, body from mirror_records where project_id = :project_id and ent = :ent',
);
/** A record that was erased: its text is gone, its place in the log is not. */
export const erasedRecord = query<{ log: string; seq: number }, { seq: number }>(
  'select r.seq from records r join logs l using (log_n) where l.log = :log and r.seq = :seq and r.state = 1',
);
export const dropMirroredRecord = query<{ log: string; seq: number }, unknown>(
  'delete from mirror_records where log = :log and seq = :seq',
);
export const mirroredCount = query<{ project_id: string }, { count: number }>(
  'select count(*) as count from mirror_records where project_id = :project_id',
);
export const moveMirrored = query<{ from: string; to: string }, unknown>(
  'update mirror_records set project_id = :to where project_id = :from',
);
export const dropMirrored = query<{ project_id: string }, unknown>(
  'delete from mirror_records where project_id = :project_id',
);

export interface PackedText {
  readonly hash: Uint8Array;
  readonly codec: number;
  readonly bytes: number;
  readonly data: Uint8Array | null;
}
export const packedText = query<{ hash: Uint8Array }, PackedText>(
  'select hash, codec, bytes, data from blobs where hash = :hash and data is not null',
);
export const addPackedText = query<Params, unknown>(
  `insert into blobs (hash, codec, bytes, refs, data, created_at) values (:hash, :codec, :bytes, 1, :data, :now)
   on conflict (hash) do update set refs = refs + 1, codec = excluded.codec, data = excluded.data`,
);

export const addTrace = query<Params, unknown>(
  `insert into memory_sync_events
     (event_id, event_type, context_key, source_system, target_systems, priority, payload, timestamp, processed, processed_at)
   values (:event_id, 'mirror', :context_key, :source_system, '["user"]', :priority, :payload, :now, 1, :now)
   on conflict (event_id) do nothing`,
);
export const trimTrace = query<{ before: number; most: number }, unknown>(
  `delete from memory_sync_events where timestamp < :before
     or id <= (select id from memory_sync_events order by id desc limit 1 offset :most)`,
);

/** Changes of vital entries that the mirror has not come to; along the range, as above. */
export const waitingForMirror = query<{ consumer: string }, { count: number }>(
  `select count(*) as count from records r join memory_context_registry e on e.ent = r.ent
   where r.n > ifnull((select n from cursors where consumer = :consumer), 0) and +r.type = 'context'
     and (e.layer = 'permanent' or e.priority = 'critical')`,
);
