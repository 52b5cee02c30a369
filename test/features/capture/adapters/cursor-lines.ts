// Made-up lines of Cursor transcripts.
import type { JsonValue } from '../../../../src/core/captured.ts';

type Block = Readonly<Record<string, JsonValue>>;

/** A line of a person or the agent; a text stands for one block of text. */
export function cursorLine(role: 'user' | 'assistant', ...blocks: readonly (Block | string)[]): JsonValue {
  const content = blocks.map((block) => (typeof block === 'string' ? { type: 'text', text: block } : block));
  return { role, message: { content } };
}

export function cursorCall(name: string, input: Block): Block {
  return { type: 'tool_use', name, input };
}

/** One of everything. */
export function cursorLines(): readonly JsonValue[] {
  return [
    cursorLine('user', '<user_query>\nList the files.\n</user_query>'),
    cursorLine('assistant', { type: 'thinking', thinking: 'Hm' }, 'Here.', cursorCall('Shell', { command: 'ls' })),
    cursorLine('user', { type: 'tool_result', tool_use_id: 't1', content: [{ type: 'text', text: 'a' }] }),
    cursorLine('assistant', cursorCall('Write', { path: '/w/app/a', contents: 'x' })),
    { role: 'user', message: { content: 'Thanks' } },
    { type: 'turn_ended', status: 'error', error: 'no network' },
    { type: 'turn_ended', status: 'success' },
  ];
}
