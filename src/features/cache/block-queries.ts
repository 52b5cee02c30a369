// Statements of the chain index: segments, blocks, and what is known of their use.
import { type Params, query } from '../../store/record-type.ts';
import type { SegmentKind } from './segment.ts';

interface ByHash extends Params {
  readonly h: Uint8Array;
}

// --- segments ----------------------------------------------------------------------------------------------------

export const segmentOfKey = query<{ cache_key: string }, { id: number }>(
  'select id from kv_cache where cache_key = :cache_key',
);
export const addSegment = query<Params, unknown>(
  `insert into kv_cache (cache_key, content_hash, kind, codec, plain_bytes, size_bytes, tokens, ent, created_at, content)
   values (:cache_key, :content_hash, :kind, :codec, :plain_bytes, :size_bytes, :tokens, :ent, :now, :content)`,
);
export interface SegmentRow {
  readonly id: number;
  readonly kind: SegmentKind;
  readonly content_hash: string;
  readonly codec: number;
  readonly tokens: number;
  readonly ent: string | null;
  readonly content: Uint8Array;
}
export const segmentById = query<{ id: number }, SegmentRow>(
  'select id, kind, content_hash, codec, tokens, ent, content from kv_cache where id = :id',
);
/** Segments of some messages and calls, and all that was rendered of many. ents: a list as JSON. */
export const segmentsOfEnts = query<{ ents: string }, { id: number }>(
  `select id from kv_cache where ent in (select value from json_each(:ents))
   union all select id from kv_cache where ent is null`,
);
export const renderedSegments = query<Record<string, never>, { id: number }>(
  'select id from kv_cache where ent is null',
);
export const segmentsOfKind = query<{ kind: string; limit: number }, { id: number }>(
  'select id from kv_cache where kind = :kind limit :limit',
);
export const someSegments = query<{ limit: number }, { id: number }>('select id from kv_cache limit :limit');
export const dropSegment = query<{ id: number }, unknown>('delete from kv_cache where id = :id');
/** Goes only when no block needs it and nobody holds it. */
export const dropUnusedSegment = query<{ id: number }, unknown>(
  `delete from kv_cache where id = :id and pinned = 0 and not exists (select 1 from kv_block where seg = :id)`,
);
/** What an insertion cut off by a kill, or a block that went, left behind. */
export const dropOrphans = query<{ before: number; limit: number }, unknown>(
  `delete from kv_cache where id in (select id from kv_cache c where pinned = 0 and created_at < :before
     and not exists (select 1 from kv_block b where b.seg = c.id) limit :limit)`,
);
export const segmentTotals = query<Record<string, never>, { kind: SegmentKind; segments: number; bytes: number }>(
  'select kind, count(*) as segments, sum(size_bytes) as bytes from kv_cache group by kind',
);

// --- blocks ------------------------------------------------------------------------------------------------------

export const blockKnown = query<ByHash, { found: 1 }>('select 1 as found from kv_block where h = :h');
export interface BlockRow {
  readonly h: Uint8Array;
  readonly parent: Uint8Array | null;
  readonly depth: number;
  readonly seg: number;
  readonly tok: number;
  readonly cum_tok: number;
  readonly uses: number;
  readonly sessions: number;
  readonly kids: number;
}
const blockColumns = 'h, parent, depth, seg, tok, cum_tok, uses, sessions, kids';
export const blockOf = query<ByHash, BlockRow>(`select ${blockColumns} from kv_block where h = :h`);
export const addBlock = query<Params, unknown>(
  `insert into kv_block (h, parent, depth, seg, tok, cum_tok, sessions, turn, class, last_used)
   values (:h, :parent, :depth, :seg, :tok, :cum_tok, :sessions, :turn, 0, :now)`,
);
/** One more block follows this one. */
export const addKid = query<ByHash, unknown>('update kv_block set kids = kids + 1 where h = :h');
/** A follower went: who needed it needed this one as well, at that time. */
export const dropKid = query<ByHash & { last_used: number }, unknown>(
  'update kv_block set kids = kids - 1, last_used = max(last_used, :last_used) where h = :h',
);
export const addSession = query<ByHash, unknown>('update kv_block set sessions = sessions + 1 where h = :h');
export const dropLeaf = query<ByHash, unknown>('delete from kv_block where h = :h and kids = 0');
/** What follows a block, the latest used first; h: null for what chains begin with. */
export const kidsOf = query<{ h: Uint8Array | null }, BlockRow>(
  `select ${blockColumns} from kv_block where parent is :h order by last_used desc, h`,
);
export const blocksOfSegment = query<{ seg: number }, BlockRow>(
  `select ${blockColumns} from kv_block where seg = :seg`,
);
export const blockCount = query<Record<string, never>, { blocks: number }>('select count(*) as blocks from kv_block');
export interface LeafRow extends Omit<BlockRow, 'sessions' | 'kids'> {
  readonly turn: number;
  readonly class: number;
  readonly last_used: number;
  readonly kind: SegmentKind;
  readonly size_bytes: number;
}
const leafColumns = `b.h, b.parent, b.depth, b.seg, b.tok, b.cum_tok, b.uses, b.turn, b.class, b.last_used, c.kind,
  c.size_bytes`;
