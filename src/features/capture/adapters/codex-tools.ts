import type { CapturedToolCall, JsonValue } from '../../../core/captured.ts';
import { planSteps } from './claude-plans.ts';
import { type FileChange, patchChanges, reportedChanges } from './codex-patch.ts';
import { factsOf, keyBase, type RolloutRecord, takeFacts } from './codex-state.ts';
import type { JsonObject } from './json-reading.ts';
import { asCount, asList, asObject, asText, parseObject, shortHash } from './json-reading.ts';
import { textOf } from './text-content.ts';
import { errorLine, statedExitCode } from './tool-failure.ts';

const shells: ReadonlySet<string> = new Set(['bash', 'sh', 'zsh', '/bin/bash', '/bin/sh', '/bin/zsh', '/usr/bin/zsh']);
const refusedPatch = 'apply_patch verification failed';

/** function_call, custom_tool_call, local_shell_call, and the bare tool_call of older files. */
export function readCall(record: RolloutRecord): void {
  const { payload, state } = record;
  const name = asText(payload.name) ?? asText(asObject(payload.function)?.name) ?? nameOf(record.kind);
  const own = asText(payload.call_id);
  const callId = own ?? `${record.session}:${record.offset}`;
  if (own === undefined) remember(record, name, callId);
  const raw = payload.arguments ?? payload.input ?? payload.action;
  const input = (typeof raw === 'string' ? parseObject(raw) : undefined) ?? raw;
  const command = commandOf(asObject(input));
  const changes = patchChanges(typeof input === 'string' ? input : (command ?? ''));
  if (changes.length > 0) factsOf(state, callId).changes = changes;
  addCall(record, { callId, tool: toolName(payload.namespace, name), input, command, files: filesOf(input, changes) });
  if (name === 'update_plan') addPlan(record, callId, asObject(input)?.plan);
}

/** Calls the provider runs itself: web search, tool search, image generation. */
export function readHostedCall(record: RolloutRecord): void {
  const { payload, state, kind } = record;
  const detail = payload.action ?? payload.arguments ?? payload.revised_prompt ?? null;
  const hash = shortHash(JSON.stringify(detail));
  const own = asText(payload.call_id) ?? asText(payload.id);
  const callId = own ?? `${keyBase(state)}:${kind}:${hash}:${countCall(record, hash)}`;
  addCall(record, { callId, tool: nameOf(kind), input: detail, command: undefined, files: [], hosted: true });
}

/** function_call_output, custom_tool_call_output, tool_search_output, and the bare tool_result of older files. */
export function readOutput(record: RolloutRecord): void {
  const { payload, state } = record;
  const callId = asText(payload.call_id) ?? answered(record, asText(payload.name));
  if (callId === undefined) return;
  const facts = takeFacts(state, callId);
  const result = resultOf(payload.output ?? payload.result ?? payload.tools);
  const exitCode = facts?.exitCode ?? result.exitCode;
  const isError = facts?.failed === true || result.failed || (exitCode !== undefined && exitCode !== 0);
  const durationMs = facts?.durationMs || result.durationMs;
  record.items.push({
    kind: 'tool-result',
    session: record.session,
    at: record.at,
    callId,
    output: result.text,
    isError,
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(isError ? { errorLine: errorLine(result.text) } : {}),
    ...(durationMs === 0 ? {} : { durationMs }),
  });
  if (facts !== undefined && !isError && !facts.isTold) addEdits(record, callId, facts.changes);
}

/** exec_command_end, patch_apply_end and mcp_tool_call_end: facts of a call, before its output comes. */
export function readCallEnd(record: RolloutRecord): void {
  const { payload, kind, state } = record;
  const callId = asText(payload.call_id);
  if (callId === undefined) return;
  const facts = factsOf(state, callId);
  const duration = asObject(payload.duration);
  facts.durationMs = asCount(duration?.secs) * 1000 + Math.round(asCount(duration?.nanos) / 1_000_000);
  if (kind === 'exec_command_end') facts.exitCode = exitStatus(payload.exit_code) ?? facts.exitCode;
  else if (kind === 'mcp_tool_call_end') facts.failed = hasFailed(asObject(payload.result));
  else if (payload.success !== true) facts.failed = true;
  else if (!facts.isTold) {
    facts.isTold = true;
    addEdits(record, callId, reportedChanges(asObject(payload.changes)));
  }
}

interface Call extends Pick<CapturedToolCall, 'callId' | 'tool' | 'hosted'> {
  readonly input: JsonValue | undefined;
  readonly command: string | undefined;
  readonly files: readonly string[];
}

