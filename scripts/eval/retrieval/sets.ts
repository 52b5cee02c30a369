// An evaluation set in two halves: what is taken in, and what is asked. The first never looks at the second.
import fs from 'node:fs';
import { gunzipSync } from 'node:zlib';

/** One thing to be found: a turn of a conversation, a function, a file. Its id travels beside it, never as text. */
export interface Item {
  readonly id: string;
  /** Id of the session in the set; of functions and files the item itself. */
  readonly session: string;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  readonly author: string;
  readonly text: string;
  /** Declared names. */
  readonly names: string;
  readonly path: string;
}

/** What is searched together. */
export interface Store {
  readonly name: string;
  readonly items: readonly Item[];
  readonly authors: readonly string[];
}

export interface Question {
  readonly qid: string;
  /** Name of the store it is asked of. */
  readonly store: string;
  readonly text: string;
  /** Ids of the items that answer it. */
  readonly gold: readonly string[];
}

interface Turn {
  readonly speaker: string;
  readonly dia_id: string;
  readonly text?: string;
  readonly blip_caption?: string;
}

export interface Dialogue {
  readonly sample_id: string;
  readonly conversation: Readonly<Record<string, unknown>> & {
    readonly speaker_a: string;
    readonly speaker_b: string;
  };
  readonly qa: readonly { readonly question: string; readonly evidence?: readonly unknown[] }[];
}

export interface Pairs {
  readonly docs: readonly {
    readonly id: string | number;
    readonly text: string;
    readonly head?: string;
    readonly path?: string;
  }[];
  readonly queries: readonly { readonly q: string; readonly gold: readonly number[] }[];
}

/** Conversations with their questions, or texts with questions that point at them. */
export type Raw = readonly Dialogue[] | Pairs;

/** Reads a set from a file of JSON, packed or not. */
export function readRaw(file: string): Raw {
  const bytes = fs.readFileSync(file);
  // a set is made by us or checked by its scorer, which refuses anything else
  return JSON.parse((file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')) as Raw;
}

/** True for conversations. */
export function isDialogue(raw: Raw): raw is readonly Dialogue[] {
  return Array.isArray(raw);
}

/** The stores of a set: one per conversation, or one of all texts. Reads no question. */
export function storesOf(raw: Raw): readonly Store[] {
  if (isDialogue(raw)) return raw.map(({ sample_id, conversation }) => conversationStore(sample_id, conversation));
  const items = raw.docs.map((doc) => ({
    ...{ id: String(doc.id), session: String(doc.id), at: 0, author: '', text: doc.text },
    ...{ names: doc.head ?? '', path: doc.path ?? '' },
  }));
  return [{ name: 'all', items, authors: [] }];
}

/** All stores as one. */
export function mergedStore(stores: readonly Store[]): Store {
  const authors = new Set(stores.flatMap((store) => store.authors));
  return { name: 'merged', items: stores.flatMap((store) => store.items), authors: [...authors] };
}

/** The questions that something in the set answers, in its order. */
export function questionsOf(raw: Raw): readonly Question[] {
  if (isDialogue(raw)) return raw.flatMap(askedOf);
  return raw.queries.map(({ q, gold }, place) => ({
    ...{ qid: String(place), store: 'all', text: q },
    gold: gold.map((at) => String(raw.docs[at]?.id)),
  }));
}

function conversationStore(name: string, conversation: Dialogue['conversation']): Store {
  const numbers = Object.keys(conversation).flatMap((key) => /^session_(\d+)$/.exec(key)?.[1] ?? []);
  const items = numbers
    .map(Number)
    .toSorted((a, b) => a - b)
    .flatMap((number) => turnsOf(name, conversation, number));
  return { name, items, authors: [conversation.speaker_a, conversation.speaker_b] };
}

function turnsOf(store: string, conversation: Dialogue['conversation'], number: number): readonly Item[] {
  const turns = conversation[`session_${number}`];
  if (!Array.isArray(turns)) return [];
  const begun = timeOf(String(conversation[`session_${number}_date_time`] ?? ''));
  return (turns as readonly Turn[]).map(({ speaker, dia_id, text, blip_caption }, place) => ({
    ...{ id: `${store}/${dia_id}`, session: `${store}/S${number}`, at: begun + place * 60_000, author: speaker },
    ...{ text: [text, blip_caption].filter(Boolean).join(' '), names: '', path: '' },
  }));
}

/** "1:56 pm on 8 May, 2023" in milliseconds, as UTC; the first day of 2023 for what says no time. */
export function timeOf(text: string): number {
  const [, hour = '', minute = '', half = '', day = ''] = /^(\d+):(\d+) ([ap]m) on (.+)$/i.exec(text.trim()) ?? [];
  const date = Date.parse(`${day.replace(',', '')} UTC`);
  if (Number.isNaN(date)) return Date.UTC(2023, 0, 1);
  const hours = (Number(hour) % 12) + (half.toLowerCase() === 'pm' ? 12 : 0);
  return date + (hours * 60 + Number(minute)) * 60_000;
}

function askedOf({ sample_id, conversation, qa }: Dialogue): readonly Question[] {
  const known = new Set(conversationStore(sample_id, conversation).items.map((item) => item.id));
  return qa.flatMap(({ question, evidence }, place) => {
    const gold = evidenceOf(evidence ?? []).map((dia) => `${sample_id}/${dia}`);
    const found = gold.filter((id) => known.has(id));
    return found.length === 0 ? [] : [{ qid: `${sample_id}#${place}`, store: sample_id, text: question, gold: found }];
  });
}

/** Ids of turns as they stand in lists of evidence, several in one string at times: "D1:3; D:2:05". */
function evidenceOf(list: readonly unknown[]): readonly string[] {
  const ids = list.flatMap((each) =>
    [...String(each).matchAll(/D:?(\d+):(\d+)/g)].map(([, session, turn]) => `D${Number(session)}:${Number(turn)}`),
  );
  return [...new Set(ids)];
}
