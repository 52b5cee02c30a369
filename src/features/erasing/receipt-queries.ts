import { type Params, query } from '../../store/record-type.ts';

/** Erases of which a device has not said that they are done. */
export const unconfirmedErases = query<{ dev: string }, { id: string }>(
  `select r.id from records r where r.type = 'record' and r.op = 'erase' and r.state = 0 and not exists (
     select 1 from records c join logs l using (log_n), json_each(c.body, '$.fields.erases') e
     where c.type = 'record' and c.op = 'erased' and c.state = 0 and l.dev = :dev and e.value = r.id)
   order by r.id`,
);

/** One that names much is in several records; the others name the first. */
export interface EraseRow {
  readonly id: string;
  readonly receipt_id: string;
  readonly hlc: string;
  readonly dev: string;
  readonly body: string;
}
export const erases = query<Params, EraseRow>(
  `select r.id, ifnull(r.body ->> '$.fields.receipt', r.id) as receipt_id, r.hlc, l.dev, r.body
   from records r join logs l using (log_n)
   where r.type = 'record' and r.op = 'erase' and r.state = 0 order by r.hlc desc limit 1000`,
);
export const confirmations = query<Params, { dev: string; id: string; at: number }>(
  `select l.dev, e.value as id, c.body ->> '$.fields.at' as at
   from records c join logs l using (log_n), json_each(c.body, '$.fields.erases') e
   where c.type = 'record' and c.op = 'erased' and c.state = 0`,
);
