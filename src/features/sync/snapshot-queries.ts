import { query } from '../../store/record-type.ts';
import type { SnapshotRecord } from './pack/snapshot.ts';

type Params = Record<string, never>;

export const recordsHere = query<Params, { count: number | null }>('select max(n) as count from records');
export const erasuresHere = query<Params, { count: number }>('select count(*) as count from erasures');
/** Of those the ones that were written here. */
export const ownErasesHere = query<Params, { count: number }>(
  `select count(*) as count from records join logs l using (log_n) where type = 'record' and op = 'erase' and l.own = 1`,
);
/** Records with their text, newest first; not of logs that went on in two ways, of which only the packs tell which is which. */
export const recordsBefore = query<{ n: number; limit: number }, SnapshotRecord & { n: number; name: string }>(
  `select r.n, r.type || '.' || r.op as name, l.ws, l.dev, l.log, r.seq, r.v, r.body, r.salt, r.com, r.head
   from records r join logs l using (log_n)
   where r.n < :n and r.state = 0 and r.body is not null and l.state <> 'forked'
   order by r.n desc limit :limit`,
);
