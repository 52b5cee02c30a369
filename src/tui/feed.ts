// What happens while somebody looks.

/** One change, as the stream of events tells it. */
export interface Change {
  readonly cursor: string;
  /** context.stored, session.messaged, … */
  readonly event: string;
  readonly project_id: string | null;
  readonly ent: string;
  readonly type: string;
  readonly session_id: string | null;
  readonly agent: string | null;
  readonly at: string;
}

export interface Following {
  readonly signal: AbortSignal;
  readonly onEvent: (change: Change) => void;
  /** Some changes were missed: everything has to be looked at again. */
  readonly onGap: () => void;
}

/** Tells of every change until the signal; comes back by itself when the daemon was away. */
export type Follow = (following: Following) => Promise<void>;
