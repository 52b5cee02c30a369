// What happens while somebody looks.
import type { LiveEvent } from '../client/events.ts';

/** One change, as the stream of events tells it. */
export type Change = LiveEvent;

export interface Following {
  readonly signal: AbortSignal;
  readonly onEvent: (change: Change) => void;
  /** Some changes were missed: everything has to be looked at again. */
  readonly onGap: () => void;
}

/** Tells of every change until the signal; comes back by itself when the daemon was away. */
export type Follow = (following: Following) => Promise<void>;
