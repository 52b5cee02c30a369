import type { CapturedMessage, JsonValue } from '../../../core/captured.ts';
import type { Turn } from './claude-state.ts';
import { toolCall, toolResult } from './claude-tools.ts';
import { wordsOf } from './claude-words.ts';
import type { JsonObject } from './json-reading.ts';
import { asCount, asList, asObject, asText, shortHash } from './json-reading.ts';
import { cutOwnBlocks, textOf } from './text-content.ts';

/** Reads an assistant record: its blocks in order, then what the request cost. */
export function readAssistant(turn: Turn): void {
  const message = asObject(turn.record.message);
  if (message === undefined) return;
  if (turn.record.isApiErrorMessage === true) {
    addMessage(turn, {
      key: [turn.uuid],
      role: 'system',
      as: 'notice',
      text: textOf(message.content),
      metadata: { error: true },
    });
    return;
  }
  if (message.model === '<synthetic>') return;
  readBlocks(turn, message);
  addUsage(turn, message);
}

/** Reads a user record: tool results, then the human's words, or what Claude Code wrote in the human's name. */
export function readUser(turn: Turn): void {
  const content = asObject(turn.record.message)?.content;
  const results = asList(content).map(asObject).filter(isResult);
  const details = results.length === 1 ? asObject(turn.record.toolUseResult) : undefined;
  for (const [place, block] of results.entries()) toolResult(turn, block, { place, details });
  const text = wordsIn(content);
  if (text === '') return;
  if (turn.record.isCompactSummary === true) addSummary(turn, text);
  else if (turn.isSubagent) addInstruction(turn, text);
  else if (!isMachineMade(turn.record)) addWords(turn, text, results.length > 0 ? { via: 'beside-tool' } : {});
}

/** How words reached the agent, when not simply at the prompt: via for the metadata, and a key of their own. */
interface Delivery {
  readonly via?: string | undefined;
  readonly key?: readonly string[];
}

/** Adds what a human typed, if it is that: a prompt, a command or an interruption. */
export function addWords(turn: Turn, raw: string, { via, key = [turn.uuid] }: Delivery): void {
  const words = wordsOf(raw);
  if (words.kind === 'none') return;
  if (words.kind === 'summary') addSummary(turn, words.text);
  else if (words.kind === 'prompt') {
    const how = via ?? (turn.record.planContent === undefined ? undefined : 'plan');
    const metadata = how === undefined ? {} : { metadata: { via: how } };
    addMessage(turn, { key, role: 'user', as: 'prompt', text: words.text, ...metadata });
  } else {
    const metadata = words.kind === 'stop' ? { stop: true } : commandOf(words);
    addMessage(turn, { key, role: 'user', as: 'notice', text: words.text, metadata });
  }
}

function commandOf(words: { command: string; args: string }): { [member: string]: JsonValue } {
  return words.args === '' ? { command: words.command } : { command: words.command, args: words.args };
}

/**
 * Is this record a prompt typed by itself, and so a node of the conversation's tree?
 * Words beside a tool result are none: with parallel calls they stand on a branch that nothing goes on from.
 */
export function isTypedPrompt(turn: Turn): boolean {
  const isNode = ({ as, key, metadata }: CapturedMessage): boolean =>
    as === 'prompt' && key[0] === turn.uuid && metadata?.via !== 'beside-tool';
  return turn.items.some((item) => item.kind === 'message' && isNode(item));
}

/**
 * Is this a typed prompt without a parent: the conversation rewound to its very beginning?
 * Only prompts are asked: hooks and notes of a resumed conversation have no parent either, and continue it.
 */
export function startsAnew(record: JsonObject): boolean {
  if (record.type !== 'user' || record.parentUuid !== null || record.logicalParentUuid !== undefined) return false;
  if (record.isCompactSummary === true || isMachineMade(record)) return false;
  return wordsOf(wordsIn(asObject(record.message)?.content)).kind === 'prompt';
}

type MessageParts = Pick<CapturedMessage, 'key' | 'role' | 'as' | 'text' | 'model' | 'metadata'>;

