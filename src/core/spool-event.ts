// A spool event is what a hook leaves behind: `prsist-event 1`, "key value" lines, an empty line, the agent's own bytes.
import { createHash } from 'node:crypto';
import type { JsonValue } from './captured.ts';
import { PrsistError } from './errors.ts';
import { limits } from './limits.ts';

const firstLine = 'prsist-event 1';
const headerBytes = 65_536;
const namePattern = /^[A-Za-z0-9._-]+$/;

/** What a hook knows besides the body. The last five come from git hooks only, the id from programs only. */
export interface SpoolHeader {
  /** Names the event, whenever and however often its file is written. */
  readonly id?: string;
  readonly agent: string;
  readonly event: string;
  /** Process number of the agent hook: a handoff it takes away to print ends with it. */
  readonly pid?: number;
  /** Working directory of the hook; absent when it holds a newline. */
  readonly pwd?: string;
  readonly gitDir?: string;
  readonly head?: string;
  readonly ref?: string;
  /** The agent whose shell git was called from. */
  readonly inside?: string;
  /** Arguments of the git hook, in order. */
  readonly args: readonly string[];
}

/** json: whole and valid. scanned: cut or not JSON, with the first string of every name that could be found. */
export type SpoolBody =
  | { readonly kind: 'empty' }
  | { readonly kind: 'json'; readonly value: JsonValue }
  | { readonly kind: 'scanned'; readonly fields: ReadonlyMap<string, string> };

export interface SpoolEvent extends SpoolHeader {
  /** The agent's bytes as they came, at most `limits.spoolBodyBytes`. Not redacted. */
  readonly bytes: Uint8Array;
  /** The agent sent more than `limits.spoolBodyBytes`. */
  readonly truncated: boolean;
  readonly body: SpoolBody;
}

export interface BadSpoolFile {
  readonly bad: 'empty' | 'not-an-event' | 'unknown-version' | 'cut-header' | 'bad-header';
}

/**
 * Reads the bytes of one spool file.
 * Never throws: a file without a complete header, or of another format version, comes back as `{bad}` and belongs in
 * `spool/bad/`. Header keys of later versions of this format are skipped; of a repeated key (other than arg) the first counts.
 */
export function parseSpoolEvent(bytes: Uint8Array): SpoolEvent | BadSpoolFile {
  if (bytes.length === 0) return { bad: 'empty' };
  const end = headerEnd(bytes);
  const text = decode(bytes.subarray(0, end ?? Math.min(bytes.length, headerBytes)));
  const [version, ...lines] = text.split('\n');
  if (version !== firstLine) return { bad: version?.startsWith('prsist-event ') ? 'unknown-version' : 'not-an-event' };
  if (end === undefined) return { bad: 'cut-header' };
  const header = readHeader(lines);
  if (header === undefined) return { bad: 'bad-header' };
  const rest = bytes.subarray(end + 2);
  const kept = rest.subarray(0, limits.spoolBodyBytes);
  const truncated = rest.length > kept.length;
  return { ...header, bytes: kept, truncated, body: readBody(kept, truncated) };
}

/**
 * The bytes of a spool file, as the sh hooks write them.
 * body: the agent's bytes; everything past `limits.spoolBodyBytes` + 1 is dropped. Header values with a newline are left out.
 * Throws input/invalid when agent or event hold anything but ASCII letters, digits, dot, underscore, hyphen.
 */
export function formatSpoolEvent(header: SpoolHeader, body: Uint8Array): Uint8Array {
  for (const name of [header.agent, header.event]) {
    if (!namePattern.test(name)) throw new PrsistError('input/invalid', `not a name of an agent or event: ${name}`);
  }
  const optional: readonly (readonly [string, string | undefined])[] = [
    ['id', header.id],
    ['pid', header.pid === undefined ? undefined : String(header.pid)],
    ['pwd', header.pwd],
    ['git_dir', header.gitDir],
    ['head', header.head],
    ['ref', header.ref],
    ['inside', header.inside],
    ...header.args.map((arg) => ['arg', arg] as const),
  ];
  const lines = optional.flatMap(([key, value]) => (value && !value.includes('\n') ? [`${key} ${value}\n`] : []));
  const head = `${firstLine}\nagent ${header.agent}\nevent ${header.event}\n${lines.join('')}\n`;
  return Buffer.concat([Buffer.from(head, 'utf8'), body.subarray(0, limits.spoolBodyBytes + 1)]);
}

