// Long lists: only what is seen is rendered, and more is asked for when the end comes near.
import type { Press } from './press.ts';

/** Where somebody is in a list, and what stands at its top. */
export interface Spot {
  readonly at: number;
  readonly top: number;
}

export const atTop: Spot = { at: 0, top: 0 };

/** Moves by so many; stays within the list. */
export function moved({ at, top }: Spot, by: number, count: number): Spot {
  return { at: Math.max(0, Math.min(count - 1, at + by)), top };
}

/** The spot of what was picked, after the list was read again: a key is never pressed on what just moved there. */
export function followed<T>(
  { at, top }: Spot,
  before: readonly T[],
  after: readonly T[],
  idOf: (item: T) => string,
): Spot {
  const picked = before[at];
  const now = picked === undefined ? -1 : after.findIndex((item) => idOf(item) === idOf(picked));
  return now < 0 ? { at, top } : { at: now, top: Math.max(0, top + now - at) };
}

/** What is seen in so many rows, and the spot with its top moved no further than needed. */
export function seen(spot: Spot, count: number, rows: number): Spot & { readonly end: number } {
  const room = Math.max(1, rows);
  const at = Math.max(0, Math.min(count - 1, spot.at));
  const lowest = Math.max(0, count - room);
  const top = Math.min(lowest, Math.max(at - room + 1, Math.min(at, spot.top)));
  return { at, top, end: Math.min(count, top + room) };
}

/** How far a key moves in a list of so many rows; undefined for keys that move nothing. */
export function stepOf(press: Press, rows: number, count: number): number | undefined {
  const page = Math.max(1, rows - 1);
  switch (press.name) {
    case 'up':
      return -1;
    case 'down':
      return 1;
    case 'pageUp':
      return -page;
    case 'pageDown':
      return page;
    case 'home':
      return -count;
    case 'end':
      return count;
    case 'text':
      return { k: -1, j: 1, g: -count, G: count }[press.text];
    default:
      return undefined;
  }
}

/** Answers of a route that come page by page. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next_cursor: string | null;
}

/** A list that is read page by page as somebody goes down. */
export class Pages<T> {
  readonly #ask: (cursor: string | undefined) => Promise<Page<T>>;
  #items: readonly T[] = [];
  #next: string | null = null;
  #asking = false;
  /** Beginning again leaves an answer that is under way without effect. */
  #round = 0;

  constructor(ask: (cursor: string | undefined) => Promise<Page<T>>) {
    this.#ask = ask;
  }

  get items(): readonly T[] {
    return this.#items;
  }

  /** Whether there is more than was read. */
  get more(): boolean {
    return this.#next !== null;
  }

  /**
   * Reads the first page again, behind which everything is read anew when somebody goes there. What was read further
   * down stays until then, so that nothing jumps: only items that are not on the new page.
   */
  async begin(idOf: (item: T) => string): Promise<void> {
    this.#round += 1;
    const round = this.#round;
    const page = await this.#ask(undefined);
    if (round !== this.#round) return;
    const fresh = new Set(page.items.map(idOf));
    const isFirst = this.#items.length <= page.items.length;
    if (isFirst || page.next_cursor === null) {
      this.#items = page.items;
      this.#next = page.next_cursor;
    } else this.#items = [...page.items, ...this.#items.filter((item) => !fresh.has(idOf(item)))];
  }

  /** Reads on when less than so many items are left below the spot. Gives whether it did. */
  async need(at: number, ahead: number): Promise<boolean> {
    if (this.#asking || this.#next === null || at + ahead < this.#items.length) return false;
    this.#asking = true;
    const round = this.#round;
    try {
      const page = await this.#ask(this.#next);
      if (round !== this.#round) return false;
      this.#items = [...this.#items, ...page.items];
      this.#next = page.next_cursor;
      return true;
    } finally {
      this.#asking = false;
    }
  }
}
