// The request as a row of blocks, in the order in which a provider reads them.
import type { Segment } from '../segment.ts';
import type { Zone } from './cache-plan.ts';
import { orderSegments } from './order.ts';

export interface Block {
  readonly segment: Segment;
  readonly index: number;
  readonly zone: Zone;
  /** Tokens up to its end. */
  readonly upto: number;
  /** Probability that it and everything before it stays as it is until the next request of the session. */
  readonly intact: number;
}

export interface Layout {
  readonly blocks: readonly Block[];
  /** Position of the last block of the zone; -1 where there is none before the next. */
  readonly stableEnd: number;
  readonly historyEnd: number;
  /** Where what all sessions of the project share ends; -1 where nothing is. */
  readonly sharedEnd: number;
  /** Where the request before this one ended; the end of the stable zone for the first of a conversation. */
  readonly previousEnd: number;
}

/** What practically never changes stands behind a breakpoint of its own. */
const sharedChange = 1 / 500;

/** Puts segments in order and finds the borders that breakpoints go to. */
export function layOut(segments: readonly Segment[]): Layout {
  const blocks: Block[] = [];
  let upto = 0;
  let intact = 1;
  for (const { index, zone } of orderSegments(segments)) {
    const segment = segments[index];
    if (!segment) continue;
    upto += segment.tokens;
    // a frozen text and what was said stay as they are while the session lasts
    if (zone !== 'history' && segment.frozen !== true) intact *= 1 - segment.change;
    blocks.push({ segment, index, zone, upto, intact });
  }
  const stableEnd = blocks.findLastIndex(({ zone }) => zone === 'stable');
  const historyEnd = Math.max(
    stableEnd,
    blocks.findLastIndex(({ zone }) => zone === 'history'),
  );
  const changing = blocks.findIndex(
    ({ segment, zone }) => zone !== 'stable' || segment.frozen === true || segment.change > sharedChange,
  );
  const sharedEnd = changing < 0 ? stableEnd : changing - 1;
  return { blocks, stableEnd, historyEnd, sharedEnd, previousEnd: previousEnd(blocks, stableEnd, historyEnd) };
}

/** An agent's request ends before what the model answered to it: before the last run of its words. */
function previousEnd(blocks: readonly Block[], stableEnd: number, historyEnd: number): number {
  const isAnswer = (at: number) => blocks[at]?.segment.role === 'assistant';
  let at = historyEnd;
  while (at > stableEnd && !isAnswer(at)) at -= 1;
  while (at > stableEnd && isAnswer(at)) at -= 1;
  return at;
}
