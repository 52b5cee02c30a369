import type { Captured } from '../../../core/captured.ts';
import { typedWords } from '../adapters/cursor.ts';
import { asCount, asList, asObject, asText, shortHash } from '../adapters/json-reading.ts';
import { countLines } from '../adapters/text-content.ts';
import { statedExitCode } from '../adapters/tool-failure.ts';
import type { LiveEvent } from './live-event.ts';
import {
  calledTool,
  callIdOf,
  end,
  type Meaning,
  nudge,
  prompt,
  type Reading,
  reply,
  saidMessage,
  start,
} from './meaning.ts';

/** Hook events of Cursor. Its transcripts hold no edits and seldom the output of a tool: those come from here alone. */
export const cursorEvents: Readonly<Record<string, Reading>> = {
  sessionStart: start,
  beforeSubmitPrompt: asked,
  afterFileEdit: edited,
  afterShellExecution: ran,
  afterAgentResponse: answered,
  preCompact: compacted,
  stop: nudge,
  sessionEnd: end('reason'),
  ...Object.fromEntries(
    `preToolUse postToolUse postToolUseFailure subagentStart subagentStop beforeShellExecution beforeMCPExecution
     afterMCPExecution beforeReadFile beforeTabFileRead afterTabFileEdit afterAgentThought workspaceOpen`
      .split(/\s+/)
      .map((name) => [name, nudge]),
  ),
};

const names: Readonly<Record<string, string>> = {
  SessionStart: 'sessionStart',
  UserPromptSubmit: 'beforeSubmitPrompt',
  PostToolUse: 'postToolUse',
  PreCompact: 'preCompact',
  SubagentStop: 'subagentStop',
  Stop: 'stop',
  SessionEnd: 'sessionEnd',
};

/** Cursor's own name of an event, for which it ran a hook of Claude Code. */
export function cursorEventOf(event: string): string {
  return Object.hasOwn(names, event) ? (names[event] ?? event) : event;
}

function asked(event: LiveEvent): Meaning {
  return { isPrompt: true, items: saidMessage(event, prompt(typedWords(asText(event.body.prompt) ?? ''))) };
}

function answered(event: LiveEvent): Meaning {
  const text = asText(event.body.text);
  return text === undefined ? {} : { lastWords: text, items: saidMessage(event, reply(text)) };
}

function ran(event: LiveEvent): Meaning {
  const { body } = event;
  const command = asText(body.command);
  if (command === undefined) return {};
  const input = { command };
  const output = asText(body.output) ?? '';
  const exitCode = statedExitCode(output);
  const isError = exitCode !== undefined && exitCode !== 0;
  const call = { tool: 'Shell', input, command, output, isError, exitCode, durationMs: asCount(body.duration) };
  const [use, result] = calledTool(event, callIdOf(event, call), call);
  return use === undefined || result === undefined ? {} : { items: [use], always: [result] };
}

function edited(event: LiveEvent): Meaning {
  const { body, session, at } = event;
  const path = asText(body.file_path);
  if (session === undefined || path === undefined) return {};
  const edits = asList(body.edits).map(asObject);
  const lines = (member: string) => edits.reduce((sum, each) => sum + countLines(asText(each?.[member]) ?? ''), 0);
  const name = `e${shortHash(`${path}\n${JSON.stringify(edits)}`)}`;
  const item: Captured = {
    ...{ kind: 'edit', session, at, key: [session, name, String(event.times(name))], path, change: 'modify' },
    ...{ added: lines('new_string'), removed: lines('old_string'), told: 'hook' },
  };
  return { always: [item] };
}

/** Its transcripts say nothing of a compaction. */
function compacted(event: LiveEvent): Meaning {
  const { body, session, at } = event;
  if (session === undefined) return {};
  const preTokens = asCount(body.context_tokens);
  const key = [session, 'compact', String(event.times('compact'))];
  const item: Captured = { kind: 'compaction', session, at, key, trigger: asText(body.trigger) ?? 'unknown' };
  return { always: [preTokens === 0 ? item : { ...item, preTokens }] };
}
