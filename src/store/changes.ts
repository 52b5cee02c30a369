import { hlcMs } from '../core/hlc.ts';
import { type Params, query, type Read } from './record-type.ts';

/** One committed change as it is announced. */
export interface Change {
  readonly n: number;
  readonly type: string;
  readonly op: string;
  readonly ent: string;
  readonly session: string | null;
  readonly agent: string | null;
  /** Milliseconds since 1970 UTC at which it was written. */
  readonly at: number;
}

interface Row extends Omit<Change, 'at'> {
  readonly hlc: string;
}

const newest = query<Params, { n: number | null }>('select max(n) as n from records');
const after = query<{ n: number; limit: number }, Row>(
  `select n, type, op, ent, hlc, ifnull(body ->> '$.actor.session', body ->> '$.fields.session_id') as session,
     body ->> '$.actor.agent' as agent from records
   where n > :n and body is not null order by n limit :limit`,
);
const latest = query<{ limit: number }, Pick<Change, 'n' | 'type' | 'op'>>(
  'select n, type, op from records where body is not null order by n desc limit :limit',
);

/** Number of the last record of a database; 0 for none. */
export function lastChange(read: Read): number {
  return read.one(newest, {})?.n ?? 0;
}

/** The changes after a record, in the order in which they were committed. */
export function changesAfter(read: Read, n: number, limit: number): Change[] {
  return read.all(after, { n, limit }).map(({ hlc, ...row }) => ({ ...row, at: hlcMs(hlc) }));
}

/** What the newest changes are, the newest first. */
export function newestChanges(read: Read, limit: number): readonly Pick<Change, 'n' | 'type' | 'op'>[] {
  return read.all(latest, { limit });
}