/** Leaves of some kinds, the one unused longest first, deeper first on ties, from a time on. kinds: a list as JSON. */
export const oldestLeaves = query<{ from: number; kinds: string; limit: number }, LeafRow>(
  `select ${leafColumns}
   from kv_block b indexed by kv_block_leaf join kv_cache c on c.id = b.seg
   where b.kids = 0 and b.last_used >= :from and c.pinned = 0 and c.kind in (select value from json_each(:kinds))
   order by b.last_used, b.depth desc limit :limit`,
);
export const leafOf = query<ByHash, LeafRow>(
  `select ${leafColumns}
   from kv_block b join kv_cache c on c.id = b.seg where b.h = :h and b.kids = 0 and c.pinned = 0`,
);
/** Leaves whose hashes lie between two; as a rule one or none. */
export const leavesBetween = query<{ from: Uint8Array; to: Uint8Array }, LeafRow>(
  `select ${leafColumns}
   from kv_block b join kv_cache c on c.id = b.seg where b.h >= :from and b.h < :to and b.kids = 0 and c.pinned = 0`,
);
export const knownBetween = query<{ from: Uint8Array; to: Uint8Array }, { found: 1 }>(
  'select 1 as found from kv_block where h >= :from and h < :to',
);
export interface EndRow {
  readonly h: Uint8Array;
  readonly depth: number;
  readonly last_used: number;
}
/** Leaves behind one of them, in the order in which they were used last. kv_block_leaf */
export const leavesAfter = query<{ at: number; depth: number; h: Uint8Array; limit: number }, EndRow>(
  `select h, depth, last_used from kv_block indexed by kv_block_leaf
   where kids = 0 and last_used >= :at and (last_used > :at or depth < :depth or (depth = :depth and h > :h))
   order by last_used, depth desc, h limit :limit`,
);
export interface SizedBlock {
  readonly parent: Uint8Array | null;
  readonly tok: number;
  readonly sessions: number;
  readonly size_bytes: number;
}
export const sizedBlock = query<ByHash, SizedBlock>(
  `select b.parent, b.tok, b.sessions, c.size_bytes from kv_block b join kv_cache c on c.id = b.seg where b.h = :h`,
);
/** What several sessions begin with, the longest first. */
export const sharedPrefixes = query<{ least: number; limit: number }, BlockRow & { kind: SegmentKind }>(
  `select b.h, b.parent, b.depth, b.seg, b.tok, b.cum_tok, b.uses, b.sessions, b.kids, c.kind
   from kv_block b indexed by kv_block_shared join kv_cache c on c.id = b.seg
   where (kids >= 2 or (uses >= 3 and sessions >= 2)) and cum_tok >= :least
   order by (b.sessions - 1) * b.cum_tok desc, b.cum_tok desc, b.h limit :limit`,
);

// --- use ---------------------------------------------------------------------------------------------------------

export const touchBlock = query<ByHash & { uses: number; at: number }, unknown>(
  'update kv_block set uses = uses + :uses, last_used = max(last_used, :at) where h = :h',
);
export const touchSegment = query<ByHash & { uses: number; at: number }, unknown>(
  `update kv_cache set usage_count = usage_count + :uses, last_accessed = max(ifnull(last_accessed, 0), :at)
   where id = (select seg from kv_block where h = :h)`,
);
export const addLookups = query<{ day: number; lookups: number; asked: number; hit: number }, unknown>(
  `insert into kv_day (day, lookups, asked_tokens, hit_tokens) values (:day, :lookups, :asked, :hit)
   on conflict (day) do update set lookups = lookups + excluded.lookups,
     asked_tokens = asked_tokens + excluded.asked_tokens, hit_tokens = hit_tokens + excluded.hit_tokens`,
);
export const dropOldDays = query<{ before: number }, unknown>('delete from kv_day where day < :before');
export const lookupsSince = query<{ day: number }, { lookups: number; asked: number; hit: number }>(
  `select ifnull(sum(lookups), 0) as lookups, ifnull(sum(asked_tokens), 0) as asked, ifnull(sum(hit_tokens), 0) as hit
   from kv_day where day >= :day`,
);

