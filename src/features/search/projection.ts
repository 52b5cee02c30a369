import { sha256Hex } from '../../core/ids.ts';
import { sameForm, sketchOf } from '../../core/sketch.ts';
import { findableKinds } from '../../core/words.ts';
import {
  type Applied,
  type Handler,
  type Projecting,
  type Projection,
  projection,
  query,
} from '../../store/record-type.ts';
import type { Findable, Hiding, SearchPart } from '../findable.ts';
import { commentsIn, declaredIn } from './code.ts';
import { filterToken, monthToken } from './filter-tokens.ts';
import { packTerms } from './terms.ts';
import { indexable, nameParts, wordCount } from './tokens.ts';

/** What of a part its terms are made of. */
export type TermSource = Pick<SearchPart, 'kind' | 'text' | 'names' | 'tags' | 'path'>;

type Known = { readonly item_id: number; readonly part: number; readonly hidden: number };
type OfEntity = { readonly kind: string; readonly ent: string };
type ItemRow = Omit<SearchPart, 'text' | 'isHidden' | 'names' | 'category' | 'tags'> & {
  readonly chars: number;
  readonly length: number;
  readonly flags: number;
  readonly same: string | null;
  readonly terms: Uint8Array | null;
};
type Words = {
  readonly text: string;
  readonly ident: string;
  readonly path: string;
  readonly names: string;
  readonly author: string;
  readonly session: string;
  readonly tags: string;
};

/** In no order: with one, SQLite compiles it anew each time it is run, which costs five times what it finds. */
const knownParts = query<OfEntity, Known>(
  'select item_id, part, hidden from search_item where kind = :kind and ent = :ent',
);
const addItem = query<ItemRow & { hidden: number }, unknown>(
  `insert into search_item (kind, ent, part, session_id, layer, scope, priority, trust, author, path, tenant_id, user_id,
     agent_id, at, chars, length, flags, hidden, same, terms)
   values (:kind, :ent, :part, :session_id, :layer, :scope, :priority, :trust, :author, :path, :tenant_id, :user_id,
     :agent_id, :at, :chars, :length, :flags, :hidden, :same, :terms)
   on conflict (kind, ent, part) do nothing`,
);
/** Right after addItem: the index row gets the number of the item just added. */
const addWords = query<Words, unknown>(
  `insert into search_fts (rowid, text, ident, path, names, author, session, tags)
   values (last_insert_rowid(), :text, :ident, :path, :names, :author, :session, :tags)`,
);
const changeItem = query<ItemRow & { item_id: number }, unknown>(
  `update search_item set session_id = :session_id, layer = :layer, scope = :scope, priority = :priority,
     trust = :trust, author = :author, path = :path, tenant_id = :tenant_id, user_id = :user_id, agent_id = :agent_id,
     at = :at, chars = :chars, length = :length, flags = :flags, same = :same, terms = :terms
   where item_id = :item_id and kind = :kind and ent = :ent and part = :part`,
);
const changeWords = query<Words & { item_id: number }, unknown>(
  `insert into search_fts (rowid, text, ident, path, names, author, session, tags)
   values (:item_id, :text, :ident, :path, :names, :author, :session, :tags)`,
);
const dropItem = query<{ item_id: number }, unknown>('delete from search_item where item_id = :item_id');
const dropWords = query<{ item_id: number }, unknown>('delete from search_fts where rowid = :item_id');
const hide = query<OfEntity & { hidden: number }, unknown>(
  'update search_item set hidden = :hidden where kind = :kind and ent = :ent and hidden <> :hidden',
);

