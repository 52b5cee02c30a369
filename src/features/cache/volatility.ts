// How probable it is that the text of a place is another one at the next request, and when a new order is free.
import type { SegmentKind } from './segment.ts';

/** Before anything was seen of a place. */
export const changePriors: Readonly<Record<SegmentKind, number>> = {
  system: 0.0005,
  template: 0.0005,
  documentation: 0.01,
  dynamic: 0.3,
};

/** A prior counts as so many requests. */
const priorRequests = 20;

export interface Seen {
  /** How often the text was another one than before. */
  readonly changes: number;
  /** Model requests it was, or would have been, part of. */
  readonly requests: number;
}

/** The probability of a change per request: what was seen, beside a prior worth twenty requests. From 0 to 1. */
export function changeProbability(kind: SegmentKind, { changes, requests }: Seen): number {
  return learnedChange(changePriors[kind], { changes, requests });
}

/** The same for a prior of one's own. */
export function learnedChange(prior: number, { changes, requests }: Seen): number {
  // a text may change more often than it is sent
  const counted = Math.max(requests, changes);
  return (changes + prior * priorRequests) / (counted + priorRequests);
}

export interface Standing {
  /** A session begins, or its context was just compacted: the provider's cache holds nothing of it. */
  readonly begins: boolean;
  /** Milliseconds since the last request; undefined: there was none. */
  readonly quietMs: number | undefined;
  /** How long the provider keeps what it was sent. */
  readonly lifetimeMs: number;
  /** Tokens, in units of uncached input: what the new order saves over a session, and what sending it anew costs. */
  readonly saves: number;
  readonly rewrites: number;
}

/**
 * Whether the frozen part of a context may be laid out anew: only when cold (then it is free), and only for more than it
 * costs. A re-ordering while the cache is warm is a full miss.
 */
export function mayRefold({ begins, quietMs, lifetimeMs, saves, rewrites }: Standing): boolean {
  const isCold = begins || quietMs === undefined || quietMs > lifetimeMs;
  return isCold && saves > rewrites;
}
