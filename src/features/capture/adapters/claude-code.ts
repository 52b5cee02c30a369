// Transcripts of Claude Code: one JSON record per line, one file per conversation and one per sub-agent.
import type { Captured, JsonValue } from '../../../core/captured.ts';
import type { Adapter, TranscriptLine, TranscriptReading } from './adapter.ts';
import { addLink, addPrompt, isLinked, promptBefore, promptKey } from './claude-links.ts';
import { addMessage, addWords, isTypedPrompt, readAssistant, readUser, startsAnew } from './claude-messages.ts';
import { queuedAttachment, queueOperation, startQueueTurn } from './claude-queue.ts';
import { announce, beginClaude, type ClaudeState, type Turn } from './claude-state.ts';
import type { JsonObject } from './json-reading.ts';
import { asCount, asObject, asText, asTime } from './json-reading.ts';
import { textOf } from './text-content.ts';

const none: readonly Captured[] = [];
const conversation: ReadonlySet<string> = new Set(['user', 'assistant', 'system', 'attachment']);
/** Known record types that hold nothing to remember. */
const silent: ReadonlySet<string> = new Set(
  `summary file-history-snapshot pr-link last-prompt ai-title custom-title agent-name mode permission-mode worktree-state
   relocated bridge-session frame-link atis-latch started result`.split(/\s+/),
);
const errorSubtypes: ReadonlySet<string> = new Set(['api_error', 'api_refusal', 'model_refusal_fallback', 'error']);

/**
 * Claude Code, builds 2.0 to 2.1.
 * Keys are uuids, tool ids and (message id, request id), which a fork's file repeats under a new session id: a replay
 * gives records that are known. Keys of queued prompts hang on the prompt before them for the same reason.
 */
export const claudeCode: Adapter<ClaudeState> = {
  agent: 'claude-code',
  recognises: (head) => head.some(isClaudeRecord),
  begin: beginClaude,
  read: readLine,
  pass: passLine,
};

function isClaudeRecord(value: JsonValue): boolean {
  const record = asObject(value);
  const type = asText(record?.type);
  if (record === undefined || type === undefined) return false;
  if (conversation.has(type) || type === 'progress') return 'parentUuid' in record && 'sessionId' in record;
  if (type === 'file-history-snapshot') return 'messageId' in record;
  if (type === 'summary') return 'leafUuid' in record;
  return (silent.has(type) || type === 'queue-operation') && 'sessionId' in record;
}

function readLine(state: ClaudeState, line: TranscriptLine): TranscriptReading<ClaudeState> {
  const record = asObject(line.value);
  const type = asText(record?.type) ?? '';
  if (record === undefined) return { state, items: none, unknown: true };
  if (silent.has(type)) return { state, items: none, unknown: false };
  const turn = turnOf(state, record, line);
  if (asTime(record.timestamp) !== undefined && asText(record.cwd) !== undefined) announceRecord(turn);
  const isKnown = readRecord(turn, type);
  link(turn, type);
  return { state, items: withSession(turn), unknown: !isKnown };
}

/** Its place in the tree is kept, so that what answers it later still belongs to the prompt before it. */
function passLine(state: ClaudeState, line: TranscriptLine): TranscriptReading<ClaudeState> {
  const record = asObject(line.value);
  const type = asText(record?.type) ?? '';
  if (record === undefined || silent.has(type)) return { state, items: none, unknown: false };
  const turn = turnOf(state, record, line);
  if (asTime(record.timestamp) !== undefined && asText(record.cwd) !== undefined) announceRecord(turn);
  if (!turn.isSubagent && asText(record.uuid) !== undefined && !isLinked(state.links, turn.uuid)) {
    addLink(state.links, turn.uuid, turn.before);
    if (conversation.has(type)) state.links.tip = turn.before;
  }
  return { state, items: turn.items, unknown: false };
}

function turnOf(state: ClaudeState, record: JsonObject, line: TranscriptLine): Turn {
  state.at = asTime(record.timestamp) ?? state.at;
  const own = asText(record.sessionId) ?? asText(record.session_id) ?? state.fileName;
  const isSubagent = record.isSidechain === true;
  const agent = asText(record.agentId) ?? (state.ownAgent || `${own}/sidechain`);
  const session = isSubagent ? agent : own;
  const before = isSubagent || startsAnew(record) ? -1 : promptBefore(state.links, record);
  return {
    state,
    record,
    at: state.at,
    session,
    isSubagent,
    uuid: asText(record.uuid) ?? `${session}@${line.offset}`,
    before,
    replyTo: promptKey(state.links, before),
    items: [],
  };
}

