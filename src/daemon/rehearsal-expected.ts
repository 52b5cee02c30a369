// What a remote is expected to hold of a database, by what this device knows before it looks.
import { confirmedTo, pinsOf } from '../features/sync/queries.ts';
import { allChains } from '../store/branches.ts';
import type { Store } from '../store/store.ts';

export interface Expected {
  /** How far each log was held here. */
  readonly held: ReadonlyMap<string, number>;
  /** How far each log has to be there: own ones as far as they were confirmed, those of others as far as they came here. */
  readonly sent: ReadonlyMap<string, number>;
  /** How far each log was ever seen there. */
  readonly seen: ReadonlyMap<string, number>;
}

/** To be asked before the remote is listed: what is sent meanwhile is not missing there. */
export function expectedOf({ statements, settings, read }: Store, remoteId: string): Expected {
  const { ws, dev } = settings.identity;
  const chains = allChains(statements, ws);
  const confirmed = new Map(
    read.all(confirmedTo, { remote_id: remoteId }).map(({ log_n, seq }) => [log_n, seq] as const),
  );
  const sentOf = (chain: (typeof chains)[number]) =>
    chain.dev === dev ? Math.min(chain.seq, confirmed.get(chain.log_n) ?? 0) : chain.seq;
  return {
    seen: new Map(read.all(pinsOf, { remote_id: remoteId, kind: 'log' }).map(({ id, n }) => [id, n])),
    held: new Map(chains.map(({ log, seq }) => [log, seq])),
    sent: new Map(chains.map((chain) => [chain.log, sentOf(chain)])),
  };
}
