// Making room: leaves only, in slices, and never from a class that has no more than its floor.
import type { Read, Write } from '../../store/record-type.ts';
import { blockCount, type LeafRow, leafOf, oldestLeaves, segmentTotals } from './block-queries.ts';
import { takeLeaf } from './blocks.ts';
import { type SegmentKind, segmentKinds } from './segment.ts';

/** A block that nothing follows, as a policy sees it. */
export type Leaf = LeafRow;

/** Which of some leaves go, and in which order; they come with the one unused longest first, deeper first on ties. */
export type Victims = (leaves: readonly Leaf[]) => readonly Leaf[];

/** Leaf-first LRU: as they come. */
export const unusedLongest: Victims = (leaves) => leaves;

/** Shares of the room that classes are sure of; together 1. */
export type Floors = Readonly<Record<SegmentKind, number>>;

export interface Room {
  /** Bytes and blocks that may stay. */
  readonly bytes: number;
  readonly blocks: number;
  readonly floors: Floors;
  /** Blocks of requests that are under way, in hex. */
  readonly held: ReadonlySet<string>;
  readonly victims: Victims;
}

export interface Usage {
  readonly blocks: number;
  readonly segments: number;
  readonly bytes: number;
  readonly kinds: Readonly<Record<SegmentKind, { readonly segments: number; readonly bytes: number }>>;
}

/** What one database keeps. */
export function usageOf(read: Read): Usage {
  const rows = new Map(read.all(segmentTotals, {}).map((row) => [row.kind, row]));
  const of = (kind: SegmentKind) => ({ segments: rows.get(kind)?.segments ?? 0, bytes: rows.get(kind)?.bytes ?? 0 });
  const kinds = Object.fromEntries(segmentKinds.map((kind) => [kind, of(kind)])) as Usage['kinds'];
  const sum = (what: 'segments' | 'bytes') => segmentKinds.reduce((all, kind) => all + kinds[kind][what], 0);
  return { blocks: read.one(blockCount, {})?.blocks ?? 0, segments: sum('segments'), bytes: sum('bytes'), kinds };
}

/** How far an eviction has come; begun by `evictionOf`, changed by every slice. */
export interface Eviction {
  blocks: number;
  bytes: number;
  readonly kinds: Record<SegmentKind, number>;
  /** What went so far. */
  readonly gone: { blocks: number; segments: number };
  /** Everything that may give and was used before is gone. */
  from: number;
  giving: string;
  /** How many leaves are looked at: more where none of them may go. */
  reach: number;
}

const leavesAtOnce = 64;

/** Begins an eviction: looks what there is, once. */
export function evictionOf(read: Read): Eviction {
  const { blocks, bytes, kinds } = usageOf(read);
  const ofKinds = Object.fromEntries(segmentKinds.map((kind) => [kind, kinds[kind].bytes]));
  return {
    ...{ blocks, bytes, kinds: ofKinds as Eviction['kinds'], gone: { blocks: 0, segments: 0 } },
    ...{ from: 0, giving: '', reach: leavesAtOnce },
  };
}

/** Kinds that may give: those over their floor, or each where only the number of blocks is too large. */
export function givingKinds({ kinds, bytes }: Pick<Eviction, 'kinds' | 'bytes'>, room: Pick<Room, 'bytes' | 'floors'>) {
  if (bytes <= room.bytes) return [...segmentKinds];
  return segmentKinds.filter((kind) => kinds[kind] > room.floors[kind] * room.bytes);
}

/**
 * Takes leaves until there is room or the time is over. isOver: asked after every leaf. done: there is room · nothing: what
 * is left may not go · more: to be called again.
 */
export function evictSlice(
  tx: Write,
  eviction: Eviction,
  room: Room,
  isOver: () => boolean,
): 'done' | 'nothing' | 'more' {
  if (hasRoom(eviction, room)) return 'done';
  const giving = JSON.stringify(givingKinds(eviction, room));
  // another class gives now: it was passed over so far
  if (giving !== eviction.giving) Object.assign(eviction, { giving, from: 0, reach: leavesAtOnce });
  const rows = tx.all(oldestLeaves, { from: eviction.from, kinds: giving, limit: eviction.reach });
  const isFree = ({ h }: Leaf) => !room.held.has(Buffer.from(h).toString('hex'));
  const before = eviction.gone.blocks;
  let leaves = rows.filter(isFree);
  for (;;) {
    if (hasRoom(eviction, room)) return 'done';
    const giving = givingKinds(eviction, room);
    const [leaf] = room.victims(leaves.filter(({ kind }) => giving.includes(kind)));
    if (!leaf) break;
    const bared = takeOne(tx, eviction, leaf);
    leaves = withBared(leaves, leaf, bared && isFree(bared) ? bared : undefined);
    if (isOver()) break;
  }
  eviction.from = rows[0]?.last_used ?? eviction.from;
  if (eviction.gone.blocks > before) return 'more';
  const isAll = rows.length < eviction.reach;
  eviction.reach *= 2;
  return isAll ? 'nothing' : 'more';
}

/** Without the leaf that went; its parent, where nothing follows that any more, in its place among them. */
function withBared(leaves: readonly Leaf[], gone: Leaf, bared: Leaf | undefined): Leaf[] {
  const left = leaves.filter((leaf) => leaf !== gone);
  const last = left.at(-1);
  // later than all of them: the next look finds it
  if (!bared || !last || bared.last_used > last.last_used) return left;
  const at = left.findIndex(({ last_used: then, depth }) =>
    then === bared.last_used ? depth <= bared.depth : then > bared.last_used,
  );
  return left.toSpliced(at < 0 ? left.length : at, 0, bared);
}

/** Returns the parent, where it is a leaf now. */
function takeOne(tx: Write, eviction: Eviction, leaf: Leaf): Leaf | undefined {
  const { blocks, segments } = takeLeaf(tx, leaf);
  eviction.blocks -= blocks;
  eviction.gone.blocks += blocks;
  eviction.gone.segments += segments;
  if (segments > 0) {
    eviction.bytes -= leaf.size_bytes;
    eviction.kinds[leaf.kind] -= leaf.size_bytes;
  }
  return leaf.parent ? tx.one(leafOf, { h: leaf.parent }) : undefined;
}

function hasRoom(usage: Pick<Eviction, 'blocks' | 'bytes'>, room: Pick<Room, 'bytes' | 'blocks'>): boolean {
  return usage.bytes <= room.bytes && usage.blocks <= room.blocks;
}
