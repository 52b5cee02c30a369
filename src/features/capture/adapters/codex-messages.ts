import type { CapturedMessage } from '../../../core/captured.ts';
import { addPromptKey, keyBase, type RolloutRecord } from './codex-state.ts';
import { asCount, asList, asObject, asText, shortHash } from './json-reading.ts';
import { cutOwnBlocks, textOf } from './text-content.ts';

/** Where a text came from: the two copies of one text differ in it, and only in it. */
type Carrier = 'event' | 'item';

const injected =
  /^(?:<(?:environment_context|user_instructions|permissions|turn_aborted|user_shell_command|skill|INSTRUCTIONS)\b|# AGENTS\.md instructions)/;
const ideHeader = '# Context from my IDE setup:';
const ideRequest = '## My request for Codex:';

/** event_msg/user_message: the clean words of a human. */
export function readUserMessage(record: RolloutRecord): void {
  const { payload } = record;
  const images = asList(payload.images).length + asList(payload.local_images).length;
  addPrompt(record, asText(payload.message) ?? (images > 0 ? '[image]' : ''));
}

/** response_item/message: replies; prompts only where nothing else holds them. */
export function readMessageItem(record: RolloutRecord): void {
  const { payload } = record;
  const text = textOf(payload.content);
  if (payload.role === 'assistant') addReply(record, text, 'item');
  else if (payload.role === 'user' && record.isBare) addPrompt(record, text);
}

/** event_msg/agent_message. */
export function readAgentMessage(record: RolloutRecord): void {
  addReply(record, asText(record.payload.message) ?? '', 'event');
}

/** Reasoning in plain words: the summaries of response_item/reasoning and their echo in event_msg/agent_reasoning. */
export function readReasoning(record: RolloutRecord): void {
  const { payload, kind } = record;
  const isEvent = kind === 'agent_reasoning';
  const texts = isEvent ? [asText(payload.text)] : asList(payload.summary).map((part) => asText(asObject(part)?.text));
  for (const text of texts) {
    const key = keyOf(record, { letter: 'k', text: text ?? '', carrier: isEvent ? 'event' : 'item' });
    if (key !== undefined) addMessage(record, { key, role: 'assistant', as: 'thinking', text: text ?? '' });
  }
}

/** `compacted`; the event context_compacted is its echo. */
export function readCompacted(record: RolloutRecord): void {
  const { state, payload } = record;
  state.compactions += 1;
  const key = [keyBase(state), 'compaction', String(state.compactions)];
  record.items.push({
    kind: 'compaction',
    session: record.session,
    at: record.at,
    key,
    trigger: 'unknown',
    ...(state.context === 0 ? {} : { preTokens: state.context }),
  });
  const text = asText(payload.message) ?? '';
  addMessage(record, { key: [...key, 'summary'], role: 'user', as: 'summary', text });
}

export function readTurnAborted(record: RolloutRecord): void {
  const reason = asText(record.payload.reason) ?? 'interrupted';
  const key = [asText(record.payload.turn_id) ?? `${record.session}:${record.offset}`, 'aborted'];
  addMessage(record, {
    key,
    role: 'user',
    as: 'notice',
    text: `Turn aborted: ${reason}`,
    metadata: { stop: true, reason },
  });
}

export function readError(record: RolloutRecord): void {
  const text = asText(record.payload.message) ?? 'error';
  const key = keyOf(record, { letter: 'e', text, carrier: 'event' });
  if (key !== undefined) addMessage(record, { key, role: 'system', as: 'notice', text, metadata: { error: true } });
}

/** thread_rolled_back: the last num_turns prompts were taken out of the conversation. */
export function readRollback(record: RolloutRecord): void {
  const { prompts } = record.state;
  for (let left = asCount(record.payload.num_turns); left > 0 && prompts.length > 0; left -= 1) {
    record.items.push({ kind: 'rewind', session: record.session, at: record.at, key: prompts.pop() ?? [] });
  }
}

/** What a sub-agent is asked comes from an agent, whatever the record is called. */
function addPrompt(record: RolloutRecord, raw: string): void {
  if (injected.test(raw.trimStart())) return;
  if (record.state.isSubagent) {
    addInstruction(record, raw);
    return;
  }
  const asked = raw.startsWith(ideHeader) && raw.includes(ideRequest) ? raw.slice(raw.lastIndexOf(ideRequest)) : raw;
  const text = asked.startsWith(ideRequest) ? asked.slice(ideRequest.length) : asked;
  const key = keyOf(record, { letter: 'p', text: raw, carrier: 'event' });
  if (key === undefined || cutOwnBlocks(text).trim() === '') return;
  addMessage(record, { key, role: 'user', as: 'prompt', text });
  addPromptKey(record.state, key);
}

function addInstruction(record: RolloutRecord, text: string): void {
  const key = keyOf(record, { letter: 'i', text, carrier: 'event' });
  if (key !== undefined) addMessage(record, { key, role: 'user', as: 'notice', text, metadata: { via: 'agent' } });
}

function addReply(record: RolloutRecord, text: string, carrier: Carrier): void {
  const { model } = record.state;
  const key = keyOf(record, { letter: 't', text, carrier });
  if (key === undefined) return;
  addMessage(record, { key, role: 'assistant', as: 'text', text, ...(model === '' ? {} : { model }) });
}

interface TextPlace {
  /** Kind of text: p prompt, i instruction, t reply, k thinking, e error. */
  readonly letter: 'p' | 'i' | 't' | 'k' | 'e';
  readonly text: string;
  readonly carrier: Carrier;
}

/**
 * The key of a text: (turn, kind, hash, how often it came in this turn); undefined for the second copy of one text.
 * Codex writes most texts twice, as an event and as a response item, in either order; files of some builds have only one
 * of the two. Counting both carriers apart makes the n-th event and the n-th item of a text the same message, whichever
 * comes first, without knowing what the rest of the file holds.
 */
function keyOf(record: RolloutRecord, { letter, text, carrier }: TextPlace): readonly string[] | undefined {
  const { state } = record;
  const hash = shortHash(text);
  const counts = state.texts[letter + hash] ?? [0, 0];
  const [own, other] = carrier === 'event' ? counts : [counts[1], counts[0]];
  const times = own + 1;
  state.texts[letter + hash] = carrier === 'event' ? [times, other] : [other, times];
  return times <= other ? undefined : [keyBase(state), letter, hash, String(times)];
}

type MessageParts = Pick<CapturedMessage, 'key' | 'role' | 'as' | 'text' | 'model' | 'metadata'>;

function addMessage(record: RolloutRecord, parts: MessageParts): void {
  const text = cutOwnBlocks(parts.text).trim();
  if (text === '') return;
  const replyTo = record.state.prompts.at(-1);
  const nativeId = asText(record.payload.id);
  record.items.push({
    kind: 'message',
    session: record.session,
    at: record.at,
    ...parts,
    text,
    ...(nativeId === undefined ? {} : { nativeId }),
    ...(replyTo === undefined ? {} : { replyTo: [...replyTo] }),
  });
}
