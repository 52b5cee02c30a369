// Which text each item says. Runs behind the writes, in small steps; what an item said before goes with its vectors.
import { sha256Hex } from '../../../core/ids.ts';
import type { Projecting, Read } from '../../../store/record-type.ts';
import type { Context } from '../../feature.ts';
import type { FindableKind, Showing } from '../../findable.ts';
import {
  addText,
  type ItemPlace,
  linkItem,
  loosen,
  looseTexts,
  newItems,
  staleItems,
  textByHash,
  tighten,
  unlinkItem,
} from './vector-queries.ts';
import { dropTexts } from './vectors.ts';

/** Reading the texts of items, as the person who owns them. */
export interface Texts {
  readonly showings: readonly Showing[];
  readonly context: Context;
  /** Kinds that are left out. */
  readonly without: ReadonlySet<FindableKind>;
}

/** The text of an item as an embedder is given it; undefined when there is none to compare. */
export function textOf(read: Read, { kind, ent, part }: ItemPlace, texts: Texts): string | undefined {
  if (texts.without.has(kind)) return undefined;
  const showing = texts.showings.find((each) => each.kind === kind);
  const text = showing?.text(read, ent, part, texts.context);
  if (showing === undefined || text === undefined) return undefined;
  const { key, title } = kind === 'entry' || kind === 'document' ? showing.heading(read, ent, part) : noHeading;
  const whole = [title ?? key ?? '', text].filter((line) => line !== '').join('\n');
  return whole.trim() === '' ? undefined : whole.toWellFormed();
}

const noHeading = { key: null, title: null };

/** What an equal text has, too. */
export function hashOf(text: string): string {
  return sha256Hex(text).slice(0, 32);
}

/** Links some items with their texts and drops texts that nobody says any more; returns how many it looked at. */
export function linkSome(tx: Projecting, texts: Texts, limit: number): number {
  const stale = tx.all(staleItems, { limit });
  for (const { text_id, kind, ...place } of stale) {
    if (text_id !== null) tx.run(loosen, { text_id });
    if (kind === null) tx.run(unlinkItem, place);
    else link(tx, { ...place, kind }, texts);
  }
  const fresh = tx.all(newItems, { limit: limit - stale.length });
  for (const place of fresh) link(tx, place, texts);
  // not before all is linked anew: after a rebuild a text may belong to an item that comes later
  return stale.length + fresh.length > 0 ? stale.length + fresh.length : dropLoose(tx, limit);
}

function link(tx: Projecting, place: ItemPlace, texts: Texts): void {
  const text = textOf(tx, place, texts);
  const hash = text === undefined ? undefined : hashOf(text);
  if (hash !== undefined) tx.run(addText, { hash });
  const text_id = hash === undefined ? null : (tx.one(textByHash, { hash })?.text_id ?? null);
  tx.run(linkItem, { item_id: place.item_id, text_id });
}

function dropLoose(tx: Projecting, limit: number): number {
  const loose = tx.all(looseTexts, { limit });
  for (const { text_id } of loose.filter(({ used }) => used === 1)) tx.run(tighten, { text_id });
  const unused = loose.filter(({ used }) => used === 0).map(({ text_id }) => text_id);
  dropTexts(tx, unused);
  return loose.length;
}
