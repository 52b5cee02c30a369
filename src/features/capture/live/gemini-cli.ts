import type { Captured } from '../../../core/captured.ts';
import { planSteps } from '../adapters/claude-plans.ts';
import { asObject, asText } from '../adapters/json-reading.ts';
import { countLines, textOf } from '../adapters/text-content.ts';
import { statedExitCode } from '../adapters/tool-failure.ts';
import type { LiveEvent } from './live-event.ts';
import {
  calledTool,
  callIdOf,
  end,
  type Meaning,
  message,
  nudge,
  prompt,
  type Reading,
  reply,
  start,
} from './meaning.ts';

/** Hook events of Gemini CLI. */
export const geminiEvents: Readonly<Record<string, Reading>> = {
  SessionStart: start,
  BeforeAgent: asked,
  AfterAgent: answered,
  AfterTool: toolUsed,
  PreCompress: compressed,
  SessionEnd: end('reason'),
  ...Object.fromEntries(
    ['BeforeTool', 'BeforeModel', 'AfterModel', 'BeforeToolSelection', 'Notification'].map((name) => [name, nudge]),
  ),
};

function asked(event: LiveEvent): Meaning {
  return { isPrompt: true, items: message(event, prompt(asText(event.body.prompt) ?? '')) };
}

function answered(event: LiveEvent): Meaning {
  const text = asText(event.body.prompt_response);
  return text === undefined ? {} : { lastWords: text, items: message(event, reply(text)) };
}

/** Its session files say nothing of a compression. */
function compressed({ session, at, body }: LiveEvent): Meaning {
  if (session === undefined) return {};
  const key = [session, 'compress', asText(body.timestamp) ?? String(at)];
  return {
    isCompressed: true,
    always: [{ kind: 'compaction', session, at, key, trigger: asText(body.trigger) ?? 'unknown' }],
  };
}

function toolUsed(event: LiveEvent): Meaning {
  const { body, session, at } = event;
  const tool = asText(body.tool_name);
  if (session === undefined || tool === undefined) return {};
  const input = asObject(body.tool_input);
  const response = asObject(body.tool_response);
  const path = asText(input?.file_path) ?? asText(input?.absolute_path) ?? asText(input?.path);
  const output =
    textOf(response?.llmContent) || asText(response?.returnDisplay) || asText(asObject(response?.error)?.message);
  const callId = callIdOf(event, { tool, input: body.tool_input });
  const isError = response?.error !== undefined && response.error !== null;
  const exitCode = statedExitCode(output ?? '');
  const call = { tool, input: body.tool_input, output, isError, exitCode, command: asText(input?.command) };
  const items: Captured[] = calledTool(event, callId, { ...call, files: path === undefined ? [] : [path] });
  if (!isError && path !== undefined && (tool === 'write_file' || tool === 'replace')) {
    const change =
      tool === 'write_file' && asObject(response?.returnDisplay)?.originalContent === '' ? 'add' : 'modify';
    const lines = {
      added: countLines(asText(input?.content) ?? asText(input?.new_string) ?? ''),
      removed: countLines(asText(input?.old_string) ?? ''),
    };
    items.push({
      kind: 'edit',
      session,
      at,
      key: [callId, 'edit', path],
      callId,
      path,
      change,
      told: 'hook',
      ...lines,
    });
  }
  if (tool === 'write_todos') {
    items.push({ kind: 'plan', session, at, key: [callId, 'plan'], steps: planSteps(input?.todos) });
  }
  return { items };
}