function addCall(record: RolloutRecord, { callId, tool, hosted, input, command, files }: Call): void {
  record.items.push({
    kind: 'tool-call',
    session: record.session,
    at: record.at,
    callId,
    tool,
    ...(hosted === undefined ? {} : { hosted }),
    ...(input === undefined ? {} : { input }),
    ...(command === undefined ? {} : { command }),
    ...(files.length === 0 ? {} : { files }),
  });
}

function addEdits(record: RolloutRecord, callId: string, changes: readonly FileChange[]): void {
  for (const { path, oldPath, change, added, removed } of changes) {
    record.items.push({
      kind: 'edit',
      session: record.session,
      at: record.at,
      key: [callId, 'edit', path],
      callId,
      path,
      ...(oldPath === '' ? {} : { oldPath }),
      change,
      added,
      removed,
    });
  }
}

function addPlan(record: RolloutRecord, callId: string, plan: JsonValue | undefined): void {
  const steps = planSteps(plan);
  record.items.push({ kind: 'plan', session: record.session, at: record.at, key: [callId, 'plan'], steps });
}

function commandOf(input: JsonObject | undefined): string | undefined {
  const raw = input?.cmd ?? input?.command;
  if (!Array.isArray(raw)) return asText(raw);
  const words = asList(raw).filter((word) => typeof word === 'string');
  const [shell, flag, script] = words;
  const isScript = words.length === 3 && shells.has(shell ?? '') && (flag === '-lc' || flag === '-c');
  return asText(isScript ? script : words.join(' '));
}

function filesOf(input: JsonValue | undefined, changes: readonly FileChange[]): readonly string[] {
  if (changes.length > 0) return changes.map((change) => change.path);
  const args = asObject(input);
  const path = asText(args?.path) ?? asText(args?.file_path);
  return path === undefined ? [] : [path];
}

function toolName(namespace: JsonValue | undefined, name: string): string {
  const space = asText(namespace);
  if (space === undefined) return name;
  return space.endsWith('__') ? space + name : `${space}__${name}`;
}

function nameOf(kind: string): string {
  return kind.replace(/_call$/, '');
}

interface Result {
  readonly text: string;
  readonly exitCode: number | undefined;
  readonly failed: boolean;
  readonly durationMs: number;
}

/** Outputs are plain text with a header, JSON in a string, an object, or a list of text blocks. */
function resultOf(output: JsonValue | undefined): Result {
  const object = typeof output === 'string' ? parseObject(output) : asObject(output);
  const meta = asObject(object?.metadata);
  const inner = object?.output ?? object?.content ?? streams(object);
  const text = inner === undefined ? textOrJson(output) : textOf(inner);
  return {
    text,
    exitCode: exitStatus(meta?.exit_code) ?? exitStatus(object?.exitCode) ?? statedExitCode(text),
    failed: object?.success === false || text.startsWith(refusedPatch),
    durationMs: Math.round(seconds(meta?.duration_seconds) * 1000),
  };
}

function streams(object: JsonObject | undefined): string | undefined {
  if (object?.stdout === undefined && object?.stderr === undefined) return undefined;
  return `${asText(object.stdout) ?? ''}${asText(object.stderr) ?? ''}`;
}

function textOrJson(output: JsonValue | undefined): string {
  const text = textOf(output);
  return text !== '' || output === undefined || output === null || output === '' ? text : JSON.stringify(output);
}

function exitStatus(value: JsonValue | undefined): number | undefined {
  // not -0, which JSON does not keep
  return typeof value === 'number' && Number.isInteger(value) ? value || 0 : undefined;
}

function seconds(value: JsonValue | undefined): number {
  return typeof value === 'number' && value > 0 && value < 1e9 ? value : 0;
}

function hasFailed(result: JsonObject | undefined): boolean {
  return result?.Err !== undefined || asObject(result?.Ok)?.isError === true;
}

function countCall(record: RolloutRecord, hash: string): number {
  const counts = record.state.texts;
  const seen = counts[`c${hash}`] ?? [0, 0];
  counts[`c${hash}`] = [0, seen[1] + 1];
  return seen[1] + 1;
}

const maxUnanswered = 50;

function remember(record: RolloutRecord, tool: string, callId: string): void {
  const { unanswered } = record.state;
  unanswered.push([tool, callId]);
  if (unanswered.length > maxUnanswered) unanswered.shift();
}

/** The first open call of that tool; a result of an unknown tool answers the first of all. */
function answered(record: RolloutRecord, tool: string | undefined): string | undefined {
  const { unanswered } = record.state;
  const at = unanswered.findIndex(([name]) => name === tool);
  return unanswered.splice(Math.max(at, 0), 1)[0]?.[1];
}
