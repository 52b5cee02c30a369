// Guarded access to JSON of unknown shape: transcripts are internal to their makers and change without notice.
import { createHash } from 'node:crypto';
import type { JsonValue } from '../../../core/captured.ts';

export type JsonObject = { readonly [key: string]: JsonValue };

const nothing: readonly JsonValue[] = [];

export function asObject(value: JsonValue | undefined): JsonObject | undefined {
  // arrays are excluded by the test, which the compiler cannot see for readonly ones
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
}

export function asList(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? value : nothing;
}

/** The string, or undefined for anything else and for the empty string. */
export function asText(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A count as an integer of at least 0; 0 for anything that is none. */
export function asCount(value: JsonValue | undefined): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0;
}

/** Milliseconds since 1970 of an ISO time; undefined for anything else. */
export function asTime(value: JsonValue | undefined): number | undefined {
  if (typeof value !== 'string') return undefined;
  const at = Date.parse(value);
  return Number.isFinite(at) ? at : undefined;
}

/** The object in a string of JSON, as tools write arguments and outputs; undefined when there is none. */
export function parseObject(text: string): JsonObject | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: JsonValue = JSON.parse(text);
    return asObject(value);
  } catch (error) {
    // plain text that merely begins with a brace
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** The first 16 hex digits of the SHA-256 of a text: names it inside one conversation. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
