// The chain over segments: each link says everything before it, so equal links mean equal prefixes, byte for byte.
import { hash } from 'node:crypto';
import { chainStart, nextLink } from '../../core/prefix-chain.ts';
import { renderVersion } from './render-version.ts';
import type { Segment, SegmentKind } from './segment.ts';

/** What besides the text decides whether a provider's cache is the same one; empty for plain context. */
export type Fingerprint = Readonly<Record<string, string | number | boolean | null>>;

export interface Link {
  /** Chain hash up to and with this segment. */
  readonly h: Uint8Array;
  /** SHA-256 of the segment's bytes, in hex. */
  readonly hash: string;
  readonly slot: string;
  readonly kind: SegmentKind;
  readonly role: Segment['role'];
  readonly tokens: number;
  readonly bytes: number;
  /** Where the text stands already: it is neither stored a second time nor held here. */
  readonly ent?: string;
  readonly text?: string;
}

/** A segment whose text may stand in a record: of a message, or what a tool said. */
export type Linkable = Segment & { readonly ent?: string };

/** h_0: nothing but the fingerprint and the version of the rendering. */
export function startOf(fingerprint: Fingerprint): Uint8Array {
  return chainStart({ ...fingerprint, render: renderVersion });
}

/** The links of some segments, in their order. */
export function chainOf(fingerprint: Fingerprint, segments: readonly Linkable[]): readonly Link[] {
  let before = startOf(fingerprint);
  return segments.map((segment) => {
    const link = linkAfter(before, segment);
    before = link.h;
    return link;
  });
}

/** The chain hash after a segment whose own hash is known. hash: SHA-256 of its bytes, in hex. */
export function nextLinkOf(before: Uint8Array, hash: string, role?: Segment['role']): Uint8Array {
  return nextLink(before, Buffer.from(hash, 'hex'), role);
}

/** The link of one segment after another. */
export function linkAfter(before: Uint8Array, { slot, kind, tokens, text, role, ent }: Linkable): Link {
  const digest = hash('sha256', text, 'buffer');
  return {
    ...{ h: nextLink(before, digest, role), hash: digest.toString('hex'), slot, kind, role, tokens },
    ...{ bytes: Buffer.byteLength(text), ...(ent === undefined ? { text } : { ent }) },
  };
}

/**
 * How many links of a chain are known, when known ones are a prefix of it: found by bisection, about twelve questions
 * for 2,000 links instead of as many as there are.
 */
export function knownPrefix(links: readonly Pick<Link, 'h'>[], isKnown: (h: Uint8Array) => boolean): number {
  let [low, high] = [0, links.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const link = links[middle - 1];
    if (link && isKnown(link.h)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The name a slot is learned under: of turns and parts there are too many to learn each. */
export function slotName(slot: string): string {
  return slot.replace(/^(turn):.*$/, '$1').replace(/#\d+$/, '');
}
