// SQL of vectors. Each model has a table of its own, so some statements are made for a model.
import { query } from '../../../store/record-type.ts';
import type { FindableKind } from '../../findable.ts';

type Nothing = Record<string, never>;

export interface ModelRow {
  readonly model_id: number;
  readonly name: string;
  readonly question_prefix: string;
  readonly endpoint: string;
  readonly dims: number | null;
  readonly state: 'building' | 'whole' | 'lost';
  readonly done_to: number;
  readonly skipped: number;
}

/** Part of a findable thing, as search knows it. */
export interface ItemPlace {
  readonly item_id: number;
  readonly kind: FindableKind;
  readonly ent: string;
  readonly part: number;
}

// --- what is here -------------------------------------------------------------------------------------------------

/** Whether this connection has the library that vector tables need. */
export const vectorModule = query<Nothing, { found: 1 }>(
  "select 1 as found from pragma_module_list where name = 'vec0'",
);
export const allModels = query<Nothing, ModelRow>('select * from vector_model order by model_id');
export const modelByName = query<{ name: string }, ModelRow>('select * from vector_model where name = :name');
export const addModel = query<{ name: string; question_prefix: string; endpoint: string }, unknown>(
  `insert into vector_model (name, question_prefix, endpoint, state) values (:name, :question_prefix, :endpoint, 'building')
   on conflict (name) do update set question_prefix = excluded.question_prefix, endpoint = excluded.endpoint`,
);
export const setDims = query<{ model_id: number; dims: number }, unknown>(
  'update vector_model set dims = :dims where model_id = :model_id',
);
export const setDone = query<{ model_id: number; done_to: number; skipped: number }, unknown>(
  'update vector_model set done_to = :done_to, skipped = skipped + :skipped where model_id = :model_id',
);
export const setState = query<{ model_id: number; state: ModelRow['state'] }, unknown>(
  'update vector_model set state = :state where model_id = :model_id',
);
export const dropModel = query<{ model_id: number }, unknown>('delete from vector_model where model_id = :model_id');

/** total: texts there are; done: those a model has tried. */
export const progress = query<{ done_to: number }, { total: number; done: number }>(
  'select count(*) as total, count(*) filter (where text_id <= :done_to) as done from vector_text',
);
export const unlinkedCount = query<Nothing, { count: number }>(
  `select (select count(*) from search_item where item_id > ifnull((select max(item_id) from vector_item), 0))
     + (select count(*) from vector_item where stale = 1) as count`,
);

// --- items and their texts ----------------------------------------------------------------------------------------

export const newItems = query<{ limit: number }, ItemPlace>(
  `select item_id, kind, ent, part from search_item
   where item_id > ifnull((select max(item_id) from vector_item), 0) order by item_id limit :limit`,
);
/** kind is null where the item is gone. */
export const staleItems = query<
  { limit: number },
  Omit<ItemPlace, 'kind'> & { kind: FindableKind | null; text_id: number | null }
>(
  `select v.item_id, v.text_id, i.kind, i.ent, i.part from vector_item v left join search_item i using (item_id)
   where v.stale = 1 order by v.item_id limit :limit`,
);
export const addText = query<{ hash: string }, unknown>(
  'insert into vector_text (hash) values (:hash) on conflict do nothing',
);
export const textByHash = query<{ hash: string }, { text_id: number }>(
  'select text_id from vector_text where hash = :hash',
);
export const linkItem = query<{ item_id: number; text_id: number | null }, unknown>(
  `insert into vector_item (item_id, text_id) values (:item_id, :text_id)
   on conflict (item_id) do update set text_id = excluded.text_id, stale = 0`,
);
export const markStale = query<{ item_id: number }, unknown>(
  'update vector_item set stale = 1 where item_id = :item_id',
);
export const unlinkItem = query<{ item_id: number }, unknown>('delete from vector_item where item_id = :item_id');
export const loosen = query<{ text_id: number }, unknown>('update vector_text set loose = 1 where text_id = :text_id');
export const looseTexts = query<{ limit: number }, { text_id: number; used: 0 | 1 }>(
  `select text_id, exists (select 1 from vector_item i where i.text_id = t.text_id) as used
   from vector_text t where loose = 1 order by text_id limit :limit`,
);
export const tighten = query<{ text_id: number }, unknown>('update vector_text set loose = 0 where text_id = :text_id');
export const dropText = query<{ text_id: number }, unknown>('delete from vector_text where text_id = :text_id');

