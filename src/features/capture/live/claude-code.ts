import type { JsonValue } from '../../../core/captured.ts';
import { claudeCode as adapter } from '../adapters/claude-code.ts';
import { beginClaude } from '../adapters/claude-state.ts';
import { wordsOf } from '../adapters/claude-words.ts';
import { asObject, asText } from '../adapters/json-reading.ts';
import { textOf } from '../adapters/text-content.ts';
import type { LiveEvent } from './live-event.ts';
import { asTranscript, end, type Meaning, message, nudge, prompt, type Reading, reply, start } from './meaning.ts';

/** Hook events of Claude Code; what is registered comes first. */
export const claudeCodeEvents: Readonly<Record<string, Reading>> = {
  SessionStart: start,
  UserPromptSubmit: asked,
  PostToolUse: toolUsed,
  PreCompact: nudge,
  SubagentStop: nudge,
  Stop: stopped,
  SessionEnd: end('reason'),
  PostToolUseFailure: toolUsed,
  ...Object.fromEntries(
    `Setup InstructionsLoaded UserPromptExpansion MessageDisplay PreToolUse PermissionRequest PermissionDenied
     PostToolBatch Notification SubagentStart TaskCreated TaskCompleted StopFailure TeammateIdle ConfigChange CwdChanged
     DirectoryAdded FileChanged WorktreeRemove PostCompact Elicitation ElicitationResult`
      .split(/\s+/)
      .map((name) => [name, nudge]),
  ),
};

function asked(event: LiveEvent): Meaning {
  const words = wordsOf(asText(event.body.prompt) ?? '');
  return words.kind === 'prompt' ? { isPrompt: true, items: message(event, prompt(words.text)) } : {};
}

function stopped(event: LiveEvent): Meaning {
  const text = asText(event.body.last_assistant_message);
  return text === undefined ? {} : { lastWords: text, items: message(event, reply(text)) };
}

/** The call and its result as two lines of a transcript; inside a sub-agent they are its own. */
function toolUsed(event: LiveEvent): Meaning {
  const { body, session } = event;
  const id = asText(body.tool_use_id);
  if (session === undefined || id === undefined) return {};
  const child = asText(body.agent_id);
  const speaker = child ?? session;
  const state = { ...beginClaude({ fileName: speaker, path: '', subagentFiles: [] }), sessions: [speaker] };
  const place = { sessionId: session, ...(child === undefined ? {} : { isSidechain: true, agentId: child }) };
  const use: JsonValue = {
    type: 'tool_use',
    id,
    name: asText(body.tool_name) ?? 'unknown',
    input: body.tool_input ?? {},
  };
  const isError = body.error !== undefined;
  const result: JsonValue = {
    ...{ type: 'tool_result', tool_use_id: id, is_error: isError },
    content: asText(body.error) ?? outputOf(body.tool_response),
  };
  const details = asObject(body.tool_response);
  const items = asTranscript(adapter, state, { ...event, session: speaker }, [
    { ...place, type: 'assistant', message: { role: 'assistant', content: [use] } },
    {
      ...place,
      type: 'user',
      message: { role: 'user', content: [result] },
      ...(details ? { toolUseResult: details } : {}),
    },
  ]);
  const parent = { kind: 'session', session: speaker, at: event.at, parent: session } as const;
  return { items: child === undefined ? items : [parent, ...items] };
}

/** What a tool answered, in words. */
function outputOf(response: JsonValue | undefined): string {
  const object = asObject(response);
  if (object === undefined) return textOf(response);
  if (object.stdout !== undefined || object.stderr !== undefined) {
    return [asText(object.stdout), asText(object.stderr)].filter(Boolean).join('\n');
  }
  return textOf(object.content) || asText(object.result) || JSON.stringify(object);
}