/** Sub-agents name the conversation that started them; their own file does it by its folder where its records do not. */
function announceRecord(turn: Turn): void {
  const own = asText(turn.record.sessionId);
  const isOther = own !== undefined && own !== turn.session && own !== `agent-${turn.session}`;
  const parent = isOther ? own : turn.state.folderParent || undefined;
  announce(turn, turn.record, turn.isSubagent ? parent : undefined);
}

/** A conversation that gives something before any record with a directory is announced with what there is. */
function withSession(turn: Turn): readonly Captured[] {
  if (turn.items.length === 0) return none;
  if (turn.state.sessions.includes(turn.session)) return turn.items;
  const items = turn.items.splice(0);
  announceRecord(turn);
  turn.items.push(...items);
  return turn.items;
}

function readRecord(turn: Turn, type: string): boolean {
  if (type === 'user') readUser(turn);
  else if (type === 'assistant') readAssistant(turn);
  else if (type === 'system') readSystem(turn);
  else if (type === 'progress') readProgress(turn);
  else if (type === 'attachment') readAttachment(turn);
  else if (type === 'queue-operation') readQueueOperation(turn);
  else return false;
  return true;
}

/**
 * Every record with a uuid is a link of the tree; a typed prompt is a node, and may leave others behind.
 * A record written again (kept over a compaction) changes nothing: it stays where it was first.
 */
function link(turn: Turn, type: string): void {
  const { links, queue } = turn.state;
  if (turn.isSubagent || asText(turn.record.uuid) === undefined || isLinked(links, turn.uuid)) return;
  if (type === 'user' && isTypedPrompt(turn)) {
    startQueueTurn(queue, turn.uuid);
    for (const uuid of addPrompt(links, turn.uuid, turn.before)) {
      turn.items.push({ kind: 'rewind', session: turn.session, at: turn.at, key: [uuid] });
    }
    return;
  }
  addLink(links, turn.uuid, turn.before);
  if (conversation.has(type)) links.tip = turn.before;
}

function readSystem(turn: Turn): void {
  const { record } = turn;
  const subtype = asText(record.subtype) ?? '';
  if (subtype === 'compact_boundary') {
    const meta = asObject(record.compactMetadata);
    const preTokens = asCount(meta?.preTokens);
    turn.items.push({
      kind: 'compaction',
      session: turn.session,
      at: turn.at,
      key: [turn.uuid],
      trigger: asText(meta?.trigger) ?? 'unknown',
      ...(preTokens === 0 ? {} : { preTokens }),
    });
  } else if (errorSubtypes.has(subtype)) {
    const error = asObject(record.error);
    const text = asText(record.content) ?? asText(error?.formatted) ?? asText(error?.message) ?? subtype;
    addMessage(turn, { key: [turn.uuid], role: 'system', as: 'notice', text, metadata: { error: true, subtype } });
  } else if (subtype === 'local_command' && textOf(record.content).startsWith('<command-')) {
    addWords(turn, textOf(record.content), {});
  }
}

/** A sub-agent's records inside its parent's file, as builds 2.1.1 to 2.1.6x wrote them. */
function readProgress(turn: Turn): void {
  const data = asObject(turn.record.data);
  if (data?.type !== 'agent_progress') return;
  const record = asObject(data.message);
  const agent = asText(data.agentId);
  if (record === undefined || agent === undefined || turn.state.apart.includes(agent)) return;
  const inner: Turn = {
    state: turn.state,
    record,
    at: asTime(record.timestamp) ?? turn.at,
    session: agent,
    isSubagent: true,
    uuid: asText(record.uuid) ?? turn.uuid,
    before: -1,
    replyTo: undefined,
    items: turn.items,
  };
  announce(inner, turn.record, turn.session);
  if (record.type === 'user') readUser(inner);
  else if (record.type === 'assistant') readAssistant(inner);
}

function readAttachment(turn: Turn): void {
  const attachment = asObject(turn.record.attachment);
  if (attachment?.type !== 'queued_command' || turn.isSubagent) return;
  if (attachment.commandMode !== undefined && attachment.commandMode !== 'prompt') return;
  const delivered = queuedAttachment(turn.state.queue, textOf(attachment.prompt));
  if (delivered !== undefined) addWords(turn, delivered.text, { via: 'queued', key: delivered.key });
}

function readQueueOperation(turn: Turn): void {
  const { queue } = turn.state;
  if (queue.base === '') queue.base = turn.session;
  const delivered = queueOperation(queue, turn.record.operation, textOf(turn.record.content));
  if (delivered !== undefined) addWords(turn, delivered.text, { via: 'queued', key: delivered.key });
}
