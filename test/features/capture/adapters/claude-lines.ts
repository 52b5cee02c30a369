// Records as Claude Code writes them, with only what a test is about.
import type { Captured, JsonValue } from '../../../../src/core/captured.ts';
import { claudeCode } from '../../../../src/features/capture/adapters/claude-code.ts';
import { linesFrom, readAll } from './transcript-files.ts';

type Members = { readonly [name: string]: JsonValue };

/** uuid and parent are short names; both become ids of the form Claude Code uses. */
export function record(type: string, [uuid, parent]: readonly [string, string | null], more: Members = {}): JsonValue {
  return {
    type,
    uuid: uuidOf(uuid),
    parentUuid: parent === null ? null : uuidOf(parent),
    sessionId: 'S',
    cwd: '/w/app',
    gitBranch: 'main',
    version: '2.1.42',
    isSidechain: false,
    timestamp: '2026-02-15T09:39:02.650Z',
    ...more,
  };
}

export function prompt(ids: readonly [string, string | null], text: JsonValue, more: Members = {}): JsonValue {
  return record('user', ids, { message: { role: 'user', content: text }, ...more });
}

export function reply(ids: readonly [string, string | null], ...content: readonly JsonValue[]): JsonValue {
  return record('assistant', ids, { message: { role: 'assistant', model: 'm', content } });
}

export function text(words: string): JsonValue {
  return { type: 'text', text: words };
}

export function call(id: string, name: string, input: JsonValue): JsonValue {
  return { type: 'tool_use', id, name, input };
}

export function result(id: string, content: JsonValue, more: Members = {}): JsonValue {
  return { type: 'tool_result', tool_use_id: id, content, ...more };
}

export function queued(operation: string, content?: string): JsonValue {
  const time = '2026-02-15T09:39:03.000Z';
  return {
    type: 'queue-operation',
    operation,
    sessionId: 'S',
    timestamp: time,
    ...(content === undefined ? {} : { content }),
  };
}

export function uuidOf(name: string): string {
  const hex = Buffer.from(name).toString('hex').padEnd(10, '0').slice(0, 10);
  return `${hex.slice(0, 8)}-${hex.slice(8)}00-4000-8000-000000000000`;
}

export function readClaude(...records: readonly JsonValue[]): readonly Captured[] {
  return readAll(claudeCode, linesFrom(records)).items;
}