const dropWordsOf = query<{ ents: string; kinds: string }, unknown>(
  `delete from search_fts where rowid in (select item_id from search_item
     where kind in (select value from json_each(:kinds)) and ent in (select value from json_each(:ents)))`,
);
/** Right after addItem and addWords, whose row has the number of the item. */
const addSketch = query<{ h: number }, unknown>(
  'insert into search_sketch (h, item_id) select :h, max(item_id) from search_item',
);
const addSketchOf = query<{ h: number; item_id: number }, unknown>(
  'insert into search_sketch (h, item_id) values (:h, :item_id)',
);
const dropSketch = query<{ item_id: number }, unknown>('delete from search_sketch where item_id = :item_id');
const dropSketchesOf = query<{ ents: string; kinds: string }, unknown>(
  `delete from search_sketch where item_id in (select item_id from search_item
     where kind in (select value from json_each(:kinds)) and ent in (select value from json_each(:ents)))`,
);
const dropEchoesOf = query<{ ents: string }, unknown>(
  `delete from search_echo where id in (select value from json_each(:ents)) or ent in (select value from json_each(:ents))`,
);
/** Deleting alone leaves the words readable in older parts of the index. */
const optimize = query<Record<string, never>, unknown>("insert into search_fts (search_fts) values ('optimize')");

/**
 * The rows of search, computed from what other features call findable. Declare it after the projections of those
 * features: they may read their own rows for a part.
 */
export function searchProjection(findables: readonly Findable[], hidings: readonly Hiding[]): Projection {
  return projection({
    name: 'search',
    version: 2,
    tables: {
      search_item: { local: ['item_id', 'terms'], emptying: 'update vector_item set stale = 1' },
      search_sketch: { local: ['item_id'], entity: null },
      search_fts: {
        index: true,
        indexes: { table: 'search_item', key: 'item_id' },
        clear: "insert into search_fts (search_fts) values ('delete-all')",
      },
    },
    handlers: [...findables.map(putting), ...hidings.map(hiding)],
    erase: eraseWords,
  });
}

/** The words; their items go by the entity that stands in them. */
function eraseWords(tx: Projecting, ents: readonly string[]): void {
  const those = { ents: JSON.stringify(ents), kinds: JSON.stringify(findableKinds) };
  tx.run(dropSketchesOf, those);
  tx.run(dropEchoesOf, { ents: those.ents });
  tx.run(dropWordsOf, those);
  tx.run(optimize, {});
}

function putting(findable: Findable): Handler {
  return handler(findable.record, (tx, record) => put(tx, findable.parts(record, tx), findable.adds ?? false));
}

function hiding({ record: name, hidden }: Hiding): Handler {
  return handler(name, (tx, record) => {
    for (const one of hidden(record, tx)) tx.run(hide, { kind: one.kind, ent: one.ent, hidden: one.hidden ? 1 : 0 });
  });
}

function handler(
  name: string,
  apply: (tx: Projecting, record: Applied<Readonly<Record<string, unknown>>>) => void,
): Handler {
  // fields of every record are an object; search passes them on unread
  return { name, apply: apply as Handler['apply'] };
}

function put(tx: Projecting, parts: readonly SearchPart[], othersStay: boolean): void {
  const byEntity = Map.groupBy(parts, (part) => `${part.kind} ${part.ent}`);
  for (const [first, ...rest] of byEntity.values()) {
    if (first) putEntity(tx, [first, ...rest], othersStay);
  }
}

function putEntity(tx: Projecting, parts: readonly [SearchPart, ...SearchPart[]], othersStay: boolean): void {
  const [first, ...rest] = parts;
  // most are new, and what has no first part has none at all: that is found out by adding it
  const isHidden = first.isHidden ? 1 : 0;
  if (!othersStay && first.part === 0 && add(tx, first, isHidden)) {
    for (const part of rest) add(tx, part, isHidden);
    return;
  }
  const { kind, ent } = first;
  const known = tx.all(knownParts, { kind, ent });
  const hidden = known[0]?.hidden ?? 0;
  for (const part of parts) {
    const before = known.find((each) => each.part === part.part);
    if (before) change(tx, before.item_id, part);
    else add(tx, part, hidden);
  }
  const stale = othersStay ? [] : known.filter((each) => !parts.some((part) => part.part === each.part));
  for (const { item_id } of stale) {
    tx.run(dropSketch, { item_id });
    tx.run(dropItem, { item_id });
    tx.run(dropWords, { item_id });
  }
  if (isHidden) tx.run(hide, { kind, ent, hidden: 1 });
}

