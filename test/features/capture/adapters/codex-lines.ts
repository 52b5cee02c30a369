// Records as Codex writes them, with only what a test is about.
import type { Captured, JsonValue } from '../../../../src/core/captured.ts';
import { codex } from '../../../../src/features/capture/adapters/codex.ts';
import { linesFrom, readAll, sourceOf } from './transcript-files.ts';

type Members = { readonly [name: string]: JsonValue };

export const session = '019eecb9-cc3a-73c2-814a-dd4f8ced7545';
export const time = '2026-06-22T00:35:34.792Z';

function envelope(type: string, payload: Members): JsonValue {
  return { timestamp: time, type, payload };
}

export function meta(more: Members = {}): JsonValue {
  return envelope('session_meta', { id: session, timestamp: time, cwd: '/w/app', cli_version: '0.141.0', ...more });
}

export function turn(id: string, model = 'gpt-5.5'): JsonValue {
  return envelope('turn_context', { turn_id: id, cwd: '/w/app', model });
}

export function event(type: string, more: Members = {}): JsonValue {
  return envelope('event_msg', { type, ...more });
}

export function item(type: string, more: Members = {}): JsonValue {
  return envelope('response_item', { type, ...more });
}

export function compacted(more: Members = {}): JsonValue {
  return envelope('compacted', { message: '', ...more });
}

export function said(message: string): JsonValue {
  return event('agent_message', { message });
}

export function saidItem(text: string): JsonValue {
  return item('message', { role: 'assistant', content: [{ type: 'output_text', text }] });
}

export function asked(message: string): JsonValue {
  return event('user_message', { message, images: [] });
}

export function tokens(total: number, last: Members, more: Members = {}): JsonValue {
  const info = { total_token_usage: { input_tokens: total, ...more }, last_token_usage: last };
  return event('token_count', { info });
}

export function readCodex(...records: readonly JsonValue[]): readonly Captured[] {
  return readAll(codex, linesFrom(records), sourceOf(`rollout-2026-06-22T02-35-34-${session}`)).items;
}
