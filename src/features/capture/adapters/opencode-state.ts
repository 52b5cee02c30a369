// What a conversation of opencode needs to remember between two of its messages, as plain JSON.
import type { Captured, CapturedRewind, JsonValue } from '../../../core/captured.ts';
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
  /** What was taken back and still is: keys with the message they stand in, the last 1,000. Absent in earlier states. */
  gone?: { id: string; key: string[] }[];
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
const maxGone = 1000;
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

/**
 * What the session itself says: its directory, who started it, and what of it was taken back. present: messages that are
 * there. opencode deletes for good what was taken back once the conversation goes on; without that it may come back.
 */
export function readSession(
  state: OpencodeState,
  info: JsonObject,
  present: ReadonlySet<string> = new Set(),
): readonly Captured[] {
  state.session = asText(info.id) ?? state.session;
  state.isSubagent = asText(info.parentID) !== undefined;
  const items = state.isAnnounced ? [] : [announceOpencode(state, info)];
  const revert = asObject(info.revert);
  const [from, part] = [asText(revert?.messageID) ?? '', asText(revert?.partID)];
  state.revertTo = from;
  state.isRevertedAfter = part !== undefined;
  const before = state.gone ?? [];
  state.gone = before.filter(({ id }) => isReverted(state, id));
  const free = before.filter(({ id }) => !isReverted(state, id));
  const back = free.filter(({ id }) => present.has(id));
  // what is said next answers none of those that are deleted
  const deleted = new Set(free.filter(({ id }) => !present.has(id)).map(({ id }) => id));
  state.prompts = state.prompts.filter((id) => !deleted.has(id));
  const prompts = state.prompts.filter((id) => isReverted(state, id)).map((id) => takeBack(state, id, [id]));
  return [...items, ...back.map(({ key }) => ({ ...rewindOf(state, key), undone: true })), ...prompts];
}

/** Takes something back with the message it stands in, and notes it. */
export function takeBack(state: OpencodeState, id: string, key: readonly string[]): CapturedRewind {
  state.gone = [...(state.gone ?? []).filter((each) => each.key.join() !== key.join()), { id, key: [...key] }];
  if (state.gone.length > maxGone) state.gone.shift();
  return rewindOf(state, key);
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

function rewindOf(state: OpencodeState, key: readonly string[]): CapturedRewind {
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
export function promptOf(state: OpencodeState, id: string, parent: string | undefined): string | undefined {
  const { prompts } = state;
  if (parent !== undefined && prompts.includes(parent)) return parent;
  return prompts.findLast((prompt) => prompt < id && (!isReverted(state, prompt) || isReverted(state, id)));
}
