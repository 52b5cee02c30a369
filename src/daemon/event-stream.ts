import { PrsistError } from '../core/errors.ts';
import { changesAfter } from '../store/changes.ts';
import type { Read } from '../store/record-type.ts';
import { eventName } from './event-names.ts';

/** Where a listener stands in each database: project id (or user) → number of the last record it was told of. */
export type Positions = Map<string, number>;

/** One end of a connection. send resolves when the system has taken the text. */
export interface Outlet {
  readonly send: (text: string) => Promise<void>;
  readonly close: (code: number, reason: string) => void;
}

export interface StreamParts {
  readonly positions: Positions;
  readonly read: (key: string) => Read;
  readonly wants: (event: string) => boolean;
  readonly outlet: Outlet;
  readonly onBug: (error: unknown) => void;
}

/** Name of the user database among the projects. */
export const userKey = 'user';
export const tooSlow = 4008;
const mostBehind = 1_000;
const batch = 100;

/**
 * Tells one listener of every change, read from the log: an event of the store only wakes it, so nothing is missed and
 * at most a batch is held in memory. Whoever falls too far behind is closed, and goes on from its last cursor.
 */
export class EventStream {
  readonly #parts: StreamParts;
  readonly #due: Set<string>;
  #running: Promise<void> | undefined;
  /** Everything there was at the start has been told: from here on slowness is the listener's. */
  #caughtUp = false;
  #closed = false;

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#due = new Set(parts.positions.keys());
  }

  /** Something was committed. last: number of the newest record of that database. */
  wake(key: string, last: number): void {
    const at = this.#parts.positions.get(key);
    if (at === undefined || this.#closed) return;
    if (this.#caughtUp && this.#running && last - at > mostBehind) {
      this.stop();
      this.#parts.outlet.close(tooSlow, 'too far behind: go on with the last cursor');
      return;
    }
    this.#due.add(key);
    this.run();
  }

  /** Tells of a moment that no record stands behind; a listener that is away misses it. */
  notice(key: string, event: string, at: number): void {
    if (this.#closed || !this.#parts.positions.has(key) || !this.#parts.wants(event)) return;
    const told = { cursor: cursorOf(this.#parts.positions), event, project_id: idOf(key), ent: '', type: event };
    const text = JSON.stringify({ ...told, session_id: null, agent: null, at: new Date(at).toISOString() });
    this.#parts.outlet.send(text).catch(() => this.stop());
  }

  /** Goes on telling until there is nothing new. */
  run(): void {
    this.#running ??= this.#tellAll()
      .catch((error: unknown) => {
        if (!this.#closed) this.#parts.onBug(error);
        this.stop();
      })
      .finally(() => {
        this.#running = undefined;
        this.#caughtUp = true;
        if (this.#due.size > 0 && !this.#closed) this.run();
      });
  }

  stop(): void {
    this.#closed = true;
  }

  async #tellAll(): Promise<void> {
    for (const key of this.#due) {
      this.#due.delete(key);
      while (!this.#closed && (await this.#tell(key)) === batch);
    }
  }

  async #tell(key: string): Promise<number> {
    const { positions, read, wants, outlet } = this.#parts;
    const changes = changesAfter(read(key), positions.get(key) ?? 0, batch);
    const sent: Promise<void>[] = [];
    for (const { n, type, op, ent, session, agent, at } of changes) {
      positions.set(key, n);
      const event = eventName(type, op);
      if (!wants(event)) continue;
      const told = { cursor: cursorOf(positions), event, project_id: idOf(key), ent, type };
      sent.push(outlet.send(JSON.stringify({ ...told, session_id: session, agent, at: new Date(at).toISOString() })));
    }
    await Promise.all(sent);
    return changes.length;
  }
}

function idOf(key: string): string | null {
  return key === userKey ? null : key;
}

function cursorOf(positions: Positions): string {
  return Buffer.from(JSON.stringify([...positions])).toString('base64url');
}

/** Where a listener stood. Throws input/invalid for what is no cursor of ours. */
export function readCursor(cursor: string): Positions {
  const wrong = new PrsistError('input/invalid', 'this is no cursor of ours', {
    ...{ field: 'after', hint: 'leave it out to begin with what comes' },
  });
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw wrong;
  }
  if (!Array.isArray(parts)) throw wrong;
  return new Map(
    parts.map((part: unknown) => {
      const [key, n] = Array.isArray(part) ? part : [];
      if (typeof key !== 'string' || !Number.isInteger(n) || n < 0) throw wrong;
      return [key, Number(n)];
    }),
  );
}
