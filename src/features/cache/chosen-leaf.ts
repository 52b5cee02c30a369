// Which leaf of the index a policy says should go. What it says is only as good as what it was told: a block that is there no
// more, has followers it has not heard of, or may not go, is passed over.
import type { Read } from '../../store/record-type.ts';
import { knownBetween, type LeafRow, leavesBetween } from './block-queries.ts';
import { blockKey, type Eviction, hashesOf } from './policies/eviction.ts';
import type { SegmentKind } from './segment.ts';

export interface Choosing {
  readonly policy: Eviction;
  readonly held: ReadonlySet<number>;
  readonly giving: readonly SegmentKind[];
  /** Keys that may not go; those found to be among them are added. */
  readonly refused: Set<number>;
  readonly isOver: () => boolean;
}

/** The leaf that should go; undefined where none may. */
export function chosenLeaf(read: Read, choosing: Choosing): LeafRow | 'out of time' | undefined {
  const { policy, refused, isOver } = choosing;
  for (;;) {
    let leaf: LeafRow | undefined;
    let isTired = false;
    const key = policy.victim((offered) => {
      if (refused.has(offered)) return false;
      leaf = leafOfKey(read, offered);
      if (leaf ? mayGo(leaf, choosing) : !isThere(read, offered)) return true;
      refused.add(offered);
      isTired = isOver();
      // whatever it is, it ends the search
      return isTired;
    });
    if (isTired) return 'out of time';
    if (key === undefined || leaf) return leaf;
    // gone without a word
    policy.gone(key);
    if (isOver()) return 'out of time';
  }
}

function mayGo({ h, kind }: LeafRow, { held, giving }: Choosing): boolean {
  return giving.includes(kind) && !held.has(blockKey(h));
}

function leafOfKey(read: Read, key: number): LeafRow | undefined {
  const [from, to] = hashesOf(key);
  return read.one(leavesBetween, { from, to });
}

function isThere(read: Read, key: number): boolean {
  const [from, to] = hashesOf(key);
  return read.one(knownBetween, { from, to }) !== undefined;
}
