// What happens while somebody looks.
import { PrsistError } from '../core/errors.ts';

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

interface Asking {
  /** How many changes there have been. */
  readonly count: () => Promise<number>;
  readonly wait: (ms: number) => Promise<void>;
  readonly now: () => number;
  readonly everyMs: number;
}

/** Follows by asking how many changes there have been: each answer with more of them is one change without a name. */
export function followByAsking({ count, wait, now, everyMs }: Asking): Follow {
  return async ({ signal, onEvent, onGap }) => {
    let known: number | undefined;
    while (!signal.aborted) {
      const before = known;
      known = await counted(count);
      if (known === undefined && before !== undefined) onGap();
      if (known !== undefined && before !== undefined && known !== before)
        onEvent(unnamed(known, known - before, now()));
      if (known !== undefined && before === undefined) onGap();
      await wait(everyMs);
    }
  };
}

async function counted(count: () => Promise<number>): Promise<number | undefined> {
  try {
    return await count();
  } catch (error) {
    if (error instanceof PrsistError) return undefined; // away, or it refuses: asked again
    throw error;
  }
}

function unnamed(cursor: number, changes: number, now: number): Change {
  const nobody = { project_id: null, ent: '', session_id: null, agent: null };
  const event = changes === 1 ? '1 change' : `${changes} changes`;
  return { ...nobody, cursor: String(cursor), event, type: 'change', at: new Date(now).toISOString() };
}
