// Made conversations: they grow, go back and come again; an ended one is followed by another. They begin with one of five heads.
import { seeded } from './sessions.ts';
import type { Request } from './trace.ts';

const heads = 5;
const headBlocks = 20;

export interface Made {
  readonly requests: number;
  /** Conversations at a time. */
  readonly open: number;
  /** In blocks. */
  readonly longest: number;
}

/** Requests every two seconds; the first conversations come more often than the last. */
export function conversations({ requests, open, longest }: Made): readonly Request[] {
  const random = seeded(1);
  const upTo = (most: number) => Math.floor(random() * most);
  let next = heads * headBlocks;
  const begin = () => Array.from({ length: headBlocks }, (_, i) => headBlocks * (next % heads) + i);
  const running = Array.from({ length: open }, begin);
  return Array.from({ length: requests }, (_, i) => {
    const which = Math.floor(open * random() ** 2);
    const before = running[which] ?? [];
    const kept = before.length > longest ? begin() : before.slice(0, Math.max(headBlocks, before.length - upTo(2)));
    const blocks = [...kept, ...Array.from({ length: 1 + upTo(12) }, () => next++)];
    running[which] = blocks;
    return { at: i * 2, blocks };
  });
}
