// Secrets leave a text before anything keeps it. What stays is a placeholder that tells equal secrets from
// different ones to those who hold the workspace's redaction key, and tells nobody anything else.

import { createSecretKey } from 'node:crypto';
import type { JsonValue } from './captured.ts';
import { createMatcher, type Matcher } from './redact-match.ts';
import { mayBePrivate } from './redact-private.ts';
import type { RedactionRules } from './redact-rules.ts';
import { type Redaction, redactText } from './redact-text.ts';
import { redactJson } from './redact-walk.ts';

/** How many secrets of each kind were replaced; `{}` when none. `private` counts dropped private passages. */
export type Counts = Readonly<Record<string, number>>;

export interface Redactor {
  /** A text after redaction. */
  text(value: string): { readonly text: string; readonly counts: Counts };
  /** A value after redaction of every string and key at any depth; the very same value when nothing was replaced. */
  json(value: JsonValue): { readonly value: JsonValue; readonly counts: Counts };
  /**
   * One line of JSON as an agent wrote it: the parsed value after redaction, and the line to keep, which is the
   * very same string when nothing was replaced. A line that is no JSON comes back redacted as text, without value.
   */
  line(raw: string): { readonly value: JsonValue | undefined; readonly line: string; readonly counts: Counts };
}

const backslash = 92;

/**
 * Makes a redactor for one workspace.
 * rules: from parseRules. key: the redaction key of the workspace, from which the four hexadecimal digits of
 * `⟨secret:<kind>#<hex>⟩` come (HMAC-SHA-256 of the secret, first 16 bits). Same input, same output; a
 * placeholder already in a text stays as it is. Text from `<private>` to its `</private>`, or to the end of that
 * string when it is never closed, becomes `⟨private⟩`. Strings of one list are read as the lines of one text too.
 */
export function createRedactor(rules: RedactionRules, key: Uint8Array): Redactor {
  const matcher = createMatcher(rules);
  const names = new Map<string, number>();
  // as an object: handing the bytes over again costs more than the HMAC itself
  const secretKey = createSecretKey(key);
  const begin = (): Redaction => ({ matcher, key: secretKey, counts: {}, names, words: 0 });
  return {
    text: (value) => {
      const redaction = begin();
      return { text: redactText(value, redaction), counts: redaction.counts };
    },
    json: (value) => {
      const redaction = begin();
      return { value: redactJson(value, redaction), counts: redaction.counts };
    },
    line: (raw) => redactLine(raw, begin()),
  };
}

function redactLine(raw: string, redaction: Redaction): ReturnType<Redactor['line']> {
  const { matcher, counts } = redaction;
  const parsed = parse(raw);
  if (parsed === undefined) return { value: undefined, line: redactText(raw, redaction), counts };
  const words = wordsOfLine(raw, matcher);
  if (words === 0 && !matcher.searches && !raw.includes('\\u') && !mayBePrivate(raw)) {
    return { value: parsed, line: raw, counts };
  }
  const value = redactJson(parsed, redaction);
  // A member given twice is parsed once: what the first one holds is in the line though not in the value.
  const asSeen = value === parsed && redaction.words >= words;
  return { value, line: asSeen ? raw : JSON.stringify(value), counts };
}

function parse(raw: string): JsonValue | undefined {
  try {
    // what JSON.parse returns is a JsonValue by definition
    return JSON.parse(raw) as JsonValue;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** A word whose first letter belongs to an escape is none: `\nda` is a line break before `da`. */
function wordsOfLine(raw: string, matcher: Matcher): number {
  let escaped = 0;
  const all = matcher.words(raw, (start) => {
    if (raw.charCodeAt(start - 1) === backslash) escaped++;
  });
  return all - escaped;
}