export const dropItems = query<Nothing, unknown>('delete from vector_item');
export const dropAllTexts = query<Nothing, unknown>('delete from vector_text');

/** Texts a model has not tried, with an item that says each; none for one that no item says just now. */
export const dueTexts = query<{ done_to: number; limit: number }, ItemPlace & { text_id: number; hash: string }>(
  `select t.text_id, t.hash, i.item_id, i.kind, i.ent, i.part
   from (select text_id, hash from vector_text where text_id > :done_to order by text_id limit :limit) t
   join search_item i on i.item_id =
     (select item_id from vector_item v where v.text_id = t.text_id and v.stale = 0 limit 1)
   order by t.text_id`,
);
/** The last of them, whether or not an item says it. */
export const lastDue = query<{ done_to: number; limit: number }, { last: number | null }>(
  `select max(text_id) as last
   from (select text_id from vector_text where text_id > :done_to order by text_id limit :limit)`,
);
export const isText = query<{ text_id: number }, { found: 1 }>(
  'select 1 as found from vector_text where text_id = :text_id',
);

// --- erasing ------------------------------------------------------------------------------------------------------

/** Texts of entities, and those of which it is not known just now whose they are. */
export const textsOf = query<{ ents: string }, { text_id: number }>(
  `select distinct text_id from vector_item where text_id is not null and (stale = 1 or item_id in
     (select item_id from search_item where ent in (select value from json_each(:ents))))`,
);
export const unlinkEntities = query<{ ents: string }, unknown>(
  `delete from vector_item where stale = 1 or item_id in
     (select item_id from search_item where ent in (select value from json_each(:ents)))`,
);

// --- the tables of a model ----------------------------------------------------------------------------------------

/** Larger pieces than the default: looking for the nearest costs what merging the best of each piece costs. */
export const createTable = (model_id: number, dims: number) =>
  query<Nothing, unknown>(
    `create virtual table search_vec_${model_id} using vec0(
       text_id integer primary key, bits bit[${dims}], v int8[${dims}] distance_metric=cosine, chunk_size=4096)`,
  );
export const dropTable = (model_id: number) => query<Nothing, unknown>(`drop table if exists search_vec_${model_id}`);
export const addVector = (model_id: number) =>
  query<{ text_id: bigint; bits: Uint8Array; bytes: Uint8Array }, unknown>(
    `insert into search_vec_${model_id} (text_id, bits, v) values (:text_id, vec_bit(:bits), vec_int8(:bytes))`,
  );
export const dropVector = (model_id: number) =>
  query<{ text_id: bigint }, unknown>(`delete from search_vec_${model_id} where text_id = :text_id`);

/** By bits alone: the angle between two vectors, roughly. */
export const nearestTexts = (model_id: number) =>
  query<{ bits: Uint8Array; limit: number }, { text_id: number }>(
    `select text_id from search_vec_${model_id} where bits match vec_bit(:bits) and k = :limit`,
  );
export const cosinesOfTexts = (model_id: number) =>
  query<{ bytes: Uint8Array; texts: string }, { text_id: number; cosine: number }>(
    `select text_id, 1 - vec_distance_cosine(v, vec_int8(:bytes)) as cosine from search_vec_${model_id}
     where text_id in (select value from json_each(:texts))`,
  );
export const itemsOfTexts = query<{ texts: string }, { item_id: number; text_id: number }>(
  `select v.item_id, v.text_id from vector_item v join search_item i using (item_id)
   where v.text_id in (select value from json_each(:texts)) and v.stale = 0 and i.hidden = 0`,
);
export const textsOfItems = query<{ items: string }, { item_id: number; text_id: number }>(
  `select item_id, text_id from vector_item
   where item_id in (select value from json_each(:items)) and stale = 0 and text_id is not null`,
);
export const vectorCount = (model_id: number) =>
  query<Nothing, { count: number }>(`select count(*) as count from search_vec_${model_id}_rowids`);

/** Without the library its tables cannot be asked, but they are plain ones to SQLite: every number is made 0. */
export const blankPieces = (model_id: number, column: '00' | '01') =>
  query<Nothing, unknown>(
    `update search_vec_${model_id}_vector_chunks${column} set vectors = zeroblob(length(vectors))`,
  );
