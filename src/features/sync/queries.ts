import { query } from '../../store/record-type.ts';

export interface PackRow {
  readonly name: string;
  readonly log_n: number;
  readonly seq_from: number;
  readonly seq_to: number;
  readonly bytes: number;
  /** JSON list of the remotes that confirmed it. */
  readonly remotes: string;
  readonly kept: number;
  readonly rev: number;
  /** Erased records it knows of. */
  readonly stubs: number;
  /** Milliseconds from which on it goes from remotes, since another stands for it; null for one that counts. */
  readonly delete_after: number | null;
  /** When it was sealed here, or taken in. */
  readonly at: number;
}

type Of = { readonly log_n: number };

export const allPacks = query<Record<string, never>, PackRow>(
  `select name, log_n, seq_from, seq_to, bytes, remotes, kept, rev, stubs, delete_after, at from packs
   order by log_n, seq_from, name desc`,
);
export const packedTo = query<Of, { seq: number | null }>(
  "select max(seq_to) as seq from packs where log_n = :log_n and name glob '*.pk'",
);
export const addPack = query<Omit<PackRow, 'kept' | 'delete_after'>, unknown>(
  `insert into packs (name, log_n, seq_from, seq_to, rev, bytes, remotes, at, stubs)
   values (:name, :log_n, :seq_from, :seq_to, :rev, :bytes, :remotes, :at, :stubs)
   on conflict (name) do update set log_n = :log_n, kept = 1`,
);
export const confirmPack = query<{ name: string; remotes: string }, unknown>(
  'update packs set remotes = :remotes where name = :name',
);
export const dropPack = query<{ name: string }, unknown>('delete from packs where name = :name');
export const moveToBranch = query<{ from: number; to: number; seq: number }, unknown>(
  'update packs set log_n = :to where log_n = :from and seq_to >= :seq',
);
/** Of other devices, oldest first. */
export const othersKept = query<Record<string, never>, { name: string; bytes: number }>(
  `select p.name, p.bytes from packs p join logs l using (log_n)
   where p.kept = 1 and l.own = 0 order by p.at, p.name`,
);
/** Packs with records that were erased since they were sealed. Texts know of as many as their records did. */
export const holdingErased = query<Record<string, never>, PackRow & { own: number; dev: string }>(
  `select name, log_n, seq_from, seq_to, bytes, remotes, kept, rev, stubs, delete_after, p.at, own, dev
   from packs p join logs l using (log_n)
   where delete_after is null and exists (select 1 from erasures) and p.stubs <
     (select count(*) from records r where r.log_n = p.log_n and r.state = 1 and r.seq between p.seq_from and p.seq_to)
   order by log_n, seq_from, name desc`,
);
/** Packs on a remote, as far as was looked, that hold what was erased. targets: JSON list of [log, first, last]. */
export const heldThere = query<{ targets: string; remote_id: string }, { name: string; dev: string }>(
  `select distinct p.name, l.dev from json_each(:targets) t join logs l on l.log = t.value ->> 0
   join packs p on p.log_n = l.log_n and p.seq_to >= t.value ->> 1 and p.seq_from <= t.value ->> 2
   where p.remotes like '%' || :remote_id || '%' and p.stubs <
     (select count(*) from records r where r.log_n = p.log_n and r.state = 1 and r.seq between p.seq_from and p.seq_to)`,
);
/** Own packs that go later, since others stand for them, and hold what was erased meanwhile. */
export const leavingWithErased = query<{ now: number }, { name: string }>(
  `select p.name from packs p join logs l using (log_n)
   where p.delete_after > :now and l.own = 1 and exists (select 1 from erasures) and p.stubs <
     (select count(*) from records r where r.log_n = p.log_n and r.state = 1 and r.seq between p.seq_from and p.seq_to)`,
);
/** Packs for which another with a greater revision stands: records with all their texts. */
export const olderRevisions = query<Record<string, never>, { name: string; own: number }>(
  `select p.name, l.own from packs p join logs l using (log_n) where p.delete_after is null and exists
     (select 1 from packs q where q.log_n = p.log_n and q.rev > 0 and q.rev > p.rev and q.delete_after is null
       and q.seq_from <= p.seq_from and q.seq_to >= p.seq_to and q.name glob '*.pk')`,
);
/** Own packs of texts that carry one which is no longer here. */
export const holdingGoneTexts = query<Record<string, never>, { name: string }>(
  `select distinct t.pack as name from pack_texts t left join blobs b using (hash)
   where t.pack is not null and b.hash is null and exists (select 1 from erasures)`,
);
/** Texts that no record names: of records that were dropped, where none is kept that cannot be read yet. */
const isUnnamed = `refs <= 0 and data is not null and exists (select 1 from erasures)
  and not exists (select 1 from records where state > 1)`;
