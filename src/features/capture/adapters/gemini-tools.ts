import type { CapturedEdit } from '../../../core/captured.ts';
import { planSteps } from './claude-plans.ts';
import { type GeminiTurn, sessionOf } from './gemini-state.ts';
import { asCount, asList, asObject, asText, asTime, type JsonObject } from './json-reading.ts';
import { callName } from './said-key.ts';
import { countLines, textOf } from './text-content.ts';
import { errorLine, statedExitCode } from './tool-failure.ts';

const ended: ReadonlySet<string> = new Set(['success', 'error', 'cancelled']);
const namedFiles = ['file_path', 'absolute_path'] as const;

/** One tool call of a message, with the moment it tells. */
interface Call {
  readonly turn: GeminiTurn;
  readonly call: JsonObject;
  readonly callId: string;
  readonly at: number;
}

/** Tool calls of a reply with their results. key: of the message, for calls without an id. */
export function readTools(turn: GeminiTurn, key: readonly string[]): void {
  for (const [at, value] of asList(turn.message.toolCalls).entries()) {
    const call = asObject(value);
    if (call === undefined) continue;
    // ids hold a time and a number: two conversations may have one in common
    const callId = `${sessionOf(turn.state)}/${asText(call.id) ?? `${key.at(-1)}/${at}`}`;
    readTool({ turn, call, callId, at: asTime(call.timestamp) ?? turn.at });
  }
}

function readTool(called: Call): void {
  const { turn, call, callId, at } = called;
  const session = sessionOf(turn.state);
  const args = asObject(call.args);
  const files = namedFiles.flatMap((name) => asText(args?.[name]) ?? []);
  const command = asText(args?.command);
  const tool = asText(call.name) ?? 'tool';
  turn.items.push({
    ...{ kind: 'tool-call', session, at, callId, tool },
    inHook: { id: `${session}:${callName(tool, call.args)}`, counted: true },
    ...(call.args === undefined ? {} : { input: call.args }),
    ...(command === undefined ? {} : { command }),
    ...(files.length === 0 ? {} : { files }),
  });
  const status = asText(call.status) ?? '';
  if (!ended.has(status)) return;
  addResult(called, status);
  if (status === 'success') addEdit(called, args);
  const todos = asList(args?.todos);
  if (status === 'success' && call.name === 'write_todos' && todos.length > 0) {
    const steps = planSteps(todos.map((todo) => ({ ...asObject(todo), content: asObject(todo)?.description ?? null })));
    turn.items.push({ kind: 'plan', session, at, key: [callId, 'plan'], steps: [...steps] });
  }
}

function addResult({ turn, call, callId, at }: Call, status: string): void {
  const output = outputOf(call);
  const isError = status === 'error';
  const exitCode = statedExitCode(output);
  turn.items.push({
    ...{ kind: 'tool-result', session: sessionOf(turn.state), at, callId, output, isError },
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(isError ? { errorLine: errorLine(output) } : {}),
  });
}

/** What the model was given; where that is nothing, what a person was shown. */
function outputOf(call: JsonObject): string {
  const parts = asList(call.result).flatMap((part) => {
    const response = asObject(asObject(asObject(part)?.functionResponse)?.response);
    const text = response === undefined ? textOf(part) : textOf(response.output ?? response.error);
    return text === '' ? [] : [text];
  });
  return parts.length > 0 ? parts.join('\n') : (asText(call.resultDisplay) ?? '');
}

/** A tool that changed a file shows the change. */
function addEdit({ turn, call, callId, at }: Call, args: JsonObject | undefined): void {
  const display = asObject(call.resultDisplay);
  if (display === undefined || asText(display.fileDiff) === undefined) return;
  const path = asText(display.filePath) ?? asText(args?.file_path) ?? asText(display.fileName);
  if (path === undefined) return;
  turn.items.push({
    ...{ kind: 'edit', session: sessionOf(turn.state), at, key: [callId, 'edit', path], callId, path },
    ...changeOf(display),
  });
}

function changeOf(display: JsonObject): Pick<CapturedEdit, 'change' | 'added' | 'removed'> {
  const isNew = display.isNewFile === true || display.originalContent === null;
  const stat = asObject(display.diffStat);
  const change = isNew ? 'add' : 'modify';
  if (stat === undefined) return { change, ...(isNew ? { added: countLines(asText(display.newContent) ?? '') } : {}) };
  return {
    change,
    added: asCount(stat.model_added_lines) + asCount(stat.user_added_lines),
    removed: asCount(stat.model_removed_lines) + asCount(stat.user_removed_lines),
  };
}
