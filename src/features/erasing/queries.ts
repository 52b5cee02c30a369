// Entries by what their records say (the form of a record never changes), what was erased, and the note of an unfinished erase.
import { type Params, query, type Read } from '../../store/record-type.ts';

const erasure = query<{ ent: string }, { found: 1 }>('select 1 as found from erasures where ent = :ent limit 1');
const anyErasure = query<Params, { found: 1 }>('select 1 as found from erasures limit 1');

/** Says of entities whether they were erased from a database; undefined when nothing ever was. */
export function erasedIn(read: Read): ((ent: string) => boolean) | undefined {
  if (!read.one(anyErasure, {})) return undefined;
  return (ent) => read.one(erasure, { ent }) !== undefined;
}

/** records_kind: the newest change of any entry */
export const newestEntry = query<Params, { ent: string; hlc: string }>(
  `select ent, hlc from records where type = 'context' and op = 'put' order by n desc limit 1`,
);
export const entriesByKey = query<{ key: string; scope: string }, { ent: string }>(
  `select distinct ent from records where type = 'context' and op = 'put'
     and body ->> '$.fields.key' = :key and body ->> '$.fields.scope' = :scope`,
);
export const entryById = query<{ ent: string }, { ent: string }>(
  `select ent from records where ent = :ent and type = 'context' and op = 'put' limit 1`,
);
/** Entries that belong to a session still: one that was taken out of it has outlived it. */
export const entriesOfSession = query<{ session_id: string }, { ent: string }>(
  `select distinct r.ent from records r where r.type = 'context' and r.op = 'put'
     and r.body ->> '$.fields.session_id' = :session_id
     and :session_id is (select last.body ->> '$.fields.session_id' from records last
       where last.ent = r.ent and json_type(last.body, '$.fields.session_id') is not null order by last.n desc limit 1)`,
);
export const keyOfEntry = query<{ ent: string }, { key: string }>(
  `select body ->> '$.fields.key' as key from records where ent = :ent and type = 'context'
     and body ->> '$.fields.key' is not null limit 1`,
);
/** Handoffs in whose snapshot an entry's value stands, by its key. */
export const handoffsQuoting = query<{ key: string }, { ent: string }>(
  `select ent from records where type = 'handoff' and op = 'create' and (
     exists (select 1 from json_each(body, '$.fields.snapshot.critical_facts') f where f.key = :key)
     or exists (select 1 from json_each(body, '$.fields.snapshot.working_memory') w where w.key = :key))`,
);

/** Conversations of which nothing is to be kept, by the records that say so. */
export const erasedConversations = query<Params, { n: number; agent: string; native_id: string }>(
  `select r.n, c.value ->> 0 as agent, c.value ->> 1 as native_id
   from records r, json_each(r.body, '$.fields.conversations') c
   where r.type = 'record' and r.op = 'erase' and r.state = 0
     and r.n > ifnull((select n from cursors where consumer = 'erased'), 0)`,
);
/** Whatever these records say was looked at. */
export const lookedAtErased = query<{ n: number; now: number }, unknown>(
  `insert into cursors (consumer, n, updated_at) values ('erased', :n, :now)
   on conflict (consumer) do update set n = max(n, :n), updated_at = :now`,
);

/** What came with a memory package, and nobody else has said anything of; type: of its records. */
export const ofPackageAlone = query<{ package_id: string }, { ent: string; type: string; session_id: string | null }>(
  `select ent, min(type) as type, min(body ->> '$.fields.session_id') as session_id from records
   where body is not null and ent in (
     select ent from records where body is not null and body ->> '$.actor.via.package' = :package_id)
   group by ent having sum(ifnull(body ->> '$.actor.via.package', '') <> :package_id) = 0 order by ent`,
);
/** Conversations that came with it, whose rows are known by ids of their own. */
export const runsOfPackage = query<{ package_id: string }, { ent: string }>(
  `select body ->> '$.fields.run_id' as ent from records
   where type = 'session' and op = 'run' and body ->> '$.actor.via.package' = :package_id`,
);
export const noteUndone = query<{ package_id: string; at: number }, unknown>(
  `update meta set value = json_set(value, '$.undone_at', :at) where key = 'package:' || :package_id`,
);

const unfinished = 'erasing:';
export const noteErase = query<{ key: string; value: string }, unknown>(
  'insert into meta (key, value) values (:key, :value) on conflict (key) do update set value = excluded.value',
);
export const eraseNotes = query<Params, { key: string; value: string }>(
  `select key, value from meta where key >= '${unfinished}' and key < 'erasing;'`,
);
/** In the database of a project: what has to go from those that were joined into it. */
export const linkedNotes = query<Params, { key: string; value: string }>(
  "select key, value from meta where key >= 'erasing-linked:' and key < 'erasing-linked;'",
);
export const dropEraseNote = query<{ key: string }, unknown>('delete from meta where key = :key');

/** The key under which an erase is noted until everything of it is done. */
export function eraseNoteKey(projectId: string): string {
  return `${unfinished}${projectId}`;
}
