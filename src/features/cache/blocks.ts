// The index of chains. Prefix-closed: a block is there only if its parent is. Written root to leaf, taken leaf to root.
import { limits } from '../../core/limits.ts';
import type { Projecting, Read, Write } from '../../store/record-type.ts';
import {
  addBlock,
  addKid,
  addSession,
  type BlockRow,
  blockKnown,
  blockOf,
  blocksOfSegment,
  chainOfOwner,
  dropKid,
  dropLeaf,
  dropLostChains,
  dropSegment,
  dropUnusedSegment,
  keepChain,
  kidsOf,
} from './block-queries.ts';
import { knownPrefix, type Link } from './chain.ts';
import { type Packed, putSegment, segmentText, type TextsOf } from './segments.ts';

/** How many links of a chain are in the index, from its beginning. */
export function longestPrefix(read: Read, links: readonly Pick<Link, 'h'>[]): number {
  return knownPrefix(links, (h) => read.one(blockKnown, { h }) !== undefined);
}

export interface Adding {
  readonly links: readonly Link[];
  /** Texts of the links that may be new, by their place in the chain. */
  readonly packed: ReadonlyMap<number, Packed>;
  /** Most blocks that are written at once; the others wait for the next call. */
  readonly most: number;
}

/** Writes the links that are not there yet, root to leaf. Returns how many stand now: as many as there are, or to be called again. */
export function addLinks(tx: Write, { links, packed, most }: Adding): number {
  const known = longestPrefix(tx, links);
  let parent: One['parent'] = known === 0 ? undefined : tx.one(blockOf, { h: hashAt(links, known - 1) });
  const end = Math.min(links.length, known + most, limits.chainLinks);
  for (let at = known; at < end; at += 1) {
    const link = links[at];
    const form = packed.get(at);
    // one that was evicted since it was packed: the next call finds it
    if (!link || !form) return at;
    parent = addOne(tx, { link, form, parent });
  }
  return end;
}

interface One {
  readonly link: Link;
  readonly form: Packed;
  readonly parent: Pick<BlockRow, 'h' | 'depth' | 'cum_tok'> | undefined;
}

function addOne(tx: Write, { link, form, parent }: One): NonNullable<One['parent']> {
  const seg = putSegment(tx, link, form);
  const block = { h: link.h, depth: (parent?.depth ?? 0) + 1, cum_tok: (parent?.cum_tok ?? 0) + link.tokens };
  const turn = /^turn:(\d+)/.exec(link.slot)?.[1] ?? 0;
  tx.run(addBlock, {
    ...{ ...block, parent: parent?.h ?? null, seg, tok: link.tokens, turn: Number(turn), sessions: 1, now: tx.now },
  });
  if (parent) tx.run(addKid, { h: parent.h });
  return block;
}

function hashAt(links: readonly Pick<Link, 'h'>[], at: number): Uint8Array {
  return links[at]?.h ?? new Uint8Array(0);
}

export interface Owning {
  /** All that stand. */
  readonly links: readonly Link[];
  /** How many stood before this owner came: the others were written for it and count it already. */
  readonly known: number;
  /** The last activity that is covered. */
  readonly at: number;
}

/**
 * Notes that the chain of a session or brief ends here: every block it leads through that it did not lead through before
 * counts one session more.
 */
export function keepOwner(tx: Write, owner: string, { links, known, at }: Owning): void {
  const last = links.at(-1);
  if (!last) return;
  for (const { h } of links.slice(commonWithBefore(tx, owner, links), known)) tx.run(addSession, { h });
  const tokens = links.reduce((sum, link) => sum + link.tokens, 0);
  tx.run(keepChain, { owner, h: last.h, depth: links.length, tokens, at });
}

/** How many of the first links the owner's chain had already. */
function commonWithBefore(read: Read, owner: string, links: readonly Link[]): number {
  const before = read.one(chainOfOwner, { owner });
  if (!before) return 0;
  let block = read.one(blockOf, { h: before.h });
  for (; block; block = block.parent ? read.one(blockOf, { h: block.parent }) : undefined) {
    const own = links[block.depth - 1];
    if (own && Buffer.compare(own.h, block.h) === 0) return block.depth;
  }
  return 0;
}

export interface Taken {
  readonly blocks: number;
  readonly segments: number;
}

/** Takes one leaf, and its segment where no other block needs it. Nothing happens to a block that has followers. */
export function takeLeaf(
  tx: Projecting,
  { h, parent, seg, last_used }: Pick<BlockRow, 'h' | 'parent' | 'seg'> & { readonly last_used: number },
): Taken {
  if (tx.run(dropLeaf, { h }) === 0) return { blocks: 0, segments: 0 };
  if (parent) tx.run(dropKid, { h: parent, last_used });
  return { blocks: 1, segments: tx.run(dropUnusedSegment, { id: seg }) };
}

/** Takes segments with every block that needs them, and all that follows those. */
export function takeSegments(tx: Projecting, ids: readonly number[]): Taken {
  const taken = { blocks: 0, segments: 0 };
  for (const id of ids) {
    for (const block of tx.all(blocksOfSegment, { seg: id })) {
      const under = takeTree(tx, block);
      taken.blocks += under.blocks;
      taken.segments += under.segments;
    }
    taken.segments += tx.run(dropSegment, { id });
  }
  if (taken.blocks > 0) tx.run(dropLostChains, {});
  return taken;
}

/** A block with all that follows it, leaves first: whoever is stopped in the middle leaves a prefix. */
function takeTree(tx: Projecting, root: BlockRow): Taken {
  // a segment that stands twice in a chain: what follows the first is gone with it
  if (!tx.one(blockKnown, { h: root.h })) return { blocks: 0, segments: 0 };
  const order = [root];
  for (const block of order) if (block.kids > 0) order.push(...tx.all(kidsOf, { h: block.h }));
  let segments = 0;
  for (const block of order.reverse()) segments += takeLeaf(tx, { ...block, last_used: 0 }).segments;
  return { blocks: order.length, segments };
}

export interface Loaded {
  readonly texts: readonly string[];
  /** A segment that is not what its hash says: to be taken (`takeSegments`). */
  readonly damaged: number | undefined;
}

/** Texts of the longest prefix that is known, each checked against its hash; it ends before the first that is not whole. */
export function loadPrefix(read: Read, links: readonly Link[], textsOf: TextsOf): Loaded {
  const texts: string[] = [];
  for (const { h, hash } of links.slice(0, longestPrefix(read, links))) {
    const block = read.one(blockOf, { h });
    const text = block && segmentText(read, block.seg, textsOf, hash);
    if (text === undefined) return { texts, damaged: block?.seg };
    texts.push(text);
  }
  return { texts, damaged: undefined };
}
