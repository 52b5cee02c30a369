// Event files of Copilot CLI: one JSON event per line in an envelope {type, data, id, timestamp, parentId}.
import type { Captured, JsonValue } from '../../../core/captured.ts';
import type { Adapter, TranscriptLine, TranscriptReading } from './adapter.ts';
import {
  readAbort,
  readAssistant,
  readCompaction,
  readError,
  readReasoning,
  readTruncation,
  readUser,
} from './copilot-messages.ts';
import { announceCopilot, beginCopilot, type CopilotEvent, type CopilotState, sessionOf } from './copilot-state.ts';
import { readCall, readResult, readSubagent } from './copilot-tools.ts';
import { readShutdown } from './copilot-usage.ts';
import { asObject, asText, asTime } from './json-reading.ts';

type Reader = (event: CopilotEvent) => void;

const none: readonly Captured[] = [];
const silence: Reader = () => {};

const readers: ReadonlyMap<string, Reader> = new Map([
  ['session.start', readStart],
  ['session.resume', readStart],
  ['session.model_change', readModel],
  ['session.error', readError],
  ['session.truncation', readTruncation],
  ['session.compaction_complete', readCompaction],
  ['session.shutdown', readShutdown],
  ['user.message', readUser],
  ['assistant.message', readAssistant],
  ['assistant.reasoning', readReasoning],
  ['tool.execution_start', readCall],
  ['tool.execution_complete', readResult],
  ['subagent.started', readSubagent],
  ['abort', readAbort],
]);

/** Known types that another one says better. hook.start and hook.end are the proof that hooks ran: kept as lines. */
const silent: ReadonlySet<string> = new Set(
  `session.info session.usage_checkpoint session.auto_mode_resolved session.compaction_start session.title_changed
   session.mode_changed session.idle session.context_changed session.handoff session.snapshot_rewind session.warning
   session.task_complete session.plan_changed session.workspace_file_changed system.message system.notification
   assistant.turn_start assistant.turn_end assistant.usage assistant.intent hook.start hook.end subagent.completed
   subagent.failed subagent.selected tool.execution_progress tool.execution_partial_result tool.user_requested
   skill.invoked permission.requested permission.completed`.split(/\s+/),
);

/**
 * Copilot CLI, `<conversation>/events.jsonl` and the older `<conversation>.jsonl`.
 * Prompts and tool calls are named by what they say and how often it was said, because a hook that tells of them knows no
 * id; everything else by the id of its event.
 */
export const copilotCli: Adapter<CopilotState> = {
  agent: 'copilot-cli',
  recognises: (head) => head.some(isCopilotEvent),
  begin: beginCopilot,
  read: readLine,
  pass: passLine,
};

function isCopilotEvent(value: JsonValue): boolean {
  const event = asObject(value);
  const type = asText(event?.type);
  if (event === undefined || type === undefined || asObject(event.data) === undefined) return false;
  return 'parentId' in event && 'timestamp' in event && (readers.has(type) || silent.has(type));
}

function readLine(state: CopilotState, line: TranscriptLine): TranscriptReading<CopilotState> {
  const event = eventOf(state, line);
  if (event === undefined) return { state, items: none, unknown: true };
  const reader = readers.get(event.type) ?? (silent.has(event.type) ? silence : undefined);
  reader?.(event);
  if (event.items.length > 0 && !state.isAnnounced) event.items.unshift(announceCopilot(event, undefined));
  return { state, items: event.items, unknown: reader === undefined };
}

/** Which conversation speaks and with which model is kept, and how often a thing was said: later names hang on it. */
function passLine(state: CopilotState, line: TranscriptLine): TranscriptReading<CopilotState> {
  const event = eventOf(state, line);
  if (event === undefined) return { state, items: none, unknown: false };
  const reader = readers.get(event.type);
  if (reader !== readError && reader !== readAbort) reader?.(event);
  state.calls = [];
  return { state, items: event.items.filter(({ kind }) => kind === 'session'), unknown: false };
}

function eventOf(state: CopilotState, line: TranscriptLine): CopilotEvent | undefined {
  const outer = asObject(line.value);
  const type = asText(outer?.type);
  const data = asObject(outer?.data);
  if (outer === undefined || type === undefined || data === undefined) return undefined;
  state.at = asTime(outer.timestamp) ?? state.at;
  if (type === 'session.start') state.session = asText(data.sessionId) ?? state.session;
  const session = sessionOf(state, line);
  const id = asText(outer.id) ?? `${session}@${line.offset}`;
  return { state, type, data, id, at: state.at, session, items: [] };
}

function readStart(event: CopilotEvent): void {
  const { state, data } = event;
  state.model = asText(data.selectedModel) ?? state.model;
  const context = asObject(data.context);
  if (!state.isAnnounced) event.items.push(announceCopilot(event, context));
}

function readModel({ state, data }: CopilotEvent): void {
  state.model = asText(data.newModel) ?? state.model;
}
