import { type Params, query } from '../../store/record-type.ts';
import type { FindableKind } from '../findable.ts';

export interface KeptItem {
  readonly item_id: number;
  readonly kind: FindableKind;
  readonly ent: string;
  readonly part: number;
  readonly trust: number;
}

/** search_sketch: what stands in a text almost whole, the longest first. hashes: all of the text, as a JSON list */
export const standsIn = query<{ hashes: string; limit: number }, { kind: FindableKind; ent: string }>(
  `select i.kind, i.ent from search_sketch s join search_item i using (item_id)
   where s.h in (select value from json_each(:hashes)) and i.hidden = 0
   group by item_id having count(*) >= 0.8 * (select count(*) from search_sketch o where o.item_id = i.item_id)
   order by count(*) desc, i.chars desc, i.ent limit :limit`,
);
export const addEcho = query<{ id: string; ent: string | null; at: number }, unknown>(
  'insert into search_echo (id, ent, at) values (:id, :ent, :at) on conflict do nothing',
);

export const keptCount = query<Params, { count: number }>(
  `select count(*) as count from search_item where same is not null and hidden = 0`,
);
/** search_item_same: texts that are the same as an older one, by that one */
export const sameTexts = query<Params, KeptItem & { same: string }>(
  `select item_id, kind, ent, part, trust, same from search_item
   where hidden = 0 and same in (select same from search_item where same is not null and hidden = 0
     group by same, kind having count(*) > 1)
   order by same, kind, at, item_id limit 10000`,
);
/** search_sketch: pairs that share part of their words and are not the same; to be looked at */
export const sketchPairs = query<{ limit: number }, { first: number; second: number }>(
  `select a.item_id as first, b.item_id as second from search_sketch a
     join search_sketch b on b.h = a.h and b.item_id > a.item_id
     join search_item i on i.item_id = a.item_id join search_item j on j.item_id = b.item_id
   where i.kind = j.kind and i.ent <> j.ent and i.same <> j.same and i.hidden = 0 and j.hidden = 0
   group by first, second order by count(*) desc, first, second limit :limit`,
);
export const keptItem = query<{ item_id: number }, KeptItem>(
  'select item_id, kind, ent, part, trust from search_item where item_id = :item_id',
);
export const echoes = query<Params, { id: string; ent: string | null; at: number }>(
  'select id, ent, at from search_echo order by at desc, id limit 10000',
);
/** Rows of which one was looked at lately, for a sample. */
export const keptItems = query<{ limit: number }, KeptItem>(
  `select item_id, kind, ent, part, trust from search_item where same is not null and hidden = 0
   order by item_id desc limit :limit`,
);
