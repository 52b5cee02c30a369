import type { JsonValue } from '../../../core/captured.ts';
import { planSteps } from './claude-plans.ts';
import { patchChanges } from './codex-patch.ts';
import { type CopilotEvent, childOf, type OpenCall, openCall, remember, speakerOf, takeCall } from './copilot-state.ts';
import type { JsonObject } from './json-reading.ts';
import { asList, asObject, asText, parseObject } from './json-reading.ts';
import { callName, countSaid, saidCall } from './said-key.ts';
import { countLines, textOf } from './text-content.ts';
import { errorLine } from './tool-failure.ts';

const editTools: ReadonlySet<string> = new Set(['create', 'edit', 'str_replace', 'insert', 'str_replace_editor']);
const stated = /<(?:shellId: \S+ )?(?:completed|exited) with exit code (-?\d{1,9})>\s*$/;

/** tool.execution_start. */
export function readCall(event: CopilotEvent): void {
  const { data, state, at } = event;
  const session = speakerOf(event);
  const tool = asText(data.toolName) ?? 'unknown';
  const input = copilotInput(data.arguments);
  const name = callName(tool, input);
  const callId = saidCall(
    session,
    name,
    countSaid(state.said, session === event.session ? name : `${session}:${name}`),
  );
  const members = asObject(input);
  const command = asText(members?.command);
  const path = asText(members?.path);
  event.items.push({
    ...{ kind: 'tool-call', session, at, callId, tool },
    ...(input === undefined ? {} : { input }),
    ...(command === undefined || editTools.has(tool) ? {} : { command }),
    ...(path === undefined ? {} : { files: [path] }),
  });
  openCall(state, { id: asText(data.toolCallId) ?? callId, callId, ...copilotEdit(tool, members) });
  const todos = asList(members?.todos);
  if (todos.length > 0)
    event.items.push({ kind: 'plan', session, at, key: [callId, 'plan'], steps: planSteps(members?.todos) });
  for (const { path: patched, change } of patchChanges(asText(members?.patch) ?? asText(members?.input) ?? '')) {
    event.items.push({ kind: 'edit', session, at, key: [callId, 'edit', patched], callId, path: patched, change });
    remember(state.edited, patched);
  }
}

/** tool.execution_complete: answers the call of its id. */
export function readResult(event: CopilotEvent): void {
  const { data, state, at } = event;
  const id = asText(data.toolCallId) ?? '';
  const call = takeCall(state, id);
  const session = speakerOf(event);
  const isError = data.success === false;
  const error = asText(asObject(data.error)?.message) ?? asText(data.error);
  const output = asText(asObject(data.result)?.content) ?? (textOf(data.result) || error) ?? '';
  event.items.push({
    ...{ kind: 'tool-result', session, at, callId: call?.callId ?? `${session}:${id}`, output, isError },
    ...copilotExit(output),
    ...(isError ? { errorLine: errorLine(error ?? output) } : {}),
  });
  if (call === undefined || call.path === '' || isError) return;
  const { callId, path, change, added, removed } = call;
  event.items.push({
    ...{ kind: 'edit', session, at, key: [callId, 'edit', path], callId, path, change, added, removed },
  });
  remember(state.edited, path);
}

/** subagent.started: a conversation below this one. */
export function readSubagent(event: CopilotEvent): void {
  const call = asText(event.data.toolCallId);
  if (call !== undefined) childOf(event, call);
}

/** What a call is given: an object, or the text of one. */
export function copilotInput(value: JsonValue | undefined): JsonValue | undefined {
  return typeof value === 'string' ? (parseObject(value) ?? value) : value;
}

/** The exit status that a shell's output ends with; never -0, which JSON does not keep. */
export function copilotExit(output: string): { exitCode?: number } {
  const code = stated.exec(output.slice(-200))?.[1];
  return code === undefined ? {} : { exitCode: Number(code) || 0 };
}

/** The file an edit tool changes; path '' for what is none. */
export function copilotEdit(tool: string, input: JsonObject | undefined): Omit<OpenCall, 'id' | 'callId'> {
  const text = (name: string) => asText(input?.[name]) ?? '';
  const isEdit = editTools.has(tool) && text('command') !== 'view';
  return {
    path: isEdit ? text('path') : '',
    change: tool === 'create' || text('command') === 'create' ? 'add' : 'modify',
    added: countLines(text('file_text')) + countLines(text('new_str')),
    removed: countLines(text('old_str')),
  };
}