/** A top-level string of the body, whether it was valid JSON or only scanned; undefined when there is none. */
export function spoolField(event: SpoolEvent, name: string): string | undefined {
  if (event.body.kind === 'scanned') return event.body.fields.get(name);
  if (event.body.kind === 'empty') return undefined;
  const object = event.body.value;
  if (typeof object !== 'object' || object === null || !Object.hasOwn(object, name)) return undefined;
  // the check above is the reason for the cast: an own member, of an object or of an array
  const value = (object as { readonly [key: string]: JsonValue })[name];
  return typeof value === 'string' ? value : undefined;
}

/**
 * Id of a spool file, in hex: SHA-256 of file name, modification time in nanoseconds and bytes.
 * The same file read twice is one event; two hooks that wrote equal bytes are two.
 */
export function spoolEventId(file: {
  readonly name: string;
  readonly mtimeNs: bigint;
  readonly bytes: Uint8Array;
}): string {
  return createHash('sha256').update(`${file.name}\0${file.mtimeNs}\0`).update(file.bytes).digest('hex');
}

/** Offset of the newline before the empty line; undefined when the header does not end within its limit. */
function headerEnd(bytes: Uint8Array): number | undefined {
  const limit = Math.min(bytes.length - 1, headerBytes);
  for (let at = bytes.indexOf(10); at >= 0 && at < limit; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10) return at;
  }
  return undefined;
}

function readHeader(lines: readonly string[]): SpoolHeader | undefined {
  const values = new Map<string, string>();
  const args: string[] = [];
  for (const line of lines) {
    const space = line.indexOf(' ');
    if (space <= 0) return undefined;
    const [key, value] = [line.slice(0, space), line.slice(space + 1)];
    if (key === 'arg') args.push(value);
    else if (!values.has(key)) values.set(key, value);
  }
  const [agent, event, pid] = [values.get('agent'), values.get('event'), Number(values.get('pid') || Number.NaN)];
  if (agent === undefined || event === undefined) return undefined;
  if (!namePattern.test(agent) || !namePattern.test(event)) return undefined;
  const [id, pwd, gitDir] = ['id', 'pwd', 'git_dir'].map((key) => values.get(key));
  const [head, ref, inside] = ['head', 'ref', 'inside'].map((key) => values.get(key));
  return {
    agent,
    event,
    args,
    ...(id ? { id } : {}),
    ...(Number.isSafeInteger(pid) ? { pid } : {}),
    ...(pwd ? { pwd } : {}),
    ...(gitDir ? { gitDir } : {}),
    ...(head ? { head } : {}),
    ...(ref ? { ref } : {}),
    ...(inside ? { inside } : {}),
  };
}

function readBody(bytes: Uint8Array, truncated: boolean): SpoolBody {
  const text = decode(bytes);
  if (text.trim() === '') return { kind: 'empty' };
  const value = truncated ? undefined : parseJson(text);
  return value === undefined ? { kind: 'scanned', fields: scanFields(text) } : { kind: 'json', value };
}

function parseJson(text: string): JsonValue | undefined {
  try {
    // JSON.parse returns nothing but JSON values
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}

/** First `"name":"value"` of every name. A quote inside a JSON string is escaped, so text that looks like a member never matches. */
function scanFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const match of text.matchAll(
    /(?<!\\)"([A-Za-z_][A-Za-z0-9_]{0,63})"\s{0,8}:\s{0,8}("(?:[^"\\]|\\.){0,8192}")/gs,
  )) {
    const [, name = '', literal = ''] = match;
    const value = fields.has(name) ? undefined : parseJson(literal);
    if (typeof value === 'string') fields.set(name, value);
  }
  return fields;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder('utf-8').decode(bytes);
}
