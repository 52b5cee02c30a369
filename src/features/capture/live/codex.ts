import type { JsonValue } from '../../../core/captured.ts';
import { codex as adapter } from '../adapters/codex.ts';
import { beginCodex } from '../adapters/codex-state.ts';
import { asList, asText } from '../adapters/json-reading.ts';
import type { LiveEvent } from './live-event.ts';
import { asTranscript, type Meaning, message, nudge, prompt, type Reading, reply, start } from './meaning.ts';

/** Hook events of Codex. It has no end of a session; `notify` is what builds without hooks call. */
export const codexEvents: Readonly<Record<string, Reading>> = {
  SessionStart: start,
  UserPromptSubmit: (event) => ({ isPrompt: true, items: said(event, { asked: asText(event.body.prompt) }) }),
  PostToolUse: toolUsed,
  PreCompact: nudge,
  Stop: stopped,
  notify: turnCompleted,
  ...Object.fromEntries(
    ['PreToolUse', 'PermissionRequest', 'SubagentStart', 'SubagentStop', 'PostCompact'].map((name) => [name, nudge]),
  ),
};

function stopped(event: LiveEvent): Meaning {
  const answered = asText(event.body.last_assistant_message);
  return answered === undefined ? {} : { lastWords: answered, items: said(event, { answered }) };
}

function turnCompleted(event: LiveEvent): Meaning {
  const { body } = event;
  if (body.type !== 'agent-turn-complete') return {};
  const prompts = asList(body['input-messages']).flatMap((each) => asText(each) ?? []);
  const answered = asText(body['last-assistant-message']);
  const items = [...prompts.flatMap((asked) => said(event, { asked })), ...said(event, { answered })];
  return { items, ...(answered === undefined ? {} : { lastWords: answered }) };
}

interface Said {
  readonly asked?: string | undefined;
  readonly answered?: string | undefined;
}

/** Words as the rollout of the same turn would hold them; without a turn they have a name of their own. */
function said(event: LiveEvent, { asked, answered }: Said) {
  const turn = turnOf(event);
  if (turn === undefined) {
    return [...(asked ? message(event, prompt(asked)) : []), ...(answered ? message(event, reply(answered)) : [])];
  }
  const values: { readonly [name: string]: JsonValue }[] = [{ type: 'turn_context', payload: { turn_id: turn } }];
  if (asked) values.push({ type: 'event_msg', payload: { type: 'user_message', message: asked } });
  if (answered) values.push({ type: 'event_msg', payload: { type: 'agent_message', message: answered } });
  return asTranscript(adapter, beganTurn(event), event, values);
}

function turnOf({ body }: LiveEvent): string | undefined {
  return asText(body.turn_id) ?? asText(body['turn-id']);
}

function beganTurn({ session = '' }: LiveEvent) {
  return { ...beginCodex({ fileName: session, path: '', subagentFiles: [] }), session, isAnnounced: true };
}

/** The call and its output as two lines of a rollout. */
function toolUsed(event: LiveEvent): Meaning {
  const { body, session } = event;
  const call_id = asText(body.tool_use_id);
  if (session === undefined || call_id === undefined) return {};
  const call = { type: 'function_call', name: asText(body.tool_name) ?? 'unknown', call_id };
  const output = { type: 'function_call_output', call_id, output: body.tool_response ?? '' };
  return {
    items: asTranscript(adapter, beganTurn(event), event, [
      { type: 'turn_context', payload: { turn_id: turnOf(event) ?? '' } },
      { type: 'response_item', payload: { ...call, arguments: JSON.stringify(body.tool_input ?? {}) } },
      { type: 'response_item', payload: output },
    ]),
  };
}
