import type { Owner } from './identity.ts';
import type { EntryRow } from './queries.ts';

interface Held {
  readonly row: EntryRow;
  readonly ttlMs: number;
  readonly bytes: number;
  expiresAt: number;
}

/** Where an entry is held: a project's id for the scopes of a project, '' for the person's. */
export type Space = string;

/**
 * Entries that are nowhere but in memory: no record, no file. One goes some time after it was last read or written; when
 * there are too many, or they are too large together, the one that was used longest ago.
 */
export class EphemeralEntries {
  readonly #held = new Map<string, Held>(); // in the order of use
  readonly #mostEntries: number;
  readonly #mostBytes: number;
  #bytes = 0;

  constructor(bounds: { readonly entries: number; readonly bytes: number }) {
    this.#mostEntries = bounds.entries;
    this.#mostBytes = bounds.bytes;
  }

  get count(): number {
    return this.#held.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The entry, used now; undefined when there is none or its time is over. */
  get(space: Space, key: string, owner: Owner, now: number): EntryRow | undefined {
    const name = nameOf(space, key, owner);
    const held = this.#held.get(name);
    if (!held) return undefined;
    this.#held.delete(name);
    if (held.expiresAt <= now) {
      this.#bytes -= held.bytes;
      return undefined;
    }
    held.expiresAt = now + held.ttlMs;
    this.#held.set(name, held);
    return { ...held.row, expires_at: held.expiresAt };
  }

  /** Keeps an entry, in the place of the one it had. Returns false, keeping nothing, when it alone is too large. */
  put(space: Space, row: EntryRow, ttlMs: number, now: number): boolean {
    const bytes = 2 * (row.value.length + row.metadata.length + row.key.length) + 500;
    if (bytes > this.#mostBytes || this.#mostEntries === 0) return false;
    this.drop(space, row.key, row);
    this.#held.set(nameOf(space, row.key, row), { row, ttlMs, bytes, expiresAt: now + ttlMs });
    this.#bytes += bytes;
    for (const [name, oldest] of this.#held) {
      if (this.#held.size <= this.#mostEntries && this.#bytes <= this.#mostBytes) break;
      this.#forget(name, oldest);
    }
    return true;
  }

  /** Takes an entry away; false when there was none. */
  drop(space: Space, key: string, owner: Owner): boolean {
    const name = nameOf(space, key, owner);
    const held = this.#held.get(name);
    if (held) this.#forget(name, held);
    return held !== undefined;
  }

  /** All of a space that are still there, without counting as used. */
  list(space: Space, now: number): readonly EntryRow[] {
    const before = `${space}\0`;
    return [...this.#held]
      .filter(([name, { expiresAt }]) => name.startsWith(before) && expiresAt > now)
      .map(([, { row, expiresAt }]) => ({ ...row, expires_at: expiresAt }));
  }

  /** Takes away those whose time is over. */
  sweep(now: number): void {
    for (const [name, held] of this.#held) if (held.expiresAt <= now) this.#forget(name, held);
  }

  #forget(name: string, { bytes }: Held): void {
    this.#held.delete(name);
    this.#bytes -= bytes;
  }
}

/** No text that is let in holds a NUL. */
function nameOf(space: Space, key: string, { scope, tenant_id, user_id, session_id, agent_id }: Owner): string {
  const tenant = scope === 'user' || scope === 'tenant' ? tenant_id : null;
  const user = scope === 'user' ? user_id : null;
  const other = scope === 'session' ? session_id : scope === 'agent' ? agent_id : null;
  return `${space}\0${scope}\0${tenant ?? ''}\0${user ?? ''}\0${other ?? ''}\0${key}`;
}
