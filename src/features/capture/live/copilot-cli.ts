import type { Captured } from '../../../core/captured.ts';
import { copilotEdit, copilotExit, copilotInput } from '../adapters/copilot-tools.ts';
import { asObject, asText } from '../adapters/json-reading.ts';
import type { LiveEvent } from './live-event.ts';
import { calledTool, callIdOf, end, type Meaning, nudge, prompt, type Reading, saidMessage, start } from './meaning.ts';

/** Hook events of Copilot CLI. Its stop holds no words. */
export const copilotEvents: Readonly<Record<string, Reading>> = {
  sessionStart: start,
  userPromptSubmitted: asked,
  postToolUse: toolUsed,
  postToolUseFailure: toolUsed,
  agentStop: nudge,
  sessionEnd: end('reason'),
  ...Object.fromEntries(
    [
      'preToolUse',
      'subagentStart',
      'subagentStop',
      'errorOccurred',
      'preCompact',
      'notification',
      'permissionRequest',
    ].map((name) => [name, nudge]),
  ),
};

function asked(event: LiveEvent): Meaning {
  return { isPrompt: true, items: saidMessage(event, prompt(asText(event.body.prompt) ?? '')) };
}

function toolUsed(event: LiveEvent): Meaning {
  const { body, session, at } = event;
  const tool = asText(body.toolName);
  if (session === undefined || tool === undefined) return {};
  const input = copilotInput(body.toolArgs);
  const members = asObject(input);
  const result = asObject(body.toolResult);
  const error = asText(body.error) ?? asText(asObject(body.error)?.message);
  const output = asText(result?.textResultForLlm) ?? error ?? '';
  const isError = error !== undefined || ['failure', 'denied', 'rejected'].includes(asText(result?.resultType) ?? '');
  const { path, ...edit } = copilotEdit(tool, members);
  const command = path === '' ? asText(members?.command) : undefined;
  const named = asText(members?.path);
  const callId = callIdOf(event, { tool, input });
  const call = { tool, input, command, output, isError, ...copilotExit(output) };
  const items: Captured[] = calledTool(event, callId, { ...call, files: named === undefined ? [] : [named] });
  if (path !== '' && !isError) {
    items.push({ kind: 'edit', session, at, key: [callId, 'edit', path], callId, path, told: 'hook', ...edit });
  }
  return { items };
}
