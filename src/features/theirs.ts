import type { Origin } from '../core/record.ts';

/** Whose changes are undone; null: not asked for. Times in milliseconds since 1970 UTC, both included. */
export interface Theirs {
  readonly session: string | null;
  readonly author: string | null;
  readonly origin: Origin | null;
  /** What came with this memory package. */
  readonly package: string | null;
  readonly since: number;
  readonly until: number;
}
