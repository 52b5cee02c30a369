import type { JsonValue } from './captured.ts';
import { mayBePrivate } from './redact-private.ts';
import { withoutSpread } from './redact-spread.ts';
import { count, type Redaction, redactText } from './redact-text.ts';

/** Deeper than any agent writes; what lies below is dropped, as it could not be written as JSON again either. */
const deepest = 256;
const tooDeep = '⟨nested too deep⟩';
const namesKept = 2048;

interface Place {
  readonly depth: number;
  /** Of the member the value belongs to, when it names something that may hold a secret. */
  readonly name: string | undefined;
}

/**
 * Redacts every string and every key of a value.
 * Returns the very same value when nothing was replaced. Two keys that become equal are told apart by `~2`, `~3`.
 */
export function redactJson(value: JsonValue, redaction: Redaction): JsonValue {
  return walk(value, redaction, { depth: 0, name: undefined });
}

function walk(value: JsonValue, redaction: Redaction, place: Place): JsonValue {
  if (typeof value === 'string') return redactText(value, redaction, place.name);
  if (value === null || typeof value !== 'object') return value;
  if (place.depth >= deepest) {
    count(redaction, 'nested-too-deep', 1);
    return tooDeep;
  }
  return isList(value) ? walkList(value, redaction, place) : walkObject(value, redaction, place.depth + 1);
}

function isList(value: object): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function walkList(given: readonly JsonValue[], redaction: Redaction, { depth, name }: Place): JsonValue {
  const list = withoutSpread(given, redaction);
  let result: JsonValue[] | undefined;
  for (let i = 0; i < list.length; i++) {
    // in range, and JSON has no holes
    const value = list[i] as JsonValue;
    const flag = i > 0 ? flagBefore(list[i - 1], redaction) : undefined;
    const redacted = walk(value, redaction, { depth: depth + 1, name: flag ?? name });
    if (redacted !== value) {
      result ??= [...list];
      result[i] = redacted;
    }
  }
  return result ?? list;
}

/** `["--password", "…"]`: arguments of a command. */
function flagBefore(value: JsonValue | undefined, redaction: Redaction): string | undefined {
  if (typeof value !== 'string' || !value.startsWith('-') || value.length > 64) return undefined;
  return wordsOfName(value, redaction) > 0 ? value : undefined;
}

type JsonObject = { readonly [key: string]: JsonValue };

function walkObject(object: JsonObject, redaction: Redaction, depth: number): JsonValue {
  const keys = Object.keys(object);
  let entries: [string, JsonValue][] | undefined;
  for (let i = 0; i < keys.length; i++) {
    // in range, and its own key, so the member is there
    const key = keys[i] as string;
    const value = object[key] as JsonValue;
    const words = wordsOfName(key, redaction);
    redaction.words += words;
    const newKey = words > 0 || redaction.matcher.searches || mayBePrivate(key) ? redactKey(key, redaction) : key;
    const name = words > 0 ? key : key === 'value' ? namedBeside(object, redaction) : undefined;
    const redacted = walk(value, redaction, { depth, name });
    if (redacted !== value || newKey !== key) {
      entries ??= keys.map((same) => [same, object[same] as JsonValue]);
      entries[i] = [newKey, redacted];
    }
  }
  return entries === undefined ? object : rebuilt(keys, entries);
}

/** Its words are counted by the caller. */
function redactKey(key: string, redaction: Redaction): string {
  const { words } = redaction;
  const redacted = redactText(key, redaction);
  redaction.words = words;
  return redacted;
}

/** `{"name": "API_KEY", "value": "…"}`: how lists of environment variables are written. */
function namedBeside(object: JsonObject, redaction: Redaction): string | undefined {
  const name = object['name'] ?? object['key'];
  return typeof name === 'string' && name.length <= 64 && wordsOfName(name, redaction) > 0 ? name : undefined;
}

function wordsOfName(name: string, { matcher, names }: Redaction): number {
  const known = names.get(name);
  if (known !== undefined) return known;
  const words = matcher.words(name);
  if (names.size >= namesKept) names.clear();
  // a name that long is no name but content
  if (name.length <= 48) names.set(name, words);
  return words;
}

function rebuilt(keys: readonly string[], entries: readonly (readonly [string, JsonValue])[]): JsonValue {
  const used = new Set(entries.flatMap(([key], i) => (key === keys[i] ? [key] : [])));
  return Object.fromEntries(
    entries.map(([key, value], i) => {
      if (key === keys[i]) return [key, value];
      let free = key;
      for (let n = 2; used.has(free); n++) free = `${key}~${n}`;
      used.add(free);
      return [free, value];
    }),
  );
}
