import { on, projection, query } from '../../store/record-type.ts';
import { recordErase } from './records.ts';

const bury = query<{ ent: string; at: number }, unknown>(
  'insert into tombstones (ent, at) values (:ent, :at) on conflict (ent) do update set at = max(at, excluded.at)',
);

/** Entities that were erased, from the records that say so. */
export const tombstones = projection({
  name: 'tombstones',
  version: 1,
  // something new under an old name does not undo that it was erased
  tables: { tombstones: { entity: null } },
  handlers: [
    on(recordErase, (tx, { fields, writtenAt }) => {
      for (const ent of fields.ents) tx.run(bury, { ent, at: writtenAt });
    }),
  ],
});
