import type { CapturedEdit, CapturedToolCall, JsonValue } from '../../../core/captured.ts';
import { addPlan, applyTask, planSteps } from './claude-plans.ts';
import { addPending, type PendingCall, type Turn, takePending } from './claude-state.ts';
import { refusalWords } from './claude-words.ts';
import type { JsonObject } from './json-reading.ts';
import { asCount, asList, asObject, asText } from './json-reading.ts';
import { countLines, textOf } from './text-content.ts';
import { errorLine, statedExitCode } from './tool-failure.ts';

const editTools: ReadonlySet<string> = new Set(['Edit', 'MultiEdit', 'Write', 'NotebookEdit']);
const taskTools: ReadonlySet<string> = new Set(['TaskCreate', 'TaskUpdate']);
const pathMembers = ['file_path', 'notebook_path', 'filePath', 'path'] as const;
const maxTaskText = 300;

/** Reads a tool_use block. place: its number among the calls of its record, for the ones without an id. */
export function toolCall(turn: Turn, block: JsonObject, place: number): void {
  const callId = asText(block.id) ?? `${turn.uuid}:${place}`;
  const tool = asText(block.name) ?? 'unknown';
  const input = asObject(block.input);
  const files = pathsOf(input);
  const command = asText(input?.command);
  const call: CapturedToolCall = {
    kind: 'tool-call',
    session: turn.session,
    at: turn.at,
    callId,
    tool,
    ...(block.type === 'server_tool_use' ? { hosted: true } : {}),
    ...(block.input === undefined ? {} : { input: block.input }),
    ...(command === undefined ? {} : { command }),
    ...(files.length === 0 ? {} : { files }),
  };
  turn.items.push(call);
  if (tool === 'TodoWrite') addPlan(turn, callId, planSteps(input?.todos));
  else if (editTools.has(tool)) addPending(turn.state, pendingEdit(callId, tool, input));
  else if (taskTools.has(tool)) addPending(turn.state, pendingTask(callId, tool, input));
}

/**
 * Reads a tool_result block.
 * place: its number among the results of its record; details: the record's `toolUseResult`, where it means this block.
 */
export function toolResult(turn: Turn, block: JsonObject, { place, details }: ResultPlace): void {
  const callId = asText(block.tool_use_id) ?? `${callerOf(turn)}:${place}`;
  const output = textOf(block.content);
  const isError = block.is_error === true;
  const exitCode = isError ? statedExitCode(output) : undefined;
  const durationMs = asCount(details?.totalDurationMs) || asCount(details?.durationMs);
  turn.items.push({
    kind: 'tool-result',
    session: turn.session,
    at: turn.at,
    callId,
    output,
    isError,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(isError ? { errorLine: errorLine(output) } : {}),
    ...(durationMs === 0 ? {} : { durationMs }),
  });
  const call = takePending(turn.state, callId);
  if (isError) addRefusal(turn, callId, output);
  else if (call !== undefined && taskTools.has(call.tool)) applyTask(turn, call, details);
  else addEdit(turn, callId, { call, details });
}

interface ResultPlace {
  readonly place: number;
  readonly details: JsonObject | undefined;
}

/** The record a result without an id answers: it then has the calls' places. */
function callerOf(turn: Turn): string {
  return asText(turn.record.sourceToolAssistantUUID) ?? asText(turn.record.parentUuid) ?? turn.uuid;
}

function addRefusal(turn: Turn, callId: string, output: string): void {
  const text = refusalWords(output);
  if (text === undefined) return;
  turn.items.push({
    kind: 'message',
    session: turn.session,
    at: turn.at,
    key: [callId, 'refusal'],
    role: 'user',
    as: 'prompt',
    text,
    metadata: { via: 'refusal', call_id: callId },
    ...(turn.replyTo === undefined ? {} : { replyTo: turn.replyTo }),
  });
}

interface EditSource {
  readonly call: PendingCall | undefined;
  readonly details: JsonObject | undefined;
}

function addEdit(turn: Turn, callId: string, { call, details }: EditSource): void {
  const isPatched = Array.isArray(details?.structuredPatch);
  const path = (isPatched ? asText(details?.filePath) : undefined) ?? call?.path;
  if (path === undefined || path === '') return;
  const lines = isPatched ? patchedLines(details) : undefined;
  const isNew = details?.type === 'create' || (isPatched && details?.originalFile === '' && details.oldString === '');
  const edit: CapturedEdit = {
    kind: 'edit',
    session: turn.session,
    at: turn.at,
    key: [callId, 'edit', path],
    callId,
    path,
    change: isNew ? 'add' : 'modify',
    ...(lines ?? (call === undefined ? {} : { added: call.added, removed: call.removed })),
  };
  turn.items.push(edit);
}

/** Lines of a structuredPatch; a created file has an empty one and is counted by its content. */
function patchedLines(details: JsonObject | undefined): { added: number; removed: number } {
  const hunks = asList(details?.structuredPatch);
  if (details?.type === 'create' && hunks.length === 0) {
    return { added: countLines(asText(details.content) ?? ''), removed: 0 };
  }
  const lines = { added: 0, removed: 0 };
  for (const hunk of hunks) {
    for (const line of asList(asObject(hunk)?.lines)) {
      if (typeof line !== 'string') continue;
      if (line.startsWith('+')) lines.added += 1;
      else if (line.startsWith('-')) lines.removed += 1;
    }
  }
  return lines;
}

function pendingEdit(id: string, tool: string, input: JsonObject | undefined): PendingCall {
  const whole = asText(input?.content) ?? asText(input?.new_source);
  const steps = whole === undefined ? [input, ...asList(input?.edits).map(asObject)] : [];
  let added = whole === undefined ? 0 : countLines(whole);
  let removed = 0;
  for (const step of steps) {
    added += countLines(asText(step?.new_string) ?? '');
    removed += countLines(asText(step?.old_string) ?? '');
  }
  return {
    id,
    tool,
    path: asText(input?.file_path) ?? asText(input?.notebook_path) ?? '',
    added,
    removed,
    input: null,
  };
}

function pendingTask(id: string, tool: string, input: JsonObject | undefined): PendingCall {
  const kept: { [member: string]: JsonValue } = {};
  for (const member of ['taskId', 'subject', 'status']) {
    const value = asText(input?.[member]);
    if (value !== undefined) kept[member] = value.slice(0, maxTaskText);
  }
  return { id, tool, path: '', added: 0, removed: 0, input: kept };
}

function pathsOf(input: JsonObject | undefined): readonly string[] {
  const paths: string[] = [];
  for (const member of pathMembers) {
    const path = asText(input?.[member]);
    if (path !== undefined) paths.push(path);
  }
  return paths;
}
