// What one Codex rollout needs to remember between two lines, as plain JSON.
import type { Captured, JsonValue } from '../../../core/captured.ts';
import type { TranscriptLine, TranscriptSource } from './adapter.ts';
import type { FileChange } from './codex-patch.ts';
import type { JsonObject } from './json-reading.ts';
import { asObject, asText, shortHash } from './json-reading.ts';
import { sessionItem } from './session-item.ts';

/** What events told of a call whose output is still to come. */
export type CallFacts = {
  id: string;
  exitCode: number | null;
  durationMs: number;
  failed: boolean;
  /** What its patch text changes; told when the output is good and no event has told it. */
  changes: FileChange[];
  isTold: boolean;
};

export type CodexState = {
  fileName: string;
  /** '' until the first record that tells or needs it. */
  session: string;
  isAnnounced: boolean;
  /** Forked from another conversation or started by it: the file may begin with a copy of that one's records. */
  isDerived: boolean;
  isSubagent: boolean;
  /** The first line of a file without envelopes, until the directory is known. */
  header: JsonValue;
  at: number;
  /** '' in builds whose turns have no id. */
  turn: string;
  model: string;
  /** Keys of the live prompts, the last 200. */
  prompts: string[][];
  /** Hash of a text → how often it came in an event and in a response item since the turn began. */
  texts: { [hash: string]: [number, number] };
  compactions: number;
  /** The last total_token_usage, canonical; '' before the first. */
  total: string;
  /** Tokens of the last request: the size of the context. */
  context: number;
  calls: CallFacts[];
  /** [tool, call id] of calls without an id of their own, in order. */
  unanswered: [string, string][];
};

/** One record being read. kind: its payload's type. */
export interface RolloutRecord {
  readonly state: CodexState;
  readonly kind: string;
  readonly payload: JsonObject;
  readonly at: number;
  readonly offset: number;
  readonly session: string;
  /** The record has no envelope, as before September 2025: prompts then stand in response items alone. */
  readonly isBare: boolean;
  readonly items: Captured[];
}

const maxCalls = 64;
const maxPrompts = 200;
const inName = /([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$/;

export function beginCodex(source: TranscriptSource): CodexState {
  return {
    fileName: source.fileName,
    session: '',
    isAnnounced: false,
    isDerived: false,
    isSubagent: false,
    header: null,
    at: 0,
    turn: '',
    model: '',
    prompts: [],
    texts: {},
    compactions: 0,
    total: '',
    context: 0,
    calls: [],
    unanswered: [],
  };
}

/**
 * The conversation's id: of the first session_meta, else the UUID at the end of the file's name, else a hash of the first
 * record, so that the same file has the same id wherever it lies.
 */
export function sessionOf(state: CodexState, line: TranscriptLine): string {
  if (state.session === '') {
    state.session = inName.exec(state.fileName)?.[1] ?? `codex-${shortHash(JSON.stringify(line.value ?? null))}`;
  }
  return state.session;
}

/** Announces the conversation with the facts of one record: session_meta, else whatever speaks first. */
export function announceCodex(record: Pick<RolloutRecord, 'state' | 'at' | 'payload'>): Captured {
  const { state, payload, at } = record;
  state.isAnnounced = true;
  state.header = null;
  const git = asObject(payload.git);
  const source = asObject(payload.source)?.subagent;
  const parent = asText(payload.parent_thread_id) ?? asText(asObject(asObject(source)?.thread_spawn)?.parent_thread_id);
  const forkOf = asText(payload.forked_from_id);
  state.isSubagent = source !== undefined || payload.thread_source === 'subagent';
  state.isDerived = state.isSubagent || forkOf !== undefined;
  return sessionItem(state.session, at, {
    cwd: asText(payload.cwd),
    branch: asText(git?.branch),
    head: asText(git?.commit_hash),
    version: asText(payload.cli_version),
    parent,
    forkOf,
  });
}

/** Turns have ids of their own, the same in a fork's copy: keys hang on them where they exist. */
export function keyBase(state: CodexState): string {
  return state.turn === '' ? state.session : state.turn;
}

/**
 * Is the current turn one of another conversation, copied to the head of this file?
 * Turns and conversations have ids of UUID version 7, which begin with their time: a turn older than a conversation that
 * was derived from another cannot be its own.
 */
export function isCopiedTurn(state: CodexState): boolean {
  if (!state.isDerived) return false;
  const [turn, session] = [bornAt(state.turn), bornAt(state.session)];
  return turn !== '' && session !== '' && turn < session;
}

function bornAt(id: string): string {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7/.test(id) ? id.slice(0, 8) + id.slice(9, 13) : '';
}

export function startTurn(state: CodexState, turn: string | undefined): void {
  if (turn === undefined || turn === state.turn) return;
  state.turn = turn;
  state.texts = {};
  state.compactions = 0;
}

export function addPromptKey(state: CodexState, key: readonly string[]): void {
  state.prompts.push([...key]);
  if (state.prompts.length > maxPrompts) state.prompts.shift();
}

/** The facts kept of a call; new ones when nothing is known of it. */
export function factsOf(state: CodexState, id: string): CallFacts {
  const known = state.calls.find((call) => call.id === id);
  if (known !== undefined) return known;
  const facts = { id, exitCode: null, durationMs: 0, failed: false, changes: [], isTold: false };
  state.calls.push(facts);
  if (state.calls.length > maxCalls) state.calls.shift();
  return facts;
}

export function takeFacts(state: CodexState, id: string): CallFacts | undefined {
  const at = state.calls.findIndex((call) => call.id === id);
  return at === -1 ? undefined : state.calls.splice(at, 1)[0];
}
