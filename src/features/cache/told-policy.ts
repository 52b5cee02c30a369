// What a policy is told of the index: what it keeps already, oldest first, and what nobody will ask for again.
import { limits } from '../../core/limits.ts';
import type { Read } from '../../store/record-type.ts';
import type { Steps } from '../../store/steps.ts';
import { type EndRow, leavesAfter, ownedChains, type SizedBlock, sizedBlock } from './block-queries.ts';
import { type Block, blockKey, type Eviction } from './policies/eviction.ts';

const endsAtOnce = 100;

/**
 * Tells a policy that begins what is kept: every chain that ends in a leaf, with the sizes of its segments, at the time when
 * the leaf was used last. So it begins as lru does, and learns from there on. (Uses told as requests were measured: recorded traces
 * answer the same, `auto` on made ones 0.4 points less.)
 */
export function* tellKept(read: Read, policy: Eviction): Steps<void> {
  let last: EndRow | undefined;
  do {
    const { last_used: at = -1, depth = 0, h = new Uint8Array(0) } = last ?? {};
    const ends: readonly EndRow[] = read.all(leavesAfter, { at, depth, h, limit: endsAtOnce });
    for (const end of ends) yield* tellEnd(read, policy, end);
    last = ends.at(-1);
  } while (last);
}

function* tellEnd(read: Read, policy: Eviction, { h, last_used }: EndRow): Steps<void> {
  const chain: Block[] = [];
  for (let at: Uint8Array | null = h; at; ) {
    const block: SizedBlock | undefined = read.one(sizedBlock, { h: at });
    // it went while it was being read
    if (!block || chain.length > limits.chainLinks) return;
    chain.push({ key: blockKey(at), size: block.size_bytes, tokens: block.tok });
    at = block.parent;
    yield;
  }
  policy.remind(chain.reverse(), last_used);
  yield;
}

/** Tells a policy of a chain that was asked for, and stands. */
export function tellAsked(policy: Eviction, chain: readonly Block[], at: number): void {
  policy.request(chain, at);
  for (const { key } of chain) policy.stored(key);
}

/** A chain that somebody has, or had. */
export interface Owned {
  readonly owner: string;
  readonly h: Uint8Array;
}

/**
 * Retires what only those lead through who will not come again. isOver: whether an owner will not. told: where the chains
 * ended of those of whom this was said already; changed. Returns how many blocks.
 */
export function* retireEnded(
  read: Read,
  policy: Eviction,
  { isOver, told }: { readonly isOver: (owner: string) => boolean; readonly told: Map<string, number> },
): Steps<number> {
  let blocks = 0;
  for (let after = '', all: readonly Owned[]; ; after = all.at(-1)?.owner ?? '') {
    all = read.all(ownedChains, { after, limit: endsAtOnce });
    if (all.length === 0) return blocks;
    for (const { owner, h } of all) {
      yield;
      if (told.get(owner) === blockKey(h) || !isOver(owner)) continue;
      told.set(owner, blockKey(h));
      const keys = ownKeys(read, h);
      policy.retire(keys);
      blocks += keys.length;
    }
  }
}

/** Keys of the blocks before an end that only one leads through; until: those of a chain that goes on, which ends the search. */
export function ownKeys(read: Read, end: Uint8Array, until: ReadonlySet<number> = new Set()): readonly number[] {
  const keys: number[] = [];
  for (let at: Uint8Array | null = end; at; ) {
    const block: SizedBlock | undefined = read.one(sizedBlock, { h: at });
    const key = blockKey(at);
    if (!block || block.sessions > 1 || until.has(key)) break;
    keys.push(key);
    at = block.parent;
  }
  return keys;
}
