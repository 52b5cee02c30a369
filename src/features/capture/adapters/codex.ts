// Rollout files of Codex CLI: one JSON record per line, in an envelope since September 2025.
import type { Captured, JsonValue } from '../../../core/captured.ts';
import type { Adapter, TranscriptLine, TranscriptReading } from './adapter.ts';
import {
  readAgentMessage,
  readCompacted,
  readError,
  readMessageItem,
  readReasoning,
  readRollback,
  readTurnAborted,
  readUserMessage,
} from './codex-messages.ts';
import {
  announceCodex,
  beginCodex,
  type CodexState,
  isCopiedTurn,
  type RolloutRecord,
  sessionOf,
  startTurn,
} from './codex-state.ts';
import { readCall, readCallEnd, readHostedCall, readOutput } from './codex-tools.ts';
import { readTokenCount } from './codex-usage.ts';
import type { JsonObject } from './json-reading.ts';
import { asObject, asText, asTime } from './json-reading.ts';
import { textOf } from './text-content.ts';

type Reader = (record: RolloutRecord) => void;

const none: readonly Captured[] = [];
const silence: Reader = () => {};

const itemReaders: ReadonlyMap<string, Reader> = new Map([
  ['message', readMessageItem],
  ['reasoning', readReasoning],
  ['function_call', readCall],
  ['custom_tool_call', readCall],
  ['local_shell_call', readCall],
  ['tool_call', readCall],
  ['function_call_output', readOutput],
  ['custom_tool_call_output', readOutput],
  ['tool_search_output', readOutput],
  ['tool_result', readOutput],
  ['web_search_call', readHostedCall],
  ['tool_search_call', readHostedCall],
  ['image_generation_call', readHostedCall],
  ['agent_message', silence],
  ['ghost_snapshot', silence],
]);

const eventReaders: ReadonlyMap<string, Reader> = new Map([
  ['user_message', readUserMessage],
  ['agent_message', readAgentMessage],
  ['agent_reasoning', readReasoning],
  ['token_count', readTokenCount],
  ['task_started', readTurnStart],
  ['turn_started', readTurnStart],
  ['turn_aborted', readTurnAborted],
  ['exec_command_end', readCallEnd],
  ['patch_apply_end', readCallEnd],
  ['mcp_tool_call_end', readCallEnd],
  ['error', readError],
  ['thread_rolled_back', readRollback],
]);

const turnMarks: ReadonlySet<string> = new Set(['turn_context', 'task_started', 'turn_started']);

/** Events that are known and say nothing that another record does not say better. */
const silentEvents: ReadonlySet<string> = new Set(
  `task_complete turn_complete context_compacted item_started item_completed entered_review_mode exited_review_mode
   guardian_assessment thread_name_updated thread_goal_updated thread_settings_applied undo_started undo_completed
   view_image_tool_call dynamic_tool_call_request dynamic_tool_call_response sub_agent_activity image_generation_begin
   image_generation_end web_search_begin web_search_end exec_command_begin exec_command_output_delta patch_apply_begin
   mcp_tool_call_begin agent_reasoning_raw_content agent_reasoning_section_break agent_message_delta turn_diff
   plan_update background_event stream_error warning session_configured shutdown_complete`.split(/\s+/),
);

/**
 * Codex CLI, rollouts of 2025 and 2026.
 * Keys hang on the turn's id where there is one, and turns older than a forked or started conversation are not read, so
 * what its file copies from another one counts once. Copies by builds without turn ids cannot be told from new work and
 * are counted again.
 */
export const codex: Adapter<CodexState> = {
  agent: 'codex',
  recognises: (head) => head.some(isCodexRecord),
  begin: beginCodex,
  read: readLine,
  pass: passLine,
};

function isCodexRecord(value: JsonValue): boolean {
  const record = asObject(value);
  if (record === undefined) return false;
  if (isHeader(record) || asText(record.record_type) === 'state') return true;
  const payload = asObject(record.payload);
  if (payload === undefined || asTime(record.timestamp) === undefined) return false;
  return ['session_meta', 'turn_context', 'response_item', 'event_msg', 'compacted'].includes(
    asText(record.type) ?? '',
  );
}

/** The first line of a file without envelopes: `{id, timestamp, instructions, git}`. */
function isHeader(record: JsonObject): boolean {
  return (
    record.type === undefined && asText(record.id) !== undefined && 'timestamp' in record && 'instructions' in record
  );
}

