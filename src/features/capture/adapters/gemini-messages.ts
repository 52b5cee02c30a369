import type { CapturedMessage, JsonValue } from '../../../core/captured.ts';
import { type GeminiTurn, messageKey, sessionOf } from './gemini-state.ts';
import { readTools } from './gemini-tools.ts';
import { asCount, asList, asObject, asText } from './json-reading.ts';
import { cutOwnBlocks, textOf } from './text-content.ts';

const hookContext = /<hook_context>\s*<\/hook_context>\n?/g;
const snapshot = '<state_snapshot>';
const cancelled = 'Request cancelled.';

/** Reads one message; says whether it is a prompt, which those after it answer. */
export function readMessage(turn: GeminiTurn): 'prompt' | 'other' {
  const { type } = turn.message;
  if (type === 'user') return readUser(turn);
  if (type === 'gemini') readReply(turn);
  else if (type === 'error') addNotice(turn, { error: true });
  else if (type === 'info' && textOf(turn.message.content).trim() === cancelled) addNotice(turn, { stop: true });
  return 'other';
}

/** content holds what the model got, with files put in; displayContent what was typed, where that differs. */
function readUser(turn: GeminiTurn): 'prompt' | 'other' {
  const { message, state } = turn;
  const shown = textOf(message.displayContent);
  const text = (shown === '' ? textOf(message.content) : shown).replace(hookContext, '');
  if (text.trimStart().startsWith(snapshot)) {
    const key = [...messageKey(state, turn.id), 'compaction'];
    turn.items.push({ kind: 'compaction', session: sessionOf(state), at: turn.at, key, trigger: 'unknown' });
    addMessage(turn, { role: 'user', as: 'summary', text });
    return 'other';
  }
  // what a sub-agent is asked comes from an agent
  if (state.isSubagent) return addMessage(turn, { role: 'user', as: 'notice', text, metadata: { via: 'agent' } });
  return addMessage(turn, { role: 'user', as: 'prompt', text });
}

function readReply(turn: GeminiTurn): void {
  const { message, state } = turn;
  const model = asText(message.model);
  const thoughts = asList(message.thoughts)
    .map(thoughtText)
    .filter((text) => text !== '');
  const named = model === undefined ? {} : { model };
  addMessage(turn, { role: 'assistant', as: 'thinking', text: thoughts.join('\n\n'), ...named }, 'thinking');
  addMessage(turn, { role: 'assistant', as: 'text', text: textOf(message.content), ...named });
  addUsage(turn, model);
  readTools(turn, messageKey(state, turn.id));
}

function thoughtText(value: JsonValue): string {
  const thought = asObject(value);
  return [asText(thought?.subject), asText(thought?.description)].filter((part) => part !== undefined).join('\n');
}

/** input holds what was cached; tool is what tools put into the prompt. A reply that was cancelled has no tokens. */
function addUsage({ state, message, id, at, items }: GeminiTurn, model: string | undefined): void {
  const tokens = asObject(message.tokens);
  if (tokens === undefined) return;
  const cacheRead = asCount(tokens.cached);
  const reasoning = asCount(tokens.thoughts);
  const fresh = Math.max(asCount(tokens.input) - cacheRead, 0) + asCount(tokens.tool);
  const output = asCount(tokens.output) + reasoning;
  const [session, name] = [sessionOf(state), messageKey(state, id)];
  items.push({
    ...{ kind: 'usage', session, at, key: [...name, String(fresh), String(cacheRead), String(output)] },
    ...{ requestId: name.join(':'), ...(model === undefined ? {} : { model }) },
    ...{ fresh, cacheRead, cacheWrite: 0, cacheWrite1h: 0, output, reasoning },
  });
}

function addNotice(turn: GeminiTurn, metadata: { readonly [name: string]: boolean }): void {
  const text = textOf(turn.message.content);
  addMessage(turn, { role: metadata.stop ? 'user' : 'system', as: 'notice', text, metadata });
}

type Said = Pick<CapturedMessage, 'role' | 'as' | 'text' | 'model' | 'metadata'>;

function addMessage(turn: GeminiTurn, said: Said, part?: string): 'prompt' | 'other' {
  const text = cutOwnBlocks(said.text).trim();
  if (text === '') return 'other';
  const { state, id, at, replyTo, revision } = turn;
  const key = [...messageKey(state, id), ...(part === undefined ? [] : [part])];
  turn.items.push({
    ...{ kind: 'message', session: sessionOf(state), at, key, ...said, text, nativeId: id, revision },
    ...(replyTo === undefined ? {} : { replyTo: [...replyTo] }),
  });
  return said.as === 'prompt' ? 'prompt' : 'other';
}
