// What a Gemini CLI chat needs to remember between two lines, as plain JSON.
import { basename, dirname } from 'node:path';
import type { Captured } from '../../../core/captured.ts';
import type { TranscriptSource } from './adapter.ts';
import { asList, asObject, asText, asTime, type JsonObject } from './json-reading.ts';
import { sessionItem } from './session-item.ts';

export type GeminiState = {
  fileName: string;
  /** The conversation that started this one, as the folder says; '' for one of its own. */
  folderParent: string;
  session: string;
  isAnnounced: boolean;
  isSubagent: boolean;
  at: number;
  /** Milliseconds of lastUpdated, and how many messages were written since it changed: the order of writing. */
  updated: number;
  since: number;
  /** Live messages in their order, the last 1,000; prompts are marked. */
  ids: string[];
};

/** One message being read. */
export interface GeminiTurn {
  readonly state: GeminiState;
  readonly message: JsonObject;
  readonly id: string;
  readonly at: number;
  /** Key of the prompt that it answers. */
  readonly replyTo: readonly string[] | undefined;
  readonly revision: number;
  readonly items: Captured[];
}

const maxIds = 1000;
const promptMark = '>';

export function beginGemini({ fileName, path }: TranscriptSource): GeminiState {
  const folder = basename(dirname(path));
  const isBelow = basename(dirname(dirname(path))) === 'chats';
  return {
    ...{ fileName, folderParent: isBelow ? folder : '', session: '', isAnnounced: false, isSubagent: isBelow },
    ...{ at: 0, updated: 0, since: 0, ids: [] },
  };
}

/** What the first line, or a patch of it, says of the conversation. */
export function takeMetadata(state: GeminiState, facts: JsonObject): void {
  const session = asText(facts.sessionId);
  if (session !== undefined && session !== state.session) {
    state.session = session;
    state.isAnnounced = false;
  }
  if (facts.kind === 'subagent') state.isSubagent = true;
  const updated = asTime(facts.lastUpdated);
  if (updated === undefined || updated === state.updated) return;
  state.updated = Math.max(0, updated);
  state.since = 0;
}

/** The conversation's id: what its first line says, else the name of its file. */
export function sessionOf(state: GeminiState): string {
  if (state.session === '') state.session = state.fileName || 'gemini';
  return state.session;
}

/** Announces the conversation with what its first line says. */
export function announceGemini(state: GeminiState, facts: JsonObject): Captured {
  state.isAnnounced = true;
  const at = asTime(facts.startTime) ?? state.at;
  const parent = state.isSubagent && state.folderParent !== '' ? state.folderParent : undefined;
  const cwd = asText(asList(facts.directories)[0]);
  const title = asText(facts.summary);
  const item = sessionItem(sessionOf(state), at, { cwd, parent });
  return item.kind === 'session' && title !== undefined ? { ...item, title } : item;
}

/**
 * The place of a text among all versions of its message: when it was written, as far as the file says, then its place among
 * those of that moment.
 */
export function nextRevision(state: GeminiState): number {
  state.since = Math.min(state.since + 1, 999);
  return state.updated * 1000 + state.since;
}

/** Notes that a message is there; written again it stays where it was. */
export function noteMessage(state: GeminiState, id: string, { isPrompt }: { readonly isPrompt: boolean }): void {
  if (placeOf(state, id) >= 0) return;
  state.ids.push(isPrompt ? promptMark + id : id);
  if (state.ids.length > maxIds) state.ids.shift();
}

/** The prompt before a message, or the last one for a message that is new. */
export function promptBefore(state: GeminiState, id: string): readonly string[] | undefined {
  const place = placeOf(state, id);
  const before = place < 0 ? state.ids : state.ids.slice(0, place);
  const prompt = before.findLast((each) => each.startsWith(promptMark));
  return prompt === undefined ? undefined : messageKey(state, prompt.slice(promptMark.length));
}

/** Takes a message and all after it out of the conversation; their keys. An unknown one takes everything with it. */
export function rewindTo(state: GeminiState, id: string): (readonly string[])[] {
  const gone = state.ids.splice(Math.max(placeOf(state, id), 0));
  return gone.map((each) => messageKey(state, each.startsWith(promptMark) ? each.slice(promptMark.length) : each));
}

export function messageKey(state: GeminiState, id: string): readonly string[] {
  return [sessionOf(state), id];
}

function placeOf({ ids }: GeminiState, id: string): number {
  return ids.findIndex((each) => each === id || each === promptMark + id);
}

/** Its record, when it is an object with facts of a conversation. */
export function metadataOf(record: JsonObject): JsonObject | undefined {
  const patch = asObject(record.$set);
  if (patch !== undefined) return patch;
  const isHeader = asText(record.sessionId) !== undefined && ('startTime' in record || 'projectHash' in record);
  return isHeader && record.type === undefined ? record : undefined;
}
