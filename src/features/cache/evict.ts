// Making room: leaves only, in slices, and never from a class that has no more than its floor. What goes a policy chooses;
// without one, and where it has nothing more to give, what was unused longest, as the index has it.
import type { Read, Write } from '../../store/record-type.ts';
import { blockCount, type LeafRow, leafOf, oldestLeaves, segmentTotals } from './block-queries.ts';
import { takeLeaf } from './blocks.ts';
import { chosenLeaf } from './chosen-leaf.ts';
import { blockKey, type Eviction as Policy } from './policies/eviction.ts';
import { type SegmentKind, segmentKinds } from './segment.ts';

/** Shares of the room that classes are sure of; together 1. */
export type Floors = Readonly<Record<SegmentKind, number>>;

export interface Room {
  /** Bytes and blocks that may stay. */
  readonly bytes: number;
  readonly blocks: number;
  readonly floors: Floors;
  /** Blocks of chains that are being written, by their keys. */
  readonly held: ReadonlySet<number>;
  /** Absent: what was unused longest goes, the deeper first on ties. */
  readonly policy?: Policy | undefined;
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
  /** What went so far; unchosen: of it, what no policy chose. */
  readonly gone: { blocks: number; segments: number };
  unchosen: number;
  /** Keys of what a policy offered and may not go, as long as the same kinds give. */
  readonly refused: Set<number>;
  /** The policy has nothing more to give. */
  isSpent: boolean;
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
    ...{ unchosen: 0, refused: new Set<number>(), isSpent: false, from: 0, giving: '', reach: leavesAtOnce },
  };
}

/** Kinds that may give: those over their floor, or each where only the number of blocks is too large. */
export function givingKinds({ kinds, bytes }: Pick<Eviction, 'kinds' | 'bytes'>, room: Pick<Room, 'bytes' | 'floors'>) {
  if (bytes <= room.bytes) return [...segmentKinds];
  return segmentKinds.filter((kind) => kinds[kind] > room.floors[kind] * room.bytes);
}

export type Came = 'done' | 'nothing' | 'more';

/**
 * Takes leaves until there is room or the time is over. isOver: asked after every leaf. done: there is room · nothing: what
 * is left may not go · more: to be called again.
 */
export function evictSlice(tx: Write, eviction: Eviction, room: Room, isOver: () => boolean): Came {
  if (hasRoom(eviction, room)) return 'done';
  giveFrom(eviction, givingKinds(eviction, room));
  if (room.policy === undefined || eviction.isSpent) return takeUnused(tx, eviction, room, isOver);
  return takeChosen(tx, eviction, { ...room, policy: room.policy }, isOver);
}

/** Another class gives now: what was passed over so far may go. */
function giveFrom(eviction: Eviction, kinds: readonly SegmentKind[]): void {
  const giving = JSON.stringify(kinds);
  if (giving === eviction.giving) return;
  Object.assign(eviction, { giving, from: 0, reach: leavesAtOnce });
  eviction.refused.clear();
}

function takeChosen(
  tx: Write,
  eviction: Eviction,
  room: Room & { readonly policy: Policy },
  isOver: () => boolean,
): Came {
  while (!hasRoom(eviction, room)) {
    const giving = givingKinds(eviction, room);
    giveFrom(eviction, giving);
    const chosen = chosenLeaf(tx, { ...room, giving, refused: eviction.refused, isOver });
    if (chosen === 'out of time') return 'more';
    if (chosen === undefined) {
      eviction.isSpent = true;
      return 'more';
    }
    takeOne(tx, eviction, chosen);
    room.policy.gone(blockKey(chosen.h));
    if (isOver()) return 'more';
  }
  return 'done';
}

function takeUnused(tx: Write, eviction: Eviction, room: Room, isOver: () => boolean): Came {
  const rows = tx.all(oldestLeaves, { from: eviction.from, kinds: eviction.giving, limit: eviction.reach });
  const isFree = ({ h }: LeafRow) => !room.held.has(blockKey(h));
  const before = eviction.gone.blocks;
  let leaves = rows.filter(isFree);
  for (;;) {
    if (hasRoom(eviction, room)) return 'done';
    const giving = givingKinds(eviction, room);
    const leaf = leaves.find(({ kind }) => giving.includes(kind));
    if (!leaf) break;
    const bared = takeOne(tx, eviction, leaf);
    eviction.unchosen += 1;
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
function withBared(leaves: readonly LeafRow[], gone: LeafRow, bared: LeafRow | undefined): LeafRow[] {
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
function takeOne(tx: Write, eviction: Eviction, leaf: LeafRow): LeafRow | undefined {
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
