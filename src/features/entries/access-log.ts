import { sha256Hex } from '../../core/ids.ts';
import { limits } from '../../core/limits.ts';
import type { Write } from '../../store/record-type.ts';
import type { Context } from '../feature.ts';
import { type AccessRow, addAccess, countAccess, trimAccesses } from './access-queries.ts';
import { idsOf } from './identity.ts';

/** One read. database: where the entry stands that was found. */
export interface Access extends AccessRow {
  readonly database: 'project' | 'user';
  readonly project: string;
}

/** Where counts are written: the project's own database, the person's for ''. waits: they are tried again. */
type Writing = (project: string, work: (tx: Write) => void) => 'done' | 'waits';

/**
 * Who read what, gathered in memory and written in batches: a read never waits for a disk. What a killed daemon had not
 * written yet is not counted, and beyond a bound nothing more is.
 */
export class AccessLog {
  readonly #monotonic: () => number;
  #waiting: Access[] = [];

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** Milliseconds on a clock that only goes forward, for latencies. */
  get moment(): number {
    return this.#monotonic();
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  note(access: Access): void {
    if (this.#waiting.length < limits.accessesWaiting) this.#waiting.push(access);
  }

  /** Lets go of what waits of some keys. */
  forget(keys: readonly string[]): void {
    this.#waiting = this.#waiting.filter(({ context_key }) => !keys.includes(context_key));
  }

  /** Writes what waits: a row per read, and the counts of the entries that were found. */
  flush(write: Writing): void {
    const all = this.#waiting;
    if (all.length === 0) return;
    this.#waiting = [];
    // where the entry stands, so that what is erased with it is in one database
    const places = Map.groupBy(all, ({ database, project }) => (database === 'user' ? '' : project));
    for (const [place, accesses] of places) {
      const outcome = write(place, (tx) => {
        for (const { database: _, project: __, ...row } of accesses) tx.run(addAccess, row);
        countAll(tx, accesses);
      });
      if (outcome === 'waits') accesses.forEach((each) => void this.note(each));
    }
  }
}

/** Notes a search: by a hash of its question, which may hold anything. */
export function noteSearch(accesses: AccessLog, context: Context, query: string): (found: number) => void {
  const begun = accesses.moment;
  return (found) =>
    accesses.note({
      ...{ context_key: sha256Hex(query).slice(0, 16), ent: null, operation: 'search', layer: null, scope: null },
      ...{ outcome: found > 0 ? 'hit' : 'miss', ...idsOf({}, context), hit_cache: 0 },
      ...{
        latency_ms: accesses.moment - begun,
        timestamp: context.now,
        database: 'project',
        project: context.project.id,
      },
    });
}

/** Forgets accesses that are too old or too many. now: milliseconds since 1970 UTC. */
export function sweepAccesses(tx: Write, now: number, days: number | 'off'): number {
  return tx.run(trimAccesses, { before: days === 'off' ? 0 : now - days * 86_400_000, most: limits.accessRows });
}

function countAll(tx: Write, accesses: readonly Access[]): void {
  for (const [ent, reads] of Map.groupBy(accesses, (each) => each.ent ?? '')) {
    if (ent === '') continue;
    tx.run(countAccess, { ent, count: reads.length, at: Math.max(...reads.map(({ timestamp }) => timestamp)) });
  }
}
