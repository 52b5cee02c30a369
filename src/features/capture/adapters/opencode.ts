// Conversations of opencode: a session and its messages with their parts, from its database, its files or its export.
import type { Captured, JsonValue } from '../../../core/captured.ts';
import type { Adapter, TranscriptLine, TranscriptReading } from './adapter.ts';
import { asList, asObject, asText, type JsonObject } from './json-reading.ts';
import { readMessage } from './opencode-messages.ts';
import {
  announceOpencode,
  beginOpencode,
  isReverted,
  notePrompt,
  type OpencodeState,
  promptOf,
  readSession,
  takeBack,
  timeIn,
} from './opencode-state.ts';

const none: readonly Captured[] = [];

/**
 * opencode 1.x, and the tree of files before it.
 * Keys are ids of parts. A line is one message as it stands: what is not finished gives nothing yet, and is read again when
 * it has changed.
 */
export const opencode: Adapter<OpencodeState> = {
  agent: 'opencode',
  recognises: (head) => head.some((value) => sessionIn(value) !== undefined),
  begin: beginOpencode,
  read: readLine,
  pass: passLine,
};

/** The session that stands before its messages. */
function sessionIn(value: JsonValue): JsonObject | undefined {
  const record = asObject(value);
  const info = asObject(record?.info);
  const isSession = Array.isArray(record?.messages) && info?.role === undefined && asText(info?.id) !== undefined;
  return isSession && timeIn(info?.time, 'created') !== undefined ? info : undefined;
}

function readLine(state: OpencodeState, line: TranscriptLine): TranscriptReading<OpencodeState> {
  const session = sessionIn(line.value ?? null);
  if (session !== undefined) {
    state.at = timeIn(session.time, 'created') ?? state.at;
    const items = readSession(state, session, presentIn(line.value));
    // a document that stands on one line
    const rest = asList(asObject(line.value)?.messages).flatMap((message) => readOne(state, message).items);
    return { state, items: [...items, ...rest], unknown: false };
  }
  const { items, isKnown } = readOne(state, line.value ?? null);
  return { state, items: withSession(state, items), unknown: !isKnown };
}

function readOne(state: OpencodeState, value: JsonValue): { readonly items: Captured[]; readonly isKnown: boolean } {
  const info = asObject(asObject(value)?.info);
  const id = asText(info?.id);
  if (info === undefined || id === undefined) return { items: [], isKnown: false };
  const at = timeIn(info.time, 'created') ?? state.at;
  state.at = Math.max(at, timeIn(info.time, 'completed') ?? 0, state.at);
  const prompt = promptOf(state, id, asText(info.parentID));
  const items: Captured[] = [];
  const turn = { state, info, id, at, replyTo: prompt === undefined ? undefined : [prompt], items };
  const said = readMessage(turn, asList(asObject(value)?.parts));
  if (said === 'prompt') notePrompt(state, id);
  if (isReverted(state, id)) items.push(...items.flatMap((item) => takenBack(state, id, item)));
  return { items, isKnown: said !== 'unknown' };
}

function takenBack(state: OpencodeState, id: string, item: Captured): readonly Captured[] {
  return item.kind === 'message' ? [takeBack(state, id, item.key)] : [];
}

/** Messages that stand beside a session, as its database or a document on one line says. */
function presentIn(value: JsonValue | undefined): ReadonlySet<string> {
  const record = asObject(value);
  const beside = asList(record?.messages).map((message) => asObject(asObject(message)?.info)?.id);
  return new Set([...asList(record?.present), ...beside].flatMap((id) => asText(id) ?? []));
}

/** A file without its session is announced by what speaks first. */
function withSession(state: OpencodeState, items: readonly Captured[]): readonly Captured[] {
  if (items.length === 0 || state.isAnnounced) return items;
  return [announceOpencode(state, {}), ...items];
}

function passLine(state: OpencodeState, line: TranscriptLine): TranscriptReading<OpencodeState> {
  const session = sessionIn(line.value ?? null);
  if (session !== undefined)
    return { state, items: readSession(state, { ...session, title: null }, presentIn(line.value)), unknown: false };
  return { state, items: none, unknown: false };
}
