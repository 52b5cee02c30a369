import { query } from '../../store/record-type.ts';

/** A conflict as its row has it; sides and before are JSON. */
export interface ConflictRow {
  readonly conflict_id: string;
  readonly ent: string;
  readonly type: string;
  readonly field: string;
  readonly sides: string;
  readonly shown: number;
  readonly before: string | null;
  readonly status: 'open' | 'resolved';
  readonly opened_at: number;
  readonly resolved_at: number | null;
  readonly resolved_by: string | null;
}

const columns = 'conflict_id, ent, type, field, sides, shown, before, status, opened_at, resolved_at, resolved_by';

/** index on (status, opened_at) */
export const conflictPage = query<{ status: string; type: string | null; limit: number }, ConflictRow>(
  `select ${columns} from conflicts where status = :status and (:type is null or type = :type)
   order by opened_at desc, conflict_id limit :limit`,
);

export const conflictsByPrefix = query<{ prefix: string; end: string }, ConflictRow>(
  `select ${columns} from conflicts where conflict_id >= :prefix and conflict_id < :end order by conflict_id limit 3`,
);

export const openOf = query<{ ent: string }, ConflictRow>(
  `select ${columns} from conflicts where ent = :ent and status = 'open'`,
);

export const openCount = query<Record<never, never>, { open: number }>(
  "select count(*) as open from conflicts where status = 'open'",
);

/** What a record is named by beside its address. */
export const commitmentAt = query<{ log: string; seq: number }, { com: Uint8Array }>(
  'select r.com from logs l join records r using (log_n) where l.log = :log and r.seq = :seq',
);

/** The first record of a log names its device; of a way that parted from another log, the first one of a log of its device. */
export const deviceOfLog = query<{ log: string }, { device: string | null }>(
  `select r.body ->> '$.fields.device' as device
   from logs l join logs o on o.dev = l.dev join records r on r.ent = o.log and r.type = 'log' and r.op = 'open'
   where l.log = :log order by o.log <> :log, o.log_n limit 1`,
);