/** Adds a message of the record's conversation, with what it answers; a blank text adds nothing. */
export function addMessage(turn: Turn, parts: MessageParts): void {
  const text = cutOwnBlocks(parts.text).trim();
  if (text === '') return;
  const nativeId = asText(asObject(turn.record.message)?.id);
  turn.items.push({
    kind: 'message',
    session: turn.session,
    at: turn.at,
    ...parts,
    text,
    ...(nativeId === undefined ? {} : { nativeId }),
    ...(turn.replyTo === undefined ? {} : { replyTo: turn.replyTo }),
  });
}

function readBlocks(turn: Turn, message: JsonObject): void {
  const model = asText(message.model);
  const blocks =
    typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : asList(message.content);
  const seen = { texts: 0, calls: 0, results: 0 };
  for (const [at, entry] of blocks.entries()) {
    const block = asObject(entry);
    const type = asText(block?.type);
    if (block === undefined || type === undefined) continue;
    if (type === 'text' || type === 'thinking') {
      const text = asText(block[type]) ?? '';
      const isFirst = type === 'text' && seen.texts++ === 0;
      const key = turn.isSubagent ? subagentKey(turn, message, `${type}:${text}`) : mainKey(turn, isFirst ? -1 : at);
      addMessage(turn, { key, role: 'assistant', as: type, text, ...(model === undefined ? {} : { model }) });
    } else if (type === 'tool_use' || type === 'server_tool_use' || type === 'mcp_tool_use') {
      toolCall(turn, block, seen.calls++);
    } else if (type.endsWith('_tool_result')) {
      toolResult(turn, block, { place: seen.results++, details: undefined });
    }
  }
}

/** The first text of a record has the record's uuid for a key, every other block its place as well. */
function mainKey(turn: Turn, at: number): readonly string[] {
  return at === -1 ? [turn.uuid] : [turn.uuid, String(at)];
}

/** The same in a sub-agent's own file and in the progress records of its parent's. */
function subagentKey(turn: Turn, message: JsonObject, content: string): readonly string[] {
  return [turn.session, asText(message.id) ?? turn.uuid, shortHash(content)];
}

/**
 * Adds the usage a record repeats of its request.
 * All records of one response give the same key until output_tokens grows: streaming wrote early ones too low.
 */
function addUsage(turn: Turn, message: JsonObject): void {
  const usage = asObject(message.usage);
  if (usage === undefined) return;
  const id = asText(message.id) ?? turn.uuid;
  const request = asText(turn.record.requestId) ?? '';
  const output = asCount(usage.output_tokens);
  const model = asText(message.model);
  turn.items.push({
    kind: 'usage',
    session: turn.session,
    at: turn.at,
    key: [id, request, String(output)],
    requestId: `${id}:${request}`,
    ...(model === undefined ? {} : { model }),
    fresh: asCount(usage.input_tokens),
    cacheRead: asCount(usage.cache_read_input_tokens),
    cacheWrite: asCount(usage.cache_creation_input_tokens),
    cacheWrite1h: asCount(asObject(usage.cache_creation)?.ephemeral_1h_input_tokens),
    output,
    reasoning: 0,
  });
}

/** What a sub-agent was told: written by the agent that started it. */
function addInstruction(turn: Turn, text: string): void {
  const key = [turn.session, 'instruction', shortHash(text)];
  if (turn.record.isMeta === true) return;
  addMessage(turn, { key, role: 'user', as: 'notice', text, metadata: { via: 'agent' } });
}

function addSummary(turn: Turn, text: string): void {
  addMessage(turn, { key: [turn.uuid], role: 'user', as: 'summary', text });
}

function isMachineMade(record: JsonObject): boolean {
  return (
    record.isMeta === true ||
    record.isVisibleInTranscriptOnly === true ||
    record.promptSource === 'system' ||
    asObject(record.origin)?.kind === 'task-notification'
  );
}

function isResult(block: JsonObject | undefined): block is JsonObject {
  return block?.type === 'tool_result';
}

/** The text of a user record, without what its tool results say. */
function wordsIn(content: JsonValue | undefined): string {
  if (typeof content === 'string') return content;
  const texts: string[] = [];
  for (const entry of asList(content)) {
    const block = asObject(entry);
    const text = typeof entry === 'string' ? entry : block?.type === 'text' ? asText(block.text) : undefined;
    if (text !== undefined) texts.push(text);
  }
  return texts.join('\n');
}
