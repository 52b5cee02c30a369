import type { Change } from '../store/changes.ts';
import { cursorOf, type Positions, userKey } from './event-cursor.ts';
import { currentEvent, eventName, missedEvent } from './event-names.ts';

/** One end of a connection. send resolves when the system has taken the text. */
export interface Outlet {
  readonly send: (text: string) => Promise<void>;
  readonly close: (code: number, reason: string) => void;
}

/** A moment that no record stands behind. */
export interface Moment {
  readonly event: string;
  readonly ent?: string;
  readonly session_id?: string | null;
  readonly agent?: string | null;
  /** Numbers and names, never texts of memories. */
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

export interface StreamParts {
  readonly positions: Positions;
  readonly changes: (key: string, after: number, limit: number) => readonly Change[];
  readonly wants: (event: string) => boolean;
  readonly outlet: Outlet;
  readonly clock: () => number;
  readonly onBug: (error: unknown) => void;
  /** Moments that belong to no project are told to it. */
  readonly hearsAll?: boolean;
  /** Everything there was at the start has been told. */
  readonly onCurrent?: () => void;
}

export const tooSlow = 4008;
const mostBehind = 1_000;
const batch = 100;
/** Moments that wait for a listener who does not read. */
const mostMoments = 100;

/**
 * Tells one listener of every change, read from the log: an event of the store only wakes it, so nothing is missed and
 * at most a batch is held in memory. Whoever falls too far behind is closed, and goes on from its last cursor. Of moments
 * without a record as many wait; that others were left out is said when there is room again.
 */
export class EventStream {
  readonly #parts: StreamParts;
  readonly #due: Set<string>;
  #running: Promise<void> | undefined;
  /** Everything there was at the start has been told: from here on slowness is the listener's. */
  #caughtUp = false;
  #closed = false;
  #moments = 0;
  #missed = 0;

  constructor(parts: StreamParts) {
    this.#parts = parts;
    this.#due = new Set(parts.positions.keys());
  }

  /** Whether changes of a database are told here. */
  follows(key: string): boolean {
    return !this.#closed && this.#parts.positions.has(key);
  }

  /** Something was committed. last: number of the newest record of that database. */
  wake(key: string, last: number): void {
    const at = this.#parts.positions.get(key);
    if (at === undefined || this.#closed) return;
    if (last < at) {
      // a copy was put in its place: what was told of it is no more, and the same numbers mean other records
      this.#parts.positions.set(key, last);
      this.missed();
      return;
    }
    if (this.#caughtUp && this.#running && last - at > mostBehind) {
      this.stop();
      this.#parts.outlet.close(tooSlow, 'too far behind: go on with the last cursor');
      return;
    }
    this.#due.add(key);
    this.run();
  }

  /** Tells of a moment; a listener that is away misses it. key: undefined for one of no project. */
  notice(key: string | undefined, moment: Moment): void {
    const { positions, wants, hearsAll = false } = this.#parts;
    const isHeard = key === undefined ? hearsAll : positions.has(key);
    if (this.#closed || !isHeard || !wants(moment.event)) return;
    if (this.#moments >= mostMoments) this.#missed += 1;
    else this.#send(key, moment);
  }

  /** Says that something is not told, since it is not known any more. */
  missed(count: number | null = null): void {
    this.#send(undefined, { event: missedEvent, detail: { missed: count } });
  }

  /** Says that everything up to now has been told, with the cursor behind it. */
  current(): void {
    this.#send(undefined, { event: currentEvent });
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
        if (this.#due.size > 0 && !this.#closed) this.run();
        else if (!this.#caughtUp) this.#parts.onCurrent?.();
        this.#caughtUp = true;
      });
  }

  stop(): void {
    this.#closed = true;
  }

  #send(key: string | undefined, { event, ent = '', session_id = null, agent = null, detail }: Moment): void {
    const { positions, outlet, clock } = this.#parts;
    const project_id = key === undefined ? null : idOf(key);
    const told = { cursor: cursorOf(positions), event, project_id, ent, type: event, session_id, agent };
    this.#moments += 1;
    outlet
      .send(JSON.stringify({ ...told, at: new Date(clock()).toISOString(), ...(detail && { detail }) }))
      .then(() => {
        this.#moments -= 1;
        const missed = this.#missed;
        if (missed === 0 || this.#closed) return;
        this.#missed = 0;
        this.missed(missed);
      })
      .catch(() => this.stop());
  }

  async #tellAll(): Promise<void> {
    for (const key of this.#due) {
      this.#due.delete(key);
      while (!this.#closed && (await this.#tell(key)) === batch);
    }
  }

  async #tell(key: string): Promise<number> {
    const { positions, changes, wants, outlet } = this.#parts;
    const found = changes(key, positions.get(key) ?? 0, batch);
    const sent: Promise<void>[] = [];
    for (const { n, type, op, ent, session, agent, at } of found) {
      positions.set(key, n);
      const event = eventName(type, op);
      if (!wants(event)) continue;
      const told = { cursor: cursorOf(positions), event, project_id: idOf(key), ent, type };
      sent.push(outlet.send(JSON.stringify({ ...told, session_id: session, agent, at: new Date(at).toISOString() })));
    }
    await Promise.all(sent);
    return found.length;
  }
}

function idOf(key: string): string | null {
  return key === userKey ? null : key;
}
