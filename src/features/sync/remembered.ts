import type { Store } from '../../store/store.ts';

/** What was read of a database, until something is written there: a run asks for the same again and again. */
export class Remembered<T> {
  readonly #read: (store: Store) => T;
  readonly #known = new WeakMap<Store, { readonly at: number; readonly value: T }>();

  constructor(read: (store: Store) => T) {
    this.#read = read;
  }

  /** Within a transaction it is read anew, since nobody sees there how much has changed. */
  of(store: Store): T {
    if (store.db.inTransaction) return this.#read(store);
    const known = this.#known.get(store);
    if (known?.at === store.transactions) return known.value;
    const value = this.#read(store);
    this.#known.set(store, { at: store.transactions, value });
    return value;
  }
}
