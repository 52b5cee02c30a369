import type { CapturedMessage } from '../../../core/captured.ts';
import { type CopilotEvent, speakerOf } from './copilot-state.ts';
import { noteMessageUsage } from './copilot-usage.ts';
import { asCount, asList, asText } from './json-reading.ts';
import { countSaid, saidKey, saidName } from './said-key.ts';
import { cutOwnBlocks } from './text-content.ts';

/** user.message: what a human typed; to a sub-agent, what its parent asked. */
export function readUser(event: CopilotEvent): void {
  const { state, data } = event;
  const speaker = speakerOf(event);
  const isChild = speaker !== event.session;
  const raw = asText(data.content) ?? (asList(data.attachments).length > 0 ? '[attachment]' : '');
  const name = saidName(isChild ? 'i' : 'p', cutOwnBlocks(raw));
  const key = saidKey(speaker, name, countSaid(state.said, isChild ? `${speaker}:${name}` : name));
  if (isChild) {
    addMessage(event, { key, role: 'user', as: 'notice', text: raw, metadata: { via: 'agent' } });
  } else if (addMessage(event, { key, role: 'user', as: 'prompt', text: raw })) state.prompt = key;
}

/** assistant.message: a reply, what it thought, and what it cost. */
export function readAssistant(event: CopilotEvent): void {
  const { state, data, id } = event;
  state.model = asText(data.model) ?? state.model;
  addThinking(event, asText(data.reasoningText));
  const model = asText(data.model) ?? (state.model || undefined);
  addMessage(event, {
    ...{ key: [id], role: 'assistant', as: 'text', text: asText(data.content) ?? '' },
    ...(model === undefined ? {} : { model }),
  });
  noteMessageUsage(event, speakerOf(event), model);
}

/** assistant.reasoning: its text, which a message may repeat. */
export function readReasoning(event: CopilotEvent): void {
  addThinking(event, asText(event.data.content));
}

function addThinking(event: CopilotEvent, text: string | undefined): void {
  if (text === undefined) return;
  const key = saidKey(speakerOf(event), saidName('k', text), 1);
  addMessage(event, { key, role: 'assistant', as: 'thinking', text });
}

export function readAbort(event: CopilotEvent): void {
  const reason = asText(event.data.reason) ?? 'interrupted';
  const metadata = { stop: true, reason };
  addMessage(event, { key: [event.id], role: 'user', as: 'notice', text: `Aborted: ${reason}`, metadata });
}

export function readError(event: CopilotEvent): void {
  const text = asText(event.data.message) ?? asText(event.data.errorType) ?? 'error';
  addMessage(event, { key: [event.id], role: 'system', as: 'notice', text, metadata: { error: true } });
}

/** session.truncation: the oldest messages were cut off. */
export function readTruncation(event: CopilotEvent): void {
  addCompaction(event, 'truncation', asCount(event.data.preTruncationTokensInMessages));
}

/** session.compaction_complete: the conversation was replaced by a summary. */
export function readCompaction(event: CopilotEvent): void {
  const { data, id } = event;
  if (data.success === false) return;
  addCompaction(event, asText(data.trigger) ?? 'auto', asCount(data.preCompactionTokens));
  const text = asText(data.summaryContent) ?? asText(data.summary) ?? '';
  addMessage(event, { key: [id, 'summary'], role: 'user', as: 'summary', text });
}

function addCompaction(event: CopilotEvent, trigger: string, preTokens: number): void {
  event.items.push({
    ...{ kind: 'compaction', session: speakerOf(event), at: event.at, key: [event.id], trigger },
    ...(preTokens === 0 ? {} : { preTokens }),
  });
}

type MessageParts = Pick<CapturedMessage, 'key' | 'role' | 'as' | 'text' | 'model' | 'metadata'>;

/** Adds a message of whoever speaks in the event; a blank text adds nothing. */
function addMessage(event: CopilotEvent, parts: MessageParts): boolean {
  const text = cutOwnBlocks(parts.text).trim();
  if (text === '') return false;
  const session = speakerOf(event);
  const { prompt } = event.state;
  const replyTo = session === event.session && prompt.length > 0 ? { replyTo: [...prompt] } : {};
  const nativeId = asText(event.data.messageId);
  event.items.push({
    ...{ kind: 'message', session, at: event.at, ...parts, text },
    ...(nativeId === undefined ? {} : { nativeId }),
    ...replyTo,
  });
  return true;
}
