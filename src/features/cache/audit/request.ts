import type { Segment } from '../segment.ts';

/** What one model request took from the cache, put into it, and paid in full. */
export interface ModelRequest {
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  /** By the name that `priceName` makes of it. */
  readonly model: string;
  readonly read: number;
  /** Written for the shorter lifetime, or for the only one. */
  readonly write: number;
  readonly write1h: number;
  readonly uncached: number;
  readonly output: number;
  /** The prompt in its order, where it is known. */
  readonly segments?: readonly Segment[];
}

/** The prompts of two requests by their moments, each in its order, as far as they are recorded. */
export type Prompts = (before: number, now: number) => readonly [readonly Segment[], readonly Segment[]];

/** Requests of one conversation, oldest first. */
export interface Conversation {
  readonly requests: readonly ModelRequest[];
  /** Moments at which the agent put a summary in place of its history. */
  readonly compactions: readonly number[];
  /** Where requests do not bring their own segments. */
  readonly prompts?: Prompts | undefined;
}

/** All tokens of a prompt. */
export function promptOf({ read, write, write1h, uncached }: ModelRequest): number {
  return read + write + write1h + uncached;
}

/** The part of a prompt that stands in the cache afterwards, by what the provider counted. */
export function keptOf({ read, write, write1h }: ModelRequest): number {
  return read + write + write1h;
}
