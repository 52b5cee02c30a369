// Whether this database is still where its log was written: a copy of it elsewhere, or an older one in its place, must not
// write that log a second time.
import type { Store } from './store.ts';

/** What a log is bound to. */
export interface Place {
  /** Random, of this installation. */
  readonly instance: string;
  /** Hash of what the machine calls itself; '' where it says nothing. */
  readonly machine: string;
  /** Device and inode of the database file. */
  readonly file: string;
}

/** How the own log stood: bound here before, bound now, or left for a new one and why. */
export type Bound = 'bound' | 'new' | 'elsewhere' | 'older';

/**
 * Binds the own log to a place, before anything is written to it. Where it was bound to another, or this database holds
 * less than may have left the machine, the log is closed and a new one begun. mark: that last number, 0 when unknown.
 */
export function bindLog(store: Store, place: Place, mark: number): Bound {
  const before = boundTo(store);
  const is = before === undefined ? 'new' : before !== placeText(place) ? 'elsewhere' : 'bound';
  const bound = store.log.seq < mark ? 'older' : is;
  if (bound === 'bound') return bound;
  store.maintain(() => {
    if (bound !== 'new') store.renewLog();
    store.statements.run(
      'insert into meta (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
      [keyOf(store), placeText(place)],
    );
  });
  return bound;
}

const keyOf = (store: Store) => `bound:${store.log.log}`;

function boundTo(store: Store): string | undefined {
  return store.statements.one<{ value: string }>('select value from meta where key = ?', [keyOf(store)])?.value;
}

function placeText({ instance, machine, file }: Place): string {
  return [instance, machine, file].join(' ');
}