export const unnamedTexts = query<Record<string, never>, { count: number }>(
  `select count(*) as count from blobs where ${isUnnamed}`,
);
export const dropUnnamedTexts = query<Record<string, never>, unknown>(`delete from blobs where ${isUnnamed}`);
/** Packs for which others stand, and that a remote was seen to have. */
export const replacedOn = query<{ remote_id: string }, { name: string; log_n: number; remotes: string }>(
  `select name, log_n, remotes from packs where delete_after is not null and remotes like '%' || :remote_id || '%'`,
);
export const textsIn = query<{ pack: string }, { hash: Uint8Array }>(
  'select hash from pack_texts where pack = :pack order by hash',
);
export const dropPackedTexts = query<{ pack: string }, unknown>('delete from pack_texts where pack = :pack');
/** Another pack stands for it from now on. */
export const replacePack = query<{ name: string; delete_after: number }, unknown>(
  'update packs set delete_after = :delete_after, kept = 0 where name = :name',
);
/** Others that stood for a part of a range, as far as they may still lie on a remote. */
export const standingWithin = query<Of & { from: number; to: number; rev: number }, { name: string }>(
  `select name from packs where log_n = :log_n and seq_from >= :from and seq_to <= :to and rev < :rev
     and (delete_after is null or remotes <> '[]') order by name`,
);
/** When a pack of this device was sealed again, for the last time. */
export const lastSealedAgain = query<Record<string, never>, { at: number | null }>(
  'select max(p.at) as at from packs p join logs l using (log_n) where l.own = 1 and p.rev > 0 and p.delete_after is null',
);
/** Bytes of the records of a range; of an erased one, of the line that stands for it at most. */
export const plainOf = query<Of & { from: number; to: number }, { bytes: number | null }>(
  `select sum(ifnull(octet_length(body), 128)) as bytes from records where log_n = :log_n and seq between :from and :to`,
);
/** Packs for which others have stood for long: own ones when they are gone from every remote. */
export const dropForgotten = query<{ before: number }, unknown>(
  `delete from packs where delete_after < :before
     and (remotes = '[]' or log_n in (select log_n from logs where own = 0))`,
);
export const erasedBetween = query<Of & { from: number; to: number }, { count: number }>(
  'select count(*) as count from records where log_n = :log_n and state = 1 and seq between :from and :to',
);
export const noLongerKept = query<{ name: string }, unknown>('update packs set kept = 0 where name = :name');

export interface CutRow {
  readonly seq: number;
  readonly v: number;
  readonly hlc: string | null;
  readonly body: string | null;
  readonly salt: Uint8Array | null;
  readonly com: Uint8Array;
  readonly head: Uint8Array;
}
export const recordsAfter = query<Of & { seq: number; limit: number }, CutRow>(
  `select seq, v, hlc, body, salt, com, head from records
   where log_n = :log_n and seq > :seq order by seq limit :limit`,
);
export const lastOwn = query<Record<string, never>, { n: number | null }>(
  'select max(n) as n from records join logs using (log_n) where own = 1',
);
export const isPackedText = query<Of & { hash: Uint8Array }, { packed: 1 }>(
  'select 1 as packed from pack_texts where log_n = :log_n and hash = :hash',
);
export const notePackedText = query<Of & { hash: Uint8Array; pack: string }, unknown>(
  `insert into pack_texts (log_n, hash, pack) values (:log_n, :hash, :pack)
   on conflict (log_n, hash) do update set pack = :pack`,
);

