import type { CapturedMessage, JsonValue } from '../../../core/captured.ts';
import { asCount, asObject, asText, type JsonObject } from './json-reading.ts';
import { type OpencodeTurn, sessionOf, timeIn } from './opencode-state.ts';
import { addEdits, type Change, readTool } from './opencode-tools.ts';
import { cutOwnBlocks } from './text-content.ts';

type Said = 'prompt' | 'other' | 'unknown';

/** Parts that say nothing that is kept: where steps begin and end, copies of the work tree, what was tried again. */
const silent: ReadonlySet<string> = new Set('step-start step-finish snapshot agent subtask retry file'.split(' '));

/** Reads a message with its parts; says whether it is a prompt, or holds what is not known here. */
export function readMessage(turn: OpencodeTurn, parts: readonly JsonValue[]): Said {
  const objects = parts.map(asObject).filter((part) => part !== undefined);
  if (turn.info.role === 'user') return readUser(turn, objects);
  if (turn.info.role !== 'assistant') return 'unknown';
  return readReply(turn, objects);
}

/** Text that opencode put in itself is no prompt; a file alone is. */
function readUser(turn: OpencodeTurn, parts: readonly JsonObject[]): Said {
  for (const part of parts) if (part.type === 'compaction') addCompaction(turn, part);
  const typed = parts.filter((part) => part.type === 'text' && part.synthetic !== true && part.ignored !== true);
  const words = typed.flatMap((part) => asText(part.text) ?? []).join('\n');
  const files = parts.flatMap((part) =>
    part.type === 'file' ? (asText(part.filename) ?? asText(part.url) ?? []) : [],
  );
  const text = cutOwnBlocks(words).trim() || files.map((name) => `[${name}]`).join(' ');
  if (text === '') return 'other';
  // parts come one after another: the longest text is the whole one
  const whole = { key: [turn.id], role: 'user', text, revision: text.length } as const;
  // what a sub-agent is asked comes from an agent
  if (turn.state.isSubagent) addMessage(turn, { ...whole, as: 'notice', metadata: { via: 'agent' } });
  else addMessage(turn, { ...whole, as: 'prompt' });
  return turn.state.isSubagent ? 'other' : 'prompt';
}

function addCompaction(turn: OpencodeTurn, part: JsonObject): void {
  const { state, at, id } = turn;
  const key = [asText(part.id) ?? id, 'compaction'];
  const trigger = part.auto === false ? 'manual' : 'auto';
  turn.items.push({ kind: 'compaction', session: sessionOf(state), at, key, trigger });
}

function readReply(turn: OpencodeTurn, parts: readonly JsonObject[]): Said {
  const { info } = turn;
  const isEnded = timeIn(info.time, 'completed') !== undefined || asObject(info.error) !== undefined;
  const changes: Change[] = [];
  const patches: ReplyPart[] = [];
  let isKnown = true;
  for (const [place, part] of parts.entries()) {
    const named = { turn, part, id: asText(part.id) ?? `${turn.id}/${place}`, isEnded };
    const type = asText(part.type) ?? '';
    if (type === 'text' || type === 'reasoning') addText(named);
    else if (type === 'tool') readTool(named, changes);
    else if (type === 'patch') patches.push(named);
    else if (type === 'compaction') addCompaction(turn, part);
    else if (!silent.has(type)) isKnown = false;
  }
  if (isEnded) {
    addUsage(turn);
    addEdits(turn, changes, patches);
  }
  addError(turn);
  return isKnown ? 'other' : 'unknown';
}

/** One part of a reply. isEnded: nothing more will come of its message. */
export interface ReplyPart {
  readonly turn: OpencodeTurn;
  readonly part: JsonObject;
  readonly id: string;
  readonly isEnded: boolean;
}

/** A text that is still being written is left for later. */
function addText({ turn, part, id, isEnded }: ReplyPart): void {
  if (!isEnded && timeIn(part.time, 'end') === undefined) return;
  const text = cutOwnBlocks(asText(part.text) ?? '').trim();
  if (text === '' || part.synthetic === true || part.ignored === true) return;
  const as = part.type === 'reasoning' ? 'thinking' : 'text';
  const model = asText(turn.info.modelID);
  const said = { role: 'assistant', text, ...(model === undefined ? {} : { model }) } as const;
  const spoken = { ...turn, at: timeIn(part.time, 'start') ?? turn.at };
  addMessage(spoken, { key: [id], as, ...said });
  // a reply that takes the place of what was said before it
  if (as === 'text' && turn.info.summary === true) addMessage(spoken, { key: [id, 'summary'], as: 'summary', ...said });
}

/** Counters are disjoint already; output stands beside reasoning here. The sum over steps is the same again. */
function addUsage({ state, info, id, at, items }: OpencodeTurn): void {
  const tokens = asObject(info.tokens);
  const cache = asObject(tokens?.cache);
  const reasoning = asCount(tokens?.reasoning);
  const [fresh, cacheRead, cacheWrite] = [asCount(tokens?.input), asCount(cache?.read), asCount(cache?.write)];
  const output = asCount(tokens?.output) + reasoning;
  if (fresh + cacheRead + cacheWrite + output === 0) return;
  const model = asText(info.modelID);
  items.push({
    ...{ kind: 'usage', session: sessionOf(state), at, requestId: id },
    key: [id, String(fresh), String(cacheRead), String(cacheWrite), String(output)],
    ...(model === undefined ? {} : { model }),
    ...{ fresh, cacheRead, cacheWrite, cacheWrite1h: 0, output, reasoning },
  });
}

function addError(turn: OpencodeTurn): void {
  const error = asObject(turn.info.error);
  if (error === undefined) return;
  const name = asText(error.name) ?? 'error';
  const isStop = name === 'MessageAbortedError';
  const text = asText(asObject(error.data)?.message) ?? name;
  const metadata = isStop ? { stop: true, reason: 'interrupted' } : { error: true };
  addMessage(turn, { key: [turn.id, 'error'], role: isStop ? 'user' : 'system', as: 'notice', text, metadata });
}

type Message = Pick<CapturedMessage, 'key' | 'role' | 'as' | 'text' | 'model' | 'metadata' | 'revision'>;

function addMessage({ state, id, at, replyTo, items }: OpencodeTurn, message: Message): void {
  items.push({
    ...{ kind: 'message', session: sessionOf(state), at, ...message, nativeId: id },
    ...(replyTo === undefined ? {} : { replyTo: [...replyTo] }),
  });
}
