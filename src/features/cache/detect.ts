// Prefixes that sessions have in common, and how often places change: what is learnt across sessions.
import type { Read, Write } from '../../store/record-type.ts';
import { addChanges, addRequests, noteSlot, sharedPrefixes, slotOf } from './block-queries.ts';
import { type Link, slotName } from './chain.ts';
import type { SegmentKind } from './segment.ts';
import { changeProbability, type Seen } from './volatility.ts';

export interface SharedPrefix {
  /** Chain hash at its end, in hex. */
  readonly h: string;
  readonly segments: number;
  readonly tokens: number;
  readonly sessions: number;
  readonly uses: number;
  /** Ways in which chains go on after it. */
  readonly branches: number;
  readonly kind: SegmentKind;
}

/**
 * Prefixes worth keeping warm: something goes on after them in two ways, or they were used three times by two sessions.
 * least: tokens, the provider's minimum. Those that save most come first.
 */
export function detectCacheablePrefixes(
  read: Read,
  { least, limit }: { readonly least: number; readonly limit: number },
) {
  return read.all(sharedPrefixes, { least, limit }).map(
    ({ h, depth, cum_tok, sessions, uses, kids, kind }): SharedPrefix => ({
      ...{ h: Buffer.from(h).toString('hex'), segments: depth, tokens: cum_tok, sessions, uses, branches: kids, kind },
    }),
  );
}

/** The texts of places as they are now: another one than before is a change. */
export function noteTexts(tx: Write, links: readonly Link[]): void {
  for (const { slot, kind, hash } of links) tx.run(noteSlot, { slot: slotName(slot), kind, hash });
}

/** So many model requests had every known place in them. */
export function noteRequests(tx: Write, requests: number): void {
  tx.run(addRequests, { requests });
}

/** Turns are told apart by their number only: all of them are learnt as one place. */
export function noteTurns(tx: Write, { changes, requests }: Seen): void {
  tx.run(addChanges, { slot: 'turn', kind: 'dynamic', changes, requests });
}

/** How probable it is that the text of a place is another one at the next request; by its kind where nothing was seen. */
export function changeOf(read: Read, slot: string, kind: SegmentKind): number {
  return changeProbability(kind, read.one(slotOf, { slot: slotName(slot) }) ?? { changes: 0, requests: 0 });
}
