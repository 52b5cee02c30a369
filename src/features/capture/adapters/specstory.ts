// Histories that SpecStory writes in Markdown from what an agent keeps: read where that itself is gone.
import type { Captured, CapturedMessage } from '../../../core/captured.ts';
import type { Adapter, TranscriptLine, TranscriptReading, TranscriptSource } from './adapter.ts';
import { wordsOf } from './claude-words.ts';
import { asCount, asObject, asText, asTime, type JsonObject } from './json-reading.ts';
import { sessionItem } from './session-item.ts';

export type SpecstoryState = {
  fileName: string;
  session: string;
  isAnnounced: boolean;
  at: number;
  /** Places of the prompts, the last 200. */
  prompts: number[];
};

const none: readonly Captured[] = [];
const maxPrompts = 200;
const thinking = /<think><details><summary>[^<]*<\/summary>\n?([\s\S]*?)<\/details><\/think>/g;
const toolUse =
  /<tool-use data-tool-type="[^"]*" data-tool-name="([^"]*)"><details>\n?([\s\S]*?)<\/details><\/tool-use>/g;
const summary = /^<summary>[\s\S]*?<\/summary>\n*/;
const fenced = /```[^\n]*\n([\s\S]*)\n```\s*$/;
const shellCommand = /^`([^\n]+)`$/m;

/**
 * SpecStory Markdown 2.1.
 * Keys are (conversation, place of the block). What a sub-agent said stands in the same document and is told as a notice.
 */
export const specstory: Adapter<SpecstoryState> = {
  agent: 'specstory',
  isSecondHand: true,
  recognises: (head) => head.some((value) => asObject(asObject(value)?.specstory) !== undefined),
  begin: ({ fileName }: TranscriptSource) => ({ fileName, session: '', isAnnounced: false, at: 0, prompts: [] }),
  read: readLine,
  pass: passLine,
};

/** One block being read. */
interface Block {
  readonly state: SpecstoryState;
  readonly session: string;
  readonly place: number;
  readonly at: number;
  readonly model: string | undefined;
  readonly isSidechain: boolean;
  readonly items: Captured[];
}

function readLine(state: SpecstoryState, { value }: TranscriptLine): TranscriptReading<SpecstoryState> {
  const record = asObject(value);
  if (record === undefined) return { state, items: none, unknown: true };
  state.at = asTime(record.timestamp) ?? state.at;
  const told = asObject(record.specstory);
  if (told !== undefined) return { state, items: announce(state, told), unknown: false };
  const text = asText(record.text);
  if (record.by !== 'user' && record.by !== 'agent') return { state, items: none, unknown: true };
  const block = blockOf(state, record);
  if (text !== undefined && record.by === 'user') readUser(block, text);
  else if (text !== undefined) readAgent(block, text);
  const isNew = block.items.length > 0 && !state.isAnnounced;
  return { state, items: isNew ? [...announce(state, {}), ...block.items] : block.items, unknown: false };
}

function announce(state: SpecstoryState, told: JsonObject): readonly Captured[] {
  state.session = asText(told.session) ?? (state.session || state.fileName || 'specstory');
  if (state.isAnnounced) return none;
  state.isAnnounced = true;
  return [sessionItem(state.session, state.at, {})];
}

function blockOf(state: SpecstoryState, record: JsonObject): Block {
  return {
    ...{ state, session: state.session || state.fileName || 'specstory', place: asCount(record.ordinal), at: state.at },
    ...{ model: asText(record.model), isSidechain: record.sidechain === true, items: [] },
  };
}

function readUser(block: Block, raw: string): void {
  const words = wordsOf(raw);
  if (words.kind === 'none') return;
  const { text } = words;
  if (words.kind === 'prompt') {
    addMessage(block, { role: 'user', as: 'prompt', text });
    notePrompt(block);
  } else if (words.kind === 'summary') addMessage(block, { role: 'user', as: 'summary', text });
  else if (words.kind === 'stop') addMessage(block, { role: 'user', as: 'notice', text, metadata: { stop: true } });
  else addMessage(block, { role: 'user', as: 'notice', text, metadata: { command: words.command } });
}

function notePrompt({ state: { prompts }, place }: Block): void {
  if (prompts.includes(place)) return;
  prompts.push(place);
  prompts.sort((a, b) => a - b);
  if (prompts.length > maxPrompts) prompts.shift();
}

function readAgent(block: Block, raw: string): void {
  let count = 0;
  const withoutTools = raw.replace(toolUse, (_, name: string, inner: string) => {
    count += 1;
    addTool(block, { name, inner, count });
    return '';
  });
  const thoughts: string[] = [];
  const text = withoutTools
    .replace(thinking, (_, thought: string) => {
      thoughts.push(thought.trim());
      return '';
    })
    .trim();
  const thought = thoughts.filter((each) => each !== '').join('\n\n');
  if (thought !== '') addMessage(block, { role: 'assistant', as: 'thinking', text: thought }, 'thinking');
  if (text === '') return;
  if (block.isSidechain) addMessage(block, { role: 'assistant', as: 'notice', text, metadata: { via: 'agent' } });
  else addMessage(block, { role: 'assistant', as: 'text', text });
}

interface Tool {
  readonly name: string;
  readonly inner: string;
  /** Its place among the tools of its block. */
  readonly count: number;
}

function addTool({ session, place, at, items }: Block, { name, inner, count }: Tool): void {
  const callId = `${session}/${place}/${count}`;
  const body = inner.replace(summary, '');
  const output = fenced.exec(body)?.[1];
  const told = (output === undefined ? body : body.slice(0, body.indexOf('```'))).trim();
  const command = name === 'Bash' ? shellCommand.exec(told)?.[1] : undefined;
  items.push({
    ...{ kind: 'tool-call', session, at, callId, tool: name || 'tool' },
    ...(told === '' ? {} : { input: { told } }),
    ...(command === undefined ? {} : { command }),
  });
  if (output !== undefined) items.push({ kind: 'tool-result', session, at, callId, output, isError: false });
}

type Said = Pick<CapturedMessage, 'role' | 'as' | 'text' | 'metadata'>;

/** The document is written anew while the conversation goes on, and its last block grows: the longest text is the whole one. */
function addMessage(block: Block, said: Said, part?: string): void {
  const { state, session, place, at, model, items } = block;
  const prompt = state.prompts.findLast((each) => each < place);
  items.push({
    ...{ kind: 'message', session, at, key: keyOf(session, place, part), ...said, revision: said.text.length },
    ...(model === undefined ? {} : { model }),
    ...(prompt === undefined ? {} : { replyTo: keyOf(session, prompt) }),
  });
}

function keyOf(session: string, place: number, part?: string): string[] {
  return [session, String(place), ...(part === undefined ? [] : [part])];
}

function passLine(state: SpecstoryState, { value }: TranscriptLine): TranscriptReading<SpecstoryState> {
  const record = asObject(value);
  const told = asObject(record?.specstory);
  state.at = asTime(record?.timestamp) ?? state.at;
  return { state, items: told === undefined ? none : announce(state, told), unknown: false };
}
