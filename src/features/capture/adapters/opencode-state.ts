// What a conversation of opencode needs to remember between two of its messages, as plain JSON.
import type { Captured, JsonValue } from '../../../core/captured.ts';
import { asObject, asText, type JsonObject } from './json-reading.ts';
import { sessionItem } from './session-item.ts';

export type OpencodeState = {
  fileName: string;
  session: string;
  isAnnounced: boolean;
  isSubagent: boolean;
  at: number;
  /** Prompts in their order, the last 200. Ids begin with their time, so they sort by it. */
  prompts: string[];
  /** Where the conversation was taken back to; '' where it was not. */
  revertTo: string;
  /** The message itself stays, and only a part of it was taken back. */
  isRevertedAfter: boolean;
};

/** One message being read, with its parts. */
export interface OpencodeTurn {
  readonly state: OpencodeState;
  readonly info: JsonObject;
  readonly id: string;
  readonly at: number;
  readonly replyTo: readonly string[] | undefined;
  readonly items: Captured[];
}

const maxPrompts = 200;
/** What a conversation is called until it has a name. */
const unnamed = /^(?:New|Child) session - \d{4}-/;

export function beginOpencode({ fileName }: { readonly fileName: string }): OpencodeState {
  return {
    ...{ fileName, session: '', isAnnounced: false, isSubagent: false, at: 0, prompts: [] },
    ...{ revertTo: '', isRevertedAfter: false },
  };
}

/** Milliseconds since 1970, as opencode writes times. */
export function timeIn(value: JsonValue | undefined, name: string): number | undefined {
  const time = asObject(value)?.[name];
  return typeof time === 'number' && Number.isFinite(time) && time >= 0 ? Math.floor(time) : undefined;
}

/** What the session itself says: its directory, who started it, and what of it was taken back. */
export function readSession(state: OpencodeState, info: JsonObject): readonly Captured[] {
  state.session = asText(info.id) ?? state.session;
  state.isSubagent = asText(info.parentID) !== undefined;
  const items = state.isAnnounced ? [] : [announceOpencode(state, info)];
  const revert = asObject(info.revert);
  const [from, part] = [asText(revert?.messageID) ?? '', asText(revert?.partID)];
  state.revertTo = from;
  state.isRevertedAfter = part !== undefined;
  const gone = state.prompts.filter((id) => isReverted(state, id));
  return [...items, ...gone.map((id) => rewindOf(state, [id]))];
}

/** Announces the conversation with the facts of its session. */
export function announceOpencode(state: OpencodeState, info: JsonObject): Captured {
  state.isAnnounced = true;
  const at = timeIn(info.time, 'created') ?? state.at;
  const title = unnamed.test(asText(info.title) ?? '') ? undefined : asText(info.title);
  const item = sessionItem(sessionOf(state), at, {
    cwd: asText(info.directory),
    version: asText(info.version),
    parent: asText(info.parentID),
  });
  return title === undefined ? item : { ...item, title };
}

/** The conversation's id: its own, else the name of its file. */
export function sessionOf(state: OpencodeState): string {
  if (state.session === '') state.session = state.fileName || 'opencode';
  return state.session;
}

/** True for a message that was taken back. */
export function isReverted({ revertTo, isRevertedAfter }: OpencodeState, id: string): boolean {
  return revertTo !== '' && (isRevertedAfter ? id > revertTo : id >= revertTo);
}

export function rewindOf(state: OpencodeState, key: readonly string[]): Captured {
  return { kind: 'rewind', session: sessionOf(state), at: state.at, key: [...key] };
}

/** Notes a prompt; read again it stays where it was. */
export function notePrompt({ prompts }: OpencodeState, id: string): void {
  if (prompts.includes(id)) return;
  prompts.push(id);
  prompts.sort();
  if (prompts.length > maxPrompts) prompts.shift();
}

/** The prompt that a message answers: the one it names, else the last before it. */
export function promptOf({ prompts }: OpencodeState, id: string, parent: string | undefined): string | undefined {
  return parent !== undefined && prompts.includes(parent) ? parent : prompts.findLast((prompt) => prompt < id);
}