// --- chains of sessions ------------------------------------------------------------------------------------------

export interface ChainRow {
  readonly owner: string;
  readonly h: Uint8Array;
  readonly depth: number;
  readonly tokens: number;
  readonly at: number;
}
export const chainOfOwner = query<{ owner: string }, ChainRow>(
  'select owner, h, depth, tokens, at from kv_chain where owner = :owner',
);
export const keepChain = query<Params, unknown>(
  `insert into kv_chain (owner, h, depth, tokens, at) values (:owner, :h, :depth, :tokens, :at)
   on conflict (owner) do update set h = excluded.h, depth = excluded.depth, tokens = excluded.tokens, at = excluded.at`,
);
export const lastLoad = query<Record<string, never>, { at: number | null }>(
  "select max(at) as at from kv_chain where owner >= 'load:' and owner < 'load;'",
);
export const dropLostChains = query<Record<string, never>, unknown>(
  'delete from kv_chain where not exists (select 1 from kv_block b where b.h = kv_chain.h)',
);
/** Where chains end that somebody has, some at a time by their owners' names. */
export const ownedChains = query<{ after: string; limit: number }, { owner: string; h: Uint8Array }>(
  'select owner, h from kv_chain where owner > :after order by owner limit :limit',
);
/** Sessions whose chains are here, as far as they were taken in. */
export const chainCount = query<Record<string, never>, { sessions: number }>(
  `select count(*) as sessions from kv_chain c where owner not like 'brief:%' and owner not like 'load:%'
     and exists (select 1 from kv_block b where b.h = c.h)`,
);

// --- slots -------------------------------------------------------------------------------------------------------

export interface SlotRow {
  readonly slot: string;
  readonly kind: SegmentKind;
  readonly hash: string;
  readonly changes: number;
  readonly requests: number;
}
export const slotOf = query<{ slot: string }, SlotRow>(
  'select slot, kind, hash, changes, requests from kv_slot where slot = :slot',
);
/** The text of a slot as it is now; another one than before is a change. */
export const noteSlot = query<{ slot: string; kind: string; hash: string }, unknown>(
  `insert into kv_slot (slot, kind, hash) values (:slot, :kind, :hash)
   on conflict (slot) do update set kind = excluded.kind, hash = excluded.hash,
     changes = changes + (hash <> '' and hash <> excluded.hash)`,
);
export const addRequests = query<{ requests: number }, unknown>(
  "update kv_slot set requests = requests + :requests where slot like 'brief:%'",
);
export const addChanges = query<{ slot: string; kind: string; changes: number; requests: number }, unknown>(
  `insert into kv_slot (slot, kind, hash, changes, requests) values (:slot, :kind, '', :changes, :requests)
   on conflict (slot) do update set changes = changes + excluded.changes, requests = requests + excluded.requests`,
);
/** A place of a loaded context: another text than the last time is a change. */
export const noteLoaded = query<{ slot: string; kind: string; hash: string; loads: number }, unknown>(
  `insert into kv_slot (slot, kind, hash, requests) values (:slot, :kind, :hash, :loads)
   on conflict (slot) do update set kind = excluded.kind, hash = excluded.hash,
     changes = changes + (hash <> '' and hash <> excluded.hash), requests = requests + excluded.requests`,
);
export const forgetSlots = query<Record<string, never>, unknown>("update kv_slot set hash = ''");

// --- size, in the user database ----------------------------------------------------------------------------------

/** The project unused longest first. */
export const cacheSizes = query<Record<string, never>, { project_id: string; bytes: number }>(
  'select project_id, bytes from kv_size order by at, project_id',
);
export const noteCacheSize = query<{ project_id: string; bytes: number; at: number }, unknown>(
  `insert into kv_size (project_id, bytes, at) values (:project_id, :bytes, :at)
   on conflict (project_id) do update set bytes = excluded.bytes, at = excluded.at`,
);
