import type { CapturedEdit, JsonValue } from '../../../core/captured.ts';
import { planSteps } from './claude-plans.ts';
import { patchChanges } from './codex-patch.ts';
import { asCount, asList, asObject, asText, type JsonObject } from './json-reading.ts';
import type { ReplyPart } from './opencode-messages.ts';
import { type OpencodeTurn, sessionOf, timeIn } from './opencode-state.ts';
import { countLines, textOf } from './text-content.ts';
import { errorLine } from './tool-failure.ts';

const maxFiles = 200;

/** A tool call with its result, once it has one. Its part's id is its own: ids of providers come again. changes: added to. */
export function readTool(named: ReplyPart, changes: Change[]): void {
  const { turn, part, id, isEnded } = named;
  const state = asObject(part.state);
  const status = asText(state?.status) ?? '';
  // what it is called with is still being written
  if (status === 'pending' && !isEnded) return;
  const session = sessionOf(turn.state);
  const at = timeIn(state?.time, 'start') ?? turn.at;
  const input = asObject(state?.input);
  const command = asText(input?.command);
  const file = asText(input?.filePath);
  const called = asText(part.callID);
  turn.items.push({
    ...{ kind: 'tool-call', session, at, callId: id, tool: asText(part.tool) ?? 'tool' },
    ...(state?.input === undefined ? {} : { input: state.input }),
    ...(command === undefined ? {} : { command }),
    ...(file === undefined ? {} : { files: [file] }),
    ...(called === undefined ? {} : { inHook: { id: called, counted: false } }),
  });
  if (status !== 'completed' && status !== 'error') return;
  const isError = addResult(named, state, at);
  if (!isError) changes.push(...changesOf(named, { state, input, at }));
  const todos = asList(input?.todos);
  if (isError || part.tool !== 'todowrite' || todos.length === 0) return;
  turn.items.push({ kind: 'plan', session, at, key: [id, 'plan'], steps: [...planSteps(todos)] });
}

function addResult({ turn, id }: ReplyPart, state: JsonObject | undefined, started: number): boolean {
  const output = textOf(state?.output ?? state?.error);
  const exit = asObject(state?.metadata)?.exit;
  const exitCode = typeof exit === 'number' && Number.isInteger(exit) ? exit || 0 : undefined;
  const isError = state?.status === 'error' || (exitCode !== undefined && exitCode !== 0);
  const at = timeIn(state?.time, 'end') ?? started;
  turn.items.push({
    ...{ kind: 'tool-result', session: sessionOf(turn.state), at, callId: id, output, isError },
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(isError ? { errorLine: errorLine(output) } : {}),
    ...(at > started ? { durationMs: at - started } : {}),
  });
  return isError;
}

interface Changing {
  readonly state: JsonObject | undefined;
  readonly input: JsonObject | undefined;
  readonly at: number;
}

/** A file that a tool changed, before it is known how it is really called. */
export type Change = Pick<CapturedEdit, 'path' | 'oldPath' | 'change' | 'added' | 'removed' | 'at'> & {
  readonly callId: string;
};

/** The files an editing tool changed: as it shows them, else as its input says. */
function changesOf({ part, id: callId }: ReplyPart, { state, input, at }: Changing): Change[] {
  const tool = asText(part.tool) ?? '';
  const metadata = asObject(state?.metadata);
  if (tool === 'patch' || tool === 'apply_patch') {
    return patchChanges(asText(input?.patchText) ?? '').map(({ oldPath, ...change }) => {
      return { ...change, ...(oldPath === '' ? {} : { oldPath }), at, callId };
    });
  }
  const path = asText(input?.filePath);
  if (path === undefined || (tool !== 'edit' && tool !== 'write' && tool !== 'multiedit')) return [];
  const change = tool === 'write' && metadata?.exists === false ? 'add' : 'modify';
  return [{ path, change, ...linesOf(metadata, tool === 'write' ? input?.content : undefined), at, callId }];
}

function linesOf(
  metadata: JsonObject | undefined,
  content: JsonValue | undefined,
): { readonly added?: number; readonly removed?: number } {
  const file = asObject(metadata?.filediff);
  if (file !== undefined) return { added: asCount(file.additions), removed: asCount(file.deletions) };
  const diff = asText(metadata?.diff);
  if (diff === undefined) return typeof content === 'string' ? { added: countLines(content) } : {};
  const lines = diff.slice(Math.max(diff.indexOf('@@'), 0)).split('\n');
  const begin = (sign: string) => lines.filter((line) => line.startsWith(sign)).length;
  return { added: begin('+'), removed: begin('-') };
}

/**
 * What a message changed, once it has ended: what its tools told, and files that differed after one of its steps though no
 * tool told of them. A tool may name a file in letters of another case than it has; the step knows its name.
 */
export function addEdits(turn: OpencodeTurn, changes: readonly Change[], patches: readonly ReplyPart[]): void {
  const session = sessionOf(turn.state);
  const told = patches.flatMap(({ part, id }) => filesOf(part).map((path) => ({ id, path })));
  const nameOf = (path: string) => told.find((each) => each.path.toLowerCase() === path.toLowerCase())?.path ?? path;
  const named = changes.map((change) => ({ ...change, path: nameOf(change.path) }));
  for (const change of named) {
    turn.items.push({ kind: 'edit', session, key: [change.callId, 'edit', change.path], ...change });
  }
  const known = new Set(named.map(({ path }) => path));
  for (const { id, path } of told) {
    if (known.has(path)) continue;
    known.add(path);
    turn.items.push({ kind: 'edit', session, at: turn.at, key: [id, 'edit', path], path, change: 'modify' });
  }
}

function filesOf(part: JsonObject): string[] {
  return asList(part.files)
    .slice(0, maxFiles)
    .filter((path) => typeof path === 'string')
    .filter((path) => path !== '');
}