export const saveCursor = query<{ n: number; now: number }, unknown>(
  `insert into cursors (consumer, n, updated_at) values ('sync', :n, :now)
   on conflict (consumer) do update set n = :n, updated_at = :now`,
);
/** How far a remote has confirmed each log. */
export const confirmedTo = query<{ remote_id: string }, { log_n: number; seq: number }>(
  `select log_n, max(seq_to) as seq from packs
   where name glob '*.pk' and exists (select 1 from json_each(remotes) where value = :remote_id) group by log_n`,
);
/** Own records that a remote has not confirmed. */
export const unconfirmed = query<{ remote_id: string }, { count: number }>(
  `select ifnull(sum(l.seq - ifnull(m.remote_version, 0)), 0) as count from logs l left join sync_metadata m
     on m.resource_type = 'log' and m.resource_id = l.log and ifnull(m.remote_id, '') = :remote_id
   where l.own = 1 and l.seq > ifnull(m.remote_version, 0)`,
);

/** Own records that no pack holds yet, by kind. */
export const leaving = query<Record<string, never>, { kind: string; records: number; bytes: number }>(
  `select r.type || '.' || r.op as kind, count(*) as records, sum(octet_length(r.body)) as bytes
   from records r join logs using (log_n)
   where own = 1 and r.body is not null and n > ifnull((select n from cursors where consumer = 'sync'), 0)
   group by 1 order by 1`,
);

export type PinKind = 'log' | 'device' | 'keyring' | 'listed' | 'announced' | 'bad';
export type Pin = {
  readonly id: string;
  readonly n: number;
  readonly value: string;
};
type PinOf = { readonly remote_id: string; readonly kind: PinKind };
export const pin = query<PinOf & { id: string }, Pin>(
  'select id, n, value from pins where remote_id = :remote_id and kind = :kind and id = :id',
);
export const pinsOf = query<PinOf, Pin>('select id, n, value from pins where remote_id = :remote_id and kind = :kind');
export const setPin = query<PinOf & Pin, unknown>(
  `insert into pins (remote_id, kind, id, n, value) values (:remote_id, :kind, :id, :n, :value)
   on conflict (remote_id, kind, id) do update set n = :n, value = :value`,
);
export const dropPin = query<PinOf & { id: string }, unknown>(
  'delete from pins where remote_id = :remote_id and kind = :kind and id = :id',
);
/** What one remote confirmed is to be sent to it again. */
export const unconfirmAll = query<{ remote_id: string }, unknown>(
  `update packs set remotes = (select json_group_array(value) from json_each(remotes) where value <> :remote_id)
   where remotes like '%' || :remote_id || '%'`,
);
export const dropPins = query<{ remote_id: string }, unknown>('delete from pins where remote_id = :remote_id');

export const setMetadata = query<
  {
    resource_id: string;
    remote_id: string;
    local_version: number;
    remote_version: number;
    last_sync: number;
    sync_status: 'synced' | 'pending';
  },
  unknown
>(
  `insert into sync_metadata (resource_type, resource_id, remote_id, local_version, remote_version, last_sync, sync_status)
   values ('log', :resource_id, :remote_id, :local_version, :remote_version, :last_sync, :sync_status)
   on conflict (resource_type, resource_id, ifnull(remote_id, '')) do update set
     local_version = :local_version, remote_version = :remote_version, last_sync = :last_sync, sync_status = :sync_status`,
);
export const addSyncEvent = query<
  {
    event_id: string;
    key: string;
    source: string;
    targets: string;
    payload: string;
    now: number;
    error: string | null;
  },
  unknown
>(
  `insert into memory_sync_events (event_id, event_type, context_key, source_system, target_systems, priority, payload,
     timestamp, processed, processed_at, error)
   values (:event_id, 'sync', :key, :source, :targets, 'medium', :payload, :now, :error is null,
     case when :error is null then :now end, :error)`,
);
