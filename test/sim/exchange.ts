// Records from one store to another, without packs or a remote: where only what is made of them matters.
import { blobSource, type ForeignRecord } from '../../src/store/foreign.ts';
import type { Store } from '../../src/store/store.ts';

/** How far each log is held, as (log, seq). */
export function heldBy(store: Store): ReadonlyMap<string, number> {
  const rows = store.statements.all<{ log: string; seq: number }>('select log, seq from logs where seq > 0', []);
  return new Map(rows.map(({ log, seq }) => [log, seq]));
}

/** The records that one store holds beyond what another has, log by log. */
export function newTo(store: Store, held: ReadonlyMap<string, number>): ForeignRecord[] {
  const logs = store.statements.all<{ log_n: number; log: string }>('select log_n, log from logs order by log', []);
  return logs.flatMap(({ log_n, log }) =>
    store.statements.all<ForeignRecord>(
      `select l.ws, l.dev, l.log, r.seq, r.v, r.body, r.salt, r.com, r.head
       from records r join logs l using (log_n) where r.log_n = ? and r.seq > ? order by r.seq`,
      [log_n, held.get(log) ?? 0],
    ),
  );
}

/** Gives one store everything another has; tells how many records were new. */
export async function give(from: Store, to: Store): Promise<number> {
  const rows = newTo(from, heldBy(to));
  if (rows.length === 0) return 0;
  const { appended } = await to.write(() => to.appendForeign(rows, blobSource(from.statements)));
  return appended;
}
