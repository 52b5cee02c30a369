import type { CursorLine } from './cursor-state.ts';
import type { JsonObject } from './json-reading.ts';
import { asObject, asText } from './json-reading.ts';
import { callName, countSaid, saidCall } from './said-key.ts';
import { textOf } from './text-content.ts';
import { errorLine, statedExitCode } from './tool-failure.ts';

const pathMembers = ['path', 'file_path', 'target_file', 'target_notebook'] as const;
const maxCalls = 64;

/** A tool_use block. What it changed in files only a hook tells. */
export function readToolUse({ state, session, items }: CursorLine, block: JsonObject): void {
  const tool = asText(block.name) ?? 'unknown';
  const input = asObject(block.input);
  const name = callName(tool, block.input);
  const callId = saidCall(session, name, countSaid(state.said, name));
  const command = asText(input?.command);
  const files = pathMembers.flatMap((member) => asText(input?.[member]) ?? []);
  items.push({
    ...{ kind: 'tool-call', session, at: 0, callId, tool },
    ...(block.input === undefined ? {} : { input: block.input }),
    ...(command === undefined ? {} : { command }),
    ...(files.length === 0 ? {} : { files }),
  });
  state.calls.push([asText(block.id) ?? '', callId]);
  if (state.calls.length > maxCalls) state.calls.shift();
}

/** A tool_result block answers the call of its id, else the first that waits. */
export function readToolResult({ state, session, items }: CursorLine, block: JsonObject): void {
  const id = asText(block.tool_use_id) ?? '';
  const own = state.calls.findIndex(([each]) => each === id);
  const call = state.calls.splice(Math.max(own, 0), 1)[0];
  if (call === undefined) return;
  const output = textOf(block.content);
  const isError = block.is_error === true;
  const exitCode = statedExitCode(output);
  items.push({
    ...{ kind: 'tool-result', session, at: 0, callId: call[1], output, isError },
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(isError ? { errorLine: errorLine(output) } : {}),
  });
}
