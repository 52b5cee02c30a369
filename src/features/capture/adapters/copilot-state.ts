// What one Copilot CLI file needs to remember between two lines, as plain JSON.
import type { Captured, CapturedSession } from '../../../core/captured.ts';
import type { TranscriptLine, TranscriptSource } from './adapter.ts';
import type { JsonObject } from './json-reading.ts';
import { asText, shortHash } from './json-reading.ts';
import { sessionItem } from './session-item.ts';

/** A call that has no result yet. */
export type OpenCall = {
  /** The agent's own id of the call. */
  id: string;
  /** The name under which it is kept. */
  callId: string;
  /** Of the file an edit tool changes; '' for every other tool. */
  path: string;
  change: 'add' | 'modify';
  added: number;
  removed: number;
};

export type CopilotState = {
  /** '' until it is told or needed. */
  session: string;
  /** What the path says of it. */
  named: string;
  isAnnounced: boolean;
  at: number;
  model: string;
  /** How often a thing was said, by its name. */
  said: { [name: string]: number };
  /** Key of the last prompt. */
  prompt: string[];
  calls: OpenCall[];
  /** Sub-agents that have been announced, the last of them. */
  children: string[];
  /** Files that were edited, the last of them. */
  edited: string[];
  /** Totals of the last shutdown, by start of the process and model: fresh, read, written, output, reasoning. */
  totals: { [run: string]: number[] };
  /** Output that messages told since the last shutdown, by model. */
  told: { [model: string]: number };
  isCounted: boolean;
};

/** One event being read, and the items it gave so far. */
export interface CopilotEvent {
  readonly state: CopilotState;
  readonly type: string;
  readonly data: JsonObject;
  readonly id: string;
  readonly at: number;
  readonly session: string;
  readonly items: Captured[];
}

const maxCalls = 64;
const maxNames = 200;

export function beginCopilot({ fileName, path }: TranscriptSource): CopilotState {
  const folder = /([^/\\]+)[/\\]events\.jsonl(?:\.gz)?$/.exec(path)?.[1];
  return {
    ...{ session: '', named: folder ?? (fileName === 'events' ? '' : fileName), isAnnounced: false, at: 0, model: '' },
    ...{ said: {}, prompt: [], calls: [], children: [], edited: [], totals: {}, told: {}, isCounted: false },
  };
}

/** The conversation's id: of its first event, else of its folder or file, else a hash of the first line. */
export function sessionOf(state: CopilotState, line: TranscriptLine): string {
  if (state.session === '') state.session = state.named || `copilot-${shortHash(JSON.stringify(line.value ?? null))}`;
  return state.session;
}

/** Announces the conversation with the facts of its first event, as far as there are any. */
export function announceCopilot(event: CopilotEvent, context: JsonObject | undefined): CapturedSession {
  const { state, data, at, session } = event;
  state.isAnnounced = true;
  return sessionItem(session, at, {
    cwd: asText(context?.cwd),
    branch: asText(context?.branch),
    head: asText(context?.headCommit),
    version: asText(data.copilotVersion),
    model: state.model === '' ? undefined : state.model,
  });
}

/** Who speaks in an event: the conversation, or the sub-agent that one of its calls started. */
export function speakerOf(event: CopilotEvent): string {
  const call = asText(event.data.parentToolCallId);
  return call === undefined ? event.session : childOf(event, call);
}

/** The conversation of a sub-agent, announced when it shows itself first. */
export function childOf({ state, session, at, items }: CopilotEvent, call: string): string {
  const child = `${session}/${call}`;
  if (!state.children.includes(call)) {
    if (!state.isAnnounced) {
      state.isAnnounced = true;
      items.push(sessionItem(session, at, {}));
    }
    remember(state.children, call);
    items.push(sessionItem(child, at, { parent: session }));
  }
  return child;
}

/** Adds a name to a list that keeps its last ones. */
export function remember(names: string[], name: string): void {
  names.push(name);
  if (names.length > maxNames) names.shift();
}

export function openCall(state: CopilotState, call: OpenCall): void {
  state.calls.push(call);
  if (state.calls.length > maxCalls) state.calls.shift();
}

export function takeCall(state: CopilotState, id: string): OpenCall | undefined {
  const at = state.calls.findIndex((call) => call.id === id);
  return at === -1 ? undefined : state.calls.splice(at, 1)[0];
}
