// The plain text in which older versions of Cursor kept a conversation: a line per speaker, tools and thoughts in brackets.
import type { JsonValue } from '../../../core/captured.ts';
import { limits } from '../../../core/limits.ts';
import { readLines } from '../../../platform/lines.ts';
import { marked } from './document.ts';
import type { Form, FormLine, ReadSoFar } from './form.ts';

const speaker = /^(user|assistant):\s*$/;
const bracket = /^\[(Tool call|Tool result|Thinking)\]\s*(.*)$/;
const argument = /^\s+([A-Za-z_][\w-]{0,63}):\s(.*)$/;

/** One text, told as the lines that newer versions write. */
export const cursorText: Form = {
  name: 'document',
  lines: (path: string, soFar: ReadSoFar): AsyncIterable<FormLine> => marked(entriesOf(path), soFar),
};

/** True for the first line of such a text. */
export function isCursorText(first: string): boolean {
  return speaker.test(first);
}

interface Block {
  readonly kind: 'text' | 'Tool call' | 'Tool result' | 'Thinking';
  /** Of a tool. */
  readonly name: string;
  readonly lines: string[];
}

interface Turn {
  readonly role: string;
  readonly blocks: Block[];
  bytes: number;
}

async function* entriesOf(path: string): AsyncGenerator<JsonValue> {
  let turn: Turn | undefined;
  let ordinal = 0;
  for await (const { text } of readLines(path, 0)) {
    const role = speaker.exec(text)?.[1];
    if (role !== undefined) {
      // two turns may say the same: their place tells them apart
      if (turn) yield record(turn, ordinal);
      ordinal += 1;
      turn = { role, blocks: [], bytes: 0 };
    } else if (turn) add(turn, text);
  }
  if (turn) yield record(turn, ordinal);
}

/** A turn of more than a line may hold is cut off. */
function add(turn: Turn, line: string): void {
  turn.bytes += Buffer.byteLength(line) + 1;
  if (turn.bytes >= limits.transcriptLineBytes) return;
  const [, kind, rest = ''] = bracket.exec(line) ?? [];
  const last = turn.blocks.at(-1);
  if (kind === 'Thinking') turn.blocks.push({ kind, name: '', lines: [rest] });
  else if (kind === 'Tool call' || kind === 'Tool result') turn.blocks.push({ kind, name: rest.trim(), lines: [] });
  else if (last === undefined || (last.kind === 'Tool call' && line.trim() !== '' && !argument.test(line))) {
    turn.blocks.push({ kind: 'text', name: '', lines: [line] });
  } else last.lines.push(line);
}

function record({ role, blocks }: Turn, ordinal: number): JsonValue {
  return { role, message: { content: blocks.map(contentOf) }, ordinal };
}

function contentOf({ kind, name, lines }: Block): JsonValue {
  const text = lines.join('\n').trim();
  if (kind === 'Thinking') return { type: 'thinking', thinking: text };
  if (kind === 'Tool result') return { type: 'tool_result', content: text };
  if (kind === 'text') return { type: 'text', text };
  const found = lines.flatMap((line) => [argument.exec(line)].filter((each) => each !== null));
  const input = Object.fromEntries(found.map(([, member = '', value = '']) => [member, value]));
  return { type: 'tool_use', name, input };
}