/** False when it is there already: then nothing is changed. */
function add(tx: Projecting, part: SearchPart, hidden: number): boolean {
  if (tx.run(addItem, { ...itemRow(part, tx.isBulk), hidden }) === 0) return false;
  tx.run(addWords, wordsOfPart(part));
  if (isKept(part)) for (const h of sketchOf(part.text)) tx.run(addSketch, { h });
  return true;
}

function change(tx: Projecting, item_id: number, part: SearchPart): void {
  tx.run(changeItem, { ...itemRow(part, tx.isBulk), item_id });
  tx.run(dropWords, { item_id });
  tx.run(changeWords, { ...wordsOfPart(part), item_id });
  if (!isKept(part)) return;
  tx.run(dropSketch, { item_id });
  for (const h of sketchOf(part.text)) tx.run(addSketchOf, { h, item_id });
}

/** Kept by somebody's will: said once is enough. What was said and done is a record of how often it was. */
function isKept({ kind }: SearchPart): boolean {
  return kind === 'entry' || kind === 'document';
}

function itemRow(part: SearchPart, isBulk: boolean): ItemRow {
  const { kind, ent, session_id, layer, scope, priority, trust, author, path, tenant_id, user_id, agent_id, at } = part;
  return {
    ...{ kind, ent, part: part.part, session_id, layer, scope, priority, trust, author, path, tenant_id, user_id },
    ...{ agent_id, at, chars: part.text.length, length: wordCount(part.text), flags: flagsOf(part.text) },
    same: isKept(part) ? sameHash(part.text) : null,
    terms: isBulk && isTextAlone(part) ? null : termsOf(part),
  };
}

/** Nothing but its text makes its terms, so that they can be made of it later: see late-terms.ts. */
function isTextAlone({ kind, names, tags, path }: SearchPart): boolean {
  return kind !== 'document' && names === '' && tags === undefined && path === null;
}

/** What a candidate is scored by. Of files the names they declare count as names, and what comments say counts twice. */
export function termsOf({ kind, text, names, tags, path }: TermSource): Uint8Array {
  const isFile = kind === 'document';
  return packTerms({
    text,
    names: [names, ...(tags ?? []), ...(isFile ? declaredIn(text) : [])].join(' '),
    path: path ?? '',
    comments: isFile ? commentsIn(text) : '',
  });
}

function wordsOfPart(part: SearchPart): Words {
  const names = [part.names, ...(part.tags ?? [])].join(' ');
  const path = part.path ?? '';
  return {
    text: indexable(part.text),
    ident: nameParts(`${part.text}\n${names}\n${path}`),
    path: indexable(path),
    names: indexable(names),
    author: indexable(part.author ?? ''),
    // that of a session is made of what was said first, which is indexed: told again with everything said in it, it would
    // make its words common and bring in everything else
    session: '',
    tags: filterWords(part).join(' '),
  };
}

function filterWords(part: SearchPart): readonly string[] {
  const values = [
    ['kind', part.kind],
    ['session', part.session_id],
    ['agent', part.agent_id],
    ['layer', part.layer],
    ['scope', part.scope],
    ['category', part.category],
    ...(part.tags ?? []).map((tag) => ['tag', tag] as const),
  ] as const;
  const words = values.flatMap(([field, value]) => (value ? [filterToken(field, value)] : []));
  return [...words, monthToken(part.at)];
}

const timeWord =
  /\b(?:yesterday|today|tonight|tomorrow|last|next|ago|weekend|week|month|years?|days?|recently|since|(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|august|september|october|november|december|(?:19|20)\d\d|\d{1,2}:\d\d)\b/i;

function flagsOf(text: string): number {
  return (text.includes('?') ? 1 : 0) + (timeWord.test(text) ? 2 : 0);
}

/** null for nothing but punctuation: that is no duplicate of anything. */
function sameHash(text: string): string | null {
  const form = sameForm(text);
  return form === '' ? null : sha256Hex(form).slice(0, 32);
}
