// All records of a world in one place, without packs: for measuring what is made of them, not how they travel.
import type { ForeignRecord } from '../../src/store/foreign.ts';
import type { Store } from '../../src/store/store.ts';
import { heldBy, newTo } from './exchange.ts';

export class Hub {
  readonly #logs = new Map<string, ForeignRecord[]>();

  /** Gives what the hub has not, then takes what the store has not. */
  async sync(store: Store): Promise<void> {
    const there = new Map([...this.#logs].map(([log, rows]) => [log, rows.length]));
    for (const row of newTo(store, there)) this.#logs.set(row.log, [...(this.#logs.get(row.log) ?? []), row]);
    const held = heldBy(store);
    const rows = [...this.#logs].flatMap(([log, all]) => all.slice(held.get(log) ?? 0));
    if (rows.length > 0) await store.write(() => store.appendForeign(rows, () => undefined));
  }
}
