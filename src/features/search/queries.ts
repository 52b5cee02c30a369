import { query } from '../../store/record-type.ts';
import type { FindableKind } from '../findable.ts';

export interface Item {
  readonly item_id: number;
  readonly kind: FindableKind;
  readonly ent: string;
  readonly part: number;
  readonly session_id: string | null;
  readonly priority: string | null;
  readonly trust: number;
  readonly author: string | null;
  readonly path: string | null;
  readonly agent_id: string | null;
  readonly at: number;
  /** What texts that say the same share; null for what is told as often as it was said. */
  readonly same: string | null;
  /** 1 has "?", 2 says when. */
  readonly flags: number;
  /** See terms.ts; null where they are still to be made of the text. */
  readonly terms: Uint8Array | null;
  /** bm25 as SQLite gives it: below 0, the best lowest; 0 for what words did not find. */
  readonly bm25: number;
}

const columns = `i.item_id, i.kind, i.ent, i.part, i.session_id, i.priority, i.trust, i.author, i.path, i.agent_id, i.at,
  i.same, i.flags, i.terms`;

/** null = not asked for; of `my_session` and `my_agent` null = a person, who sees those of all. */
export type CandidateParams = {
  readonly match: string;
  /** Rows before this one are not looked at. */
  readonly first_item: number;
  readonly last_item: number;
  readonly least_trust: number;
  readonly since: number;
  readonly until: number;
  readonly session_id: string | null;
  readonly agent_id: string | null;
  readonly layer: string | null;
  readonly scope: string | null;
  readonly priority: string | null;
  readonly my_user: string;
  readonly my_tenant: string | null;
  readonly my_session: string | null;
  readonly my_agent: string | null;
  /** JSON lists of what is of a branch, null when none was asked for. */
  readonly on_sessions: string | null;
  readonly on_commits: string | null;
  readonly limit: number;
};

/** What every row must be, however it was found: i is search_item. */
const allowed = `i.hidden = 0 and i.item_id <= :last_item and i.trust >= :least_trust and i.at between :since and :until
     and (:session_id is null or i.session_id = :session_id)
     and (:agent_id is null or i.agent_id = :agent_id)
     and (:layer is null or i.layer = :layer)
     and (:scope is null or i.scope = :scope)
     and (:priority is null or i.priority = :priority)
     and (:on_sessions is null or i.session_id in (select value from json_each(:on_sessions))
       or (i.kind = 'commit' and i.ent in (select value from json_each(:on_commits))))
     and (i.scope is null or i.scope in ('project', 'global')
       or (i.scope = 'user' and i.user_id = :my_user and (i.tenant_id is null or i.tenant_id = :my_tenant))
       or (i.scope = 'tenant' and i.tenant_id = :my_tenant)
       or (i.scope = 'session' and (:my_session is null or i.session_id = :my_session)
         and (:my_tenant is null or ifnull(i.tenant_id, :my_tenant) = :my_tenant)
         and ifnull(i.user_id, :my_user) = :my_user)
       or (i.scope = 'agent' and (:my_agent is null or i.agent_id = :my_agent)))`;

/**
 * Best first, by the index alone: `order by rank` sorts inside FTS5, so rows are only joined until the limit is met. Numbers
 * are bound as reals, which FTS5 does not take for limits of its rows.
 */
export const candidates = query<CandidateParams, Item>(
  `select ${columns}, f.rank as bm25
   from search_fts f cross join search_item i on i.item_id = f.rowid
   where f.search_fts match :match and f.rank match 'bm25(1.0, 1.0, 4.0, 3.0, 1.0, 1.0, 0.0)'
     and f.rowid between cast(:first_item as integer) and cast(:last_item as integer) and ${allowed}
   order by f.rank limit :limit`,
);

/** Of given items, a JSON list of ids, those that are what every row must be, in the order of the list. */
export const candidatesAmong = query<CandidateParams & { readonly items: string }, Item>(
  `select ${columns}, 0.0 as bm25
   from json_each(:items) n cross join search_fts f on f.rowid = n.value cross join search_item i on i.item_id = f.rowid
   where f.search_fts match :match
     and ${allowed}
   order by n.key limit :limit`,
);

/** Rows that come later than this are not part of a list that is being paged through. */
export const lastItem = query<Record<string, never>, { last: number | null }>(
  'select max(item_id) as last from search_item',
);

/** In how many texts a stem occurs. Reads the list of those rows, so it costs a little for the commonest. */
export const documentsWith = query<{ term: string }, { doc: number }>(
  `select ifnull(max(doc), 0) as doc from search_fts_columns
   where term = :term and col in ('text', 'ident', 'path', 'names')`,
);

/** In how many texts a filter word stands: no text has such a word of its own. */
export const documentsWithTag = query<{ term: string }, { doc: number }>(
  `select ifnull(max(doc), 0) as doc from search_fts_columns where term = :term and col = 'tags'`,
);

/** All terms that begin as `from` does, up to and without `to`, with the number of rows each occurs in. */
export const termsBetween = query<{ from: string; to: string }, { term: string; doc: number }>(
  'select term, doc from search_fts_terms where term >= :from and term < :to',
);

/** Whether a word is (part of) somebody's name. match: `author : "…"`. */
export const byAuthor = query<{ match: string }, { found: number }>(
  'select 1 as found from search_fts where search_fts match :match limit 1',
);

/** found: messages as a JSON list of [item_id, session_id, at]. */
export type NeighbourParams = {
  readonly found: string;
  readonly last_item: number;
  readonly least_trust: number;
};

const sameTalk = `search_item i where i.session_id = f.value ->> 1 and i.kind = 'message' and i.hidden = 0
  and i.trust >= :least_trust and i.item_id <= :last_item`;

/**
 * search_item_talk alone: of each of some messages the three before and the three after it in its session, as JSON lists
 * of item ids. One statement for all of them, since there are hundreds.
 */
export const neighboursOf = query<NeighbourParams, { before: string; after: string }>(
  `select
     (select json_group_array(item_id) from (select i.item_id from ${sameTalk}
        and (i.at, i.item_id) < (f.value ->> 2, f.value ->> 0) order by i.at desc, i.item_id desc limit 3)) as before,
     (select json_group_array(item_id) from (select i.item_id from ${sameTalk}
        and (i.at, i.item_id) > (f.value ->> 2, f.value ->> 0) order by i.at, i.item_id limit 3)) as after
   from json_each(:found) f`,
);

/** items: JSON list of item ids. */
export const itemsById = query<{ items: string }, Item>(
  `select ${columns}, 0.0 as bm25 from search_item i where i.item_id in (select value from json_each(:items))`,
);

/** Texts whose terms are still to be made: see late-terms.ts. */
export const lateItems = query<{ limit: number }, Pick<Item, 'item_id' | 'kind' | 'ent' | 'part' | 'path'>>(
  'select item_id, kind, ent, part, path from search_item where terms is null order by item_id limit :limit',
);
export const setTerms = query<{ item_id: number; terms: Uint8Array }, unknown>(
  'update search_item set terms = :terms where item_id = :item_id',
);
