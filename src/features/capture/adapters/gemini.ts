// Chats of Gemini CLI: one JSON document in its older versions, a log of messages and patches in newer ones.
import type { Captured, JsonValue } from '../../../core/captured.ts';
import type { Adapter, TranscriptLine, TranscriptReading } from './adapter.ts';
import { readMessage } from './gemini-messages.ts';
import {
  announceGemini,
  beginGemini,
  type GeminiState,
  metadataOf,
  nextRevision,
  noteMessage,
  promptBefore,
  rewindTo,
  sessionOf,
  takeMetadata,
} from './gemini-state.ts';
import { asList, asObject, asText, asTime, type JsonObject } from './json-reading.ts';

const none: readonly Captured[] = [];
const types: ReadonlySet<string> = new Set(['user', 'gemini', 'info', 'error', 'warning']);

/**
 * Gemini CLI, 2025 and 2026.
 * Keys are (conversation, message id). A message may be written again: texts carry a revision, tools have ids of their own.
 * A patch that replaces the messages is the model's context after a compression, not what was said: it takes nothing away.
 */
export const geminiCli: Adapter<GeminiState> = {
  agent: 'gemini-cli',
  recognises: (head) => head.some(isGeminiRecord),
  begin: beginGemini,
  read: readLine,
  pass: passLine,
};

function isGeminiRecord(value: JsonValue): boolean {
  const record = asObject(value);
  if (record === undefined || metadataOf(record) !== record) return false;
  return asText(record.projectHash) !== undefined || asTime(record.lastUpdated) !== undefined;
}

function readLine(state: GeminiState, line: TranscriptLine): TranscriptReading<GeminiState> {
  const record = asObject(line.value);
  if (record === undefined) return { state, items: none, unknown: true };
  const metadata = metadataOf(record);
  const target = asText(record.$rewindTo);
  if (metadata !== undefined) return { state, items: readMetadata(state, metadata), unknown: false };
  if (target !== undefined) return { state, items: readRewind(state, target), unknown: false };
  if (!isMessage(record)) return { state, items: none, unknown: true };
  return { state, items: withSession(state, readOne(state, record)), unknown: false };
}

function isMessage(record: JsonObject): boolean {
  return asText(record.id) !== undefined && types.has(asText(record.type) ?? '');
}

function readMetadata(state: GeminiState, metadata: JsonObject): readonly Captured[] {
  takeMetadata(state, metadata);
  state.at = asTime(metadata.startTime) ?? state.at;
  const announced = state.isAnnounced || state.session === '' ? [] : [announceGemini(state, metadata)];
  const items = asList(metadata.messages).flatMap((each) => {
    const message = asObject(each);
    return message !== undefined && isMessage(message) ? readOne(state, message) : [];
  });
  return [...announced, ...withSession(state, items)];
}

function readOne(state: GeminiState, message: JsonObject): readonly Captured[] {
  const id = asText(message.id) ?? '';
  const at = asTime(message.timestamp) ?? state.at;
  state.at = Math.max(state.at, at);
  const items: Captured[] = [];
  const replyTo = promptBefore(state, id);
  const said = readMessage({ state, message, id, at, replyTo, revision: nextRevision(state), items });
  noteMessage(state, id, { isPrompt: said === 'prompt' });
  return items;
}

function readRewind(state: GeminiState, target: string): readonly Captured[] {
  const session = sessionOf(state);
  return rewindTo(state, target).map((key) => ({ kind: 'rewind', session, at: state.at, key: [...key] }));
}

/** A conversation without a first line is announced by what speaks first. */
function withSession(state: GeminiState, items: readonly Captured[]): readonly Captured[] {
  if (items.length === 0 || state.isAnnounced) return items;
  return [announceGemini(state, {}), ...items];
}

/** Its place is kept, so that what is said later belongs to the prompt before. */
function passLine(state: GeminiState, line: TranscriptLine): TranscriptReading<GeminiState> {
  const record = asObject(line.value);
  const metadata = record && metadataOf(record);
  if (metadata !== undefined) {
    takeMetadata(state, metadata);
    const items =
      state.isAnnounced || state.session === '' ? none : [announceGemini(state, { ...metadata, summary: null })];
    return { state, items, unknown: false };
  }
  const target = asText(record?.$rewindTo);
  if (target !== undefined) return { state, items: readRewind(state, target), unknown: false };
  if (record !== undefined && isMessage(record)) {
    const id = asText(record.id) ?? '';
    state.at = Math.max(state.at, asTime(record.timestamp) ?? 0);
    nextRevision(state);
    noteMessage(state, id, { isPrompt: false });
  }
  return { state, items: none, unknown: false };
}
