import { createHmac, type KeyObject } from 'node:crypto';
import { joinSpans, type Matcher, type Span } from './redact-match.ts';
import { dropPrivate } from './redact-private.ts';

/** After a replacement the text is looked at again, since one secret can hide where the next begins. */
const passes = 4;
/** Of a value only this much is read together with its name. */
const namedLength = 4096;

/** What one call of a redactor works with. */
export interface Redaction {
  readonly matcher: Matcher;
  readonly key: KeyObject;
  readonly counts: Record<string, number>;
  /** How many keywords a member name holds, for names seen before: they repeat by the thousand. */
  readonly names: Map<string, number>;
  /** Keywords met so far. */
  words: number;
}

/**
 * Redacts one text and counts what it replaced in the redaction handed in.
 * name: the member the text is the value of, when it is one: `{"password": "…"}` is an assignment too.
 */
export function redactText(value: string, redaction: Redaction, name?: string): string {
  const { text: kept, dropped } = dropPrivate(value);
  if (dropped > 0) count(redaction, 'private', dropped);
  const plain = redaction.matcher.find(kept);
  redaction.words += plain.words;
  let spans = name === undefined ? plain.spans : joinSpans([...plain.spans, ...namedSpans(kept, redaction, name)]);
  let text = kept;
  for (let pass = 0; pass < passes && spans.length > 0; pass++) {
    text = replaced(text, spans, redaction);
    spans = redaction.matcher.find(text).spans;
  }
  return text;
}

/** The value as it would stand behind its name in a source file, where quotes inside it must not end it. */
function namedSpans(value: string, { matcher }: Redaction, name: string): readonly Span[] {
  const head = `${name}: "`;
  const shown = value.slice(0, namedLength);
  const { spans } = matcher.find(`${head}${shown.replace(/["'`\\]/g, '_')}"`);
  return spans.flatMap((span) => {
    const start = Math.max(0, span.start - head.length);
    const end = Math.min(shown.length, span.end - head.length);
    return end > start && !shown.slice(start, end).includes('⟨') ? [{ ...span, start, end }] : [];
  });
}

function replaced(text: string, spans: readonly Span[], redaction: Redaction): string {
  const marks = new Map<string, string>();
  let result = '';
  let from = 0;
  for (const { start, end, kind } of spans) {
    const secret = text.slice(start, end);
    const mark = marks.get(secret) ?? markOf(secret, redaction);
    marks.set(secret, mark);
    result += text.slice(from, start) + placeholder(kind, mark);
    count(redaction, kind, 1);
    from = end;
  }
  return result + text.slice(from);
}

/** What tells equal secrets from different ones, to nobody without the key. */
export function markOf(secret: string, { key }: Redaction): string {
  return createHmac('sha256', key).update(secret).digest('hex').slice(0, 4);
}

/** What stands where a secret stood. */
export function placeholder(kind: string, mark: string): string {
  return `⟨secret:${kind}#${mark}⟩`;
}

/** Adds to the count of a kind. */
export function count({ counts }: Redaction, kind: string, by: number): void {
  counts[kind] = (counts[kind] ?? 0) + by;
}
