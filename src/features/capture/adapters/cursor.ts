// Transcripts of Cursor: one JSON record per line, {role, message: {content}}, without ids, times, model or tokens.
import type { Captured, JsonValue } from '../../../core/captured.ts';
import type { Adapter, TranscriptLine, TranscriptReading } from './adapter.ts';
import { announceCursor, beginCursor, type CursorLine, type CursorState, speak } from './cursor-state.ts';
import { readToolResult, readToolUse } from './cursor-tools.ts';
import type { JsonObject } from './json-reading.ts';
import { asList, asObject, asText } from './json-reading.ts';
import { textOf } from './text-content.ts';

const none: readonly Captured[] = [];
const query = /<user_query>\s*([\s\S]*?)\s*<\/user_query>/g;
/** What Cursor puts in front of words that a human typed. */
const inserted =
  /<(attached_files|additional_data|system_reminder|open_and_recently_viewed_files|user_info|rules|git_status|cursor_commands|manually_attached_skills)>[\s\S]*?<\/\1>\s*/g;

/**
 * Cursor, editor and command line: `agent-transcripts/<uuid>.jsonl`, or one folder per conversation with its sub-agents.
 * A thing is named by what it says and how often it was said before, since nothing else names it. Its time is 0: whoever
 * reads the file knows better.
 */
export const cursor: Adapter<CursorState> = {
  agent: 'cursor',
  hasTimes: false,
  recognises: (head) => head.some(isCursorRecord),
  begin: beginCursor,
  read: readLine,
  pass: passLine,
};

function isCursorRecord(value: JsonValue): boolean {
  const record = asObject(value);
  if (record === undefined || ['uuid', 'sessionId', 'timestamp', 'payload', 'type'].some((name) => name in record)) {
    return false;
  }
  const isTold = record.role === 'user' || record.role === 'assistant';
  return isTold && asObject(record.message)?.content !== undefined;
}

function readLine(state: CursorState, { value }: TranscriptLine): TranscriptReading<CursorState> {
  const record = asObject(value);
  if (record === undefined) return { state, items: none, unknown: true };
  const line: CursorLine = { state, session: state.session, items: [] };
  const isKnown = readRecord(line, record);
  if (line.items.length > 0 && !state.isAnnounced) line.items.unshift(announceCursor(state));
  return { state, items: line.items, unknown: !isKnown };
}

/** How often a thing was said is kept: later names hang on it. */
function passLine(state: CursorState, line: TranscriptLine): TranscriptReading<CursorState> {
  const { items } = readLine(state, line);
  return { state, items: items.filter(({ kind }) => kind === 'session'), unknown: false };
}

function readRecord(line: CursorLine, record: JsonObject): boolean {
  if (record.type === 'turn_ended') {
    readTurnEnd(line, record);
    return true;
  }
  const content = asObject(record.message)?.content;
  if (content === undefined) return false;
  if (record.role === 'user') readUser(line, content);
  else if (record.role === 'assistant') readAssistant(line, content);
  else return record.role === 'system';
  return true;
}

/** A turn that did not end well. */
function readTurnEnd(line: CursorLine, { status, error }: JsonObject): void {
  const how = asText(status);
  if (how === undefined || how === 'success' || how === 'completed') return;
  const isStop = how === 'aborted' || how === 'cancelled';
  const text = `Turn ended: ${[how, asText(error)].filter(Boolean).join(': ')}`;
  speak(line, { letter: 'n', role: 'user', as: 'notice', text, metadata: isStop ? { stop: true } : { error: true } });
}

/** The first words in a sub-agent's file are its parent's. */
function readUser(line: CursorLine, content: JsonValue): void {
  for (const block of asList(content)) {
    const result = asObject(block);
    if (result?.type === 'tool_result') readToolResult(line, result);
  }
  const text = typedWords(wordsIn(content));
  if (text === '') return;
  const { state } = line;
  if (state.parent !== '' && !state.isInstructed) {
    state.isInstructed = true;
    speak(line, { letter: 'i', role: 'user', as: 'notice', text, metadata: { via: 'agent' } });
  } else speak(line, { letter: 'p', role: 'user', as: 'prompt', text });
}

function readAssistant(line: CursorLine, content: JsonValue): void {
  const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : asList(content);
  for (const each of blocks) {
    const block = asObject(each);
    const text = asText(block?.text) ?? asText(block?.thinking) ?? '';
    if (block?.type === 'text') speak(line, { letter: 't', role: 'assistant', as: 'text', text });
    else if (block?.type === 'thinking') speak(line, { letter: 'k', role: 'assistant', as: 'thinking', text });
    else if (block?.type === 'tool_use') readToolUse(line, block);
    else if (block?.type === 'tool_result') readToolResult(line, block);
  }
}

function wordsIn(content: JsonValue): string {
  if (typeof content === 'string') return content;
  const texts = asList(content).filter((block) => asObject(block)?.type === 'text' || typeof block === 'string');
  return textOf(texts);
}

/** What a human typed, without what Cursor put around it. */
export function typedWords(text: string): string {
  const asked = [...text.matchAll(query)].map((found) => found[1] ?? '');
  return (asked.length > 0 ? asked.join('\n') : text.replace(inserted, '')).trim();
}
