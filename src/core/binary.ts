// Pictures and other binary payloads have no place in a memory of text: what stays is what they were.

import { createHash } from 'node:crypto';
import type { JsonValue } from './captured.ts';

type JsonObject = { readonly [key: string]: JsonValue };

/** An unbroken run longer than this is a payload whatever it says it is. */
const longestRun = 4096;
/** A payload beside its media type is one from this length on. */
const shortestPayload = 64;
/** Deeper than any agent writes; what lies below is left as it is. */
const deepest = 256;
const mediaType = /^[a-z]{2,20}\/[\w.+-]{1,100}$/i;
const marker = ';base64,';
const urlHead = /data:([a-z]{2,20}\/[\w.+-]{1,100})?(?:;[\w=.-]{1,60})?$/i;
const equals = 61;
const payloadMembers = ['data', 'base64'] as const;
const typeMembers = ['media_type', 'mimeType', 'mime_type', 'mediaType', 'type'] as const;

/**
 * Replaces binary payloads by what is known of them.
 * An object that holds base64 beside its media type (Claude's `source`, Gemini's `inlineData`, MCP's images, a file
 * read by a tool) becomes `{type, bytes, sha256}`; a `data:…;base64,` URL, or an unbroken base64 run over 4 KiB,
 * becomes `⟨binary:<type> <bytes> bytes sha256:<hex>⟩` in its string, so that a string stays a string. Bytes and
 * hash are those of the decoded payload. Returns the very same value when there is none.
 */
export function withoutBinary(value: JsonValue): JsonValue {
  return walk(value, 0);
}

function walk(value: JsonValue, depth: number): JsonValue {
  if (typeof value === 'string') return withoutRuns(value);
  if (value === null || typeof value !== 'object' || depth >= deepest) return value;
  return isList(value) ? walkList(value, depth + 1) : walkObject(value, depth + 1);
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function walkList(list: readonly JsonValue[], depth: number): JsonValue {
  let result: JsonValue[] | undefined;
  for (let i = 0; i < list.length; i++) {
    // in range, and JSON has no holes
    const value = list[i] as JsonValue;
    const kept = walk(value, depth);
    if (kept !== value) {
      result ??= [...list];
      result[i] = kept;
    }
  }
  return result ?? list;
}

function walkObject(object: JsonObject, depth: number): JsonValue {
  const payload = payloadOf(object);
  if (payload !== undefined) return payload;
  let entries: [string, JsonValue][] | undefined;
  const keys = Object.keys(object);
  for (let i = 0; i < keys.length; i++) {
    // its own key, so the member is there
    const key = keys[i] as string;
    const value = object[key] as JsonValue;
    const kept = walk(value, depth);
    if (kept !== value) {
      entries ??= keys.map((same) => [same, object[same] as JsonValue]);
      entries[i] = [key, kept];
    }
  }
  return entries === undefined ? object : Object.fromEntries(entries);
}

function payloadOf(object: JsonObject): JsonValue | undefined {
  for (const member of payloadMembers) {
    const data = object[member];
    if (typeof data !== 'string' || data.length < shortestPayload || !isBase64(data)) continue;
    for (const typeMember of typeMembers) {
      const type = object[typeMember];
      if (typeof type === 'string' && mediaType.test(type)) return { type, ...described(data) };
    }
  }
  return undefined;
}

function isBase64(data: string): boolean {
  for (let i = 0; i < data.length; i++) {
    const code = data.charCodeAt(i);
    if (!isBase64Code(code) && code !== equals && code !== 10 && code !== 13) return false;
  }
  return true;
}

function described(data: string): { bytes: number; sha256: string } {
  const bytes = Buffer.from(data, 'base64');
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') };
}

interface Cut {
  readonly start: number;
  readonly end: number;
  readonly dataStart: number;
  readonly type: string;
}

function withoutRuns(text: string): string {
  if (text.length < shortestPayload) return text;
  const short = text.includes(marker) ? cut(text, dataUrls(text)) : text;
  return short.length > longestRun ? cut(short, longRuns(short)) : short;
}

function dataUrls(text: string): readonly Cut[] {
  const cuts: Cut[] = [];
  for (let at = text.indexOf(marker); at >= 0; at = text.indexOf(marker, at + 1)) {
    const head = urlHead.exec(text.slice(Math.max(0, at - 200), at));
    const dataStart = at + marker.length;
    const end = runEnd(text, dataStart);
    if (head === null || end - dataStart < shortestPayload) continue;
    cuts.push({ start: at - head[0].length, end, dataStart, type: head[1] ?? 'text/plain' });
  }
  return cuts;
}

/** A run longer than `longestRun` covers one of the places that far apart: only those are looked at. */
function longRuns(text: string): readonly Cut[] {
  const cuts: Cut[] = [];
  for (let at = longestRun; at < text.length; at += longestRun) {
    if (!isBase64Code(text.charCodeAt(at))) continue;
    let start = at;
    while (start > 0 && isBase64Code(text.charCodeAt(start - 1))) start--;
    const end = runEnd(text, at);
    if (end - start > longestRun) cuts.push({ start, end, dataStart: start, type: 'application/octet-stream' });
    at = Math.max(at, end - (end % longestRun));
  }
  return cuts;
}

function cut(text: string, cuts: readonly Cut[]): string {
  let result = '';
  let from = 0;
  for (const { start, end, dataStart, type } of cuts) {
    const { bytes, sha256 } = described(text.slice(dataStart, end));
    result += `${text.slice(from, start)}⟨binary:${type} ${bytes} bytes sha256:${sha256}⟩`;
    from = end;
  }
  return from === 0 ? text : result + text.slice(from);
}

/** The end of a run of base64 characters; padding belongs to it. */
function runEnd(text: string, from: number): number {
  let end = from;
  while (end < text.length && isBase64Code(text.charCodeAt(end))) end++;
  for (let pad = 0; pad < 2 && text.charCodeAt(end) === equals; pad++) end++;
  return end;
}

/** Both alphabets of base64. */
function isBase64Code(code: number): boolean {
  if (code > 96) return code < 123;
  if (code > 64) return code < 91 || code === 95;
  return (code > 46 && code < 58) || code === 43 || code === 45;
}