function readLine(state: CodexState, line: TranscriptLine): TranscriptReading<CodexState> {
  const outer = asObject(line.value);
  if (outer === undefined) return { state, items: none, unknown: true };
  state.at = asTime(outer.timestamp) ?? state.at;
  const payload = asObject(outer.payload);
  if (isHeader(outer)) return { state, items: holdHeader(state, outer), unknown: false };
  if (outer.type === 'session_meta' && payload !== undefined) {
    return { state, items: readMeta(state, payload), unknown: false };
  }
  const record: RolloutRecord = {
    state,
    kind: asText((payload ?? outer).type) ?? '',
    payload: payload ?? outer,
    at: state.at,
    offset: line.offset,
    session: sessionOf(state, line),
    isBare: payload === undefined,
    items: [],
  };
  const reader = readerOf(asText(outer.type), record);
  reader?.(record);
  const items = isCopiedTurn(state) ? none : withSession(record);
  return { state, items, unknown: reader === undefined };
}

/** Who speaks, in which turn and with which model is kept: what is said later hangs on it. */
function passLine(state: CodexState, line: TranscriptLine): TranscriptReading<CodexState> {
  const outer = asObject(line.value);
  const payload = asObject(outer?.payload);
  const told = (items: readonly Captured[]) => ({ state, items, unknown: false });
  if (outer === undefined) return told(none);
  state.at = asTime(outer.timestamp) ?? state.at;
  if (isHeader(outer)) return told(holdHeader(state, outer));
  if (outer.type === 'session_meta' && payload !== undefined) return told(readMeta(state, payload));
  if (payload !== undefined && turnMarks.has(asText(payload.type) ?? asText(outer.type) ?? '')) {
    startTurn(state, asText(payload.turn_id));
    state.model = asText(payload.model) ?? state.model;
  }
  return told(none);
}

/** The first session_meta is the file's own; the next ones belong to copied records of a parent. */
function readMeta(state: CodexState, meta: JsonObject): readonly Captured[] {
  if (state.isAnnounced) return none;
  state.session = asText(meta.id) ?? state.session;
  if (state.session === '') return none;
  return [announceCodex({ state, payload: meta, at: state.at })];
}

/** A file without envelopes tells its directory only in the first message, so its first line waits for that. */
function holdHeader(state: CodexState, header: JsonObject): readonly Captured[] {
  if (state.isAnnounced || state.header !== null) return none;
  state.session = asText(header.id) ?? state.session;
  const git = asObject(header.git);
  state.header = { branch: asText(git?.branch) ?? null, commit_hash: asText(git?.commit_hash) ?? null, at: state.at };
  return none;
}

/** Whatever speaks first announces a conversation without session_meta, with the directory a first message tells. */
function withSession(record: RolloutRecord): readonly Captured[] {
  const { state, items, payload } = record;
  if (state.isAnnounced) return items;
  const told = record.kind === 'message' ? toldDirectory(textOf(payload.content)) : undefined;
  if (items.length === 0 && told === undefined) return none;
  const header = asObject(state.header);
  const cwd = asText(payload.cwd) ?? told;
  const facts: JsonObject = { git: header ?? null, ...(cwd === undefined ? {} : { cwd }) };
  const at = typeof header?.at === 'number' ? header.at : record.at;
  return [announceCodex({ state, payload: facts, at }), ...items];
}

function toldDirectory(text: string): string | undefined {
  const found = /<cwd>([^<\n]+)<\/cwd>|Current working directory: ([^\n]+)/.exec(text);
  return found?.[1] ?? found?.[2];
}

function readerOf(type: string | undefined, record: RolloutRecord): Reader | undefined {
  if (record.isBare) return asText(record.payload.record_type) === 'state' ? silence : itemReaders.get(record.kind);
  if (type === 'response_item') return itemReaders.get(record.kind);
  if (type === 'turn_context') return readTurnContext;
  if (type === 'compacted') return readCompacted;
  if (type === 'world_state' || type === 'inter_agent_communication_metadata') return silence;
  if (type !== 'event_msg') return undefined;
  const isSilent = silentEvents.has(record.kind) || record.kind.startsWith('collab_');
  return eventReaders.get(record.kind) ?? (isSilent ? silence : undefined);
}

function readTurnContext(record: RolloutRecord): void {
  startTurn(record.state, asText(record.payload.turn_id));
  record.state.model = asText(record.payload.model) ?? record.state.model;
}

function readTurnStart(record: RolloutRecord): void {
  startTurn(record.state, asText(record.payload.turn_id));
}
