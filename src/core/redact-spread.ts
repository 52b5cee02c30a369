// Tools hand over files as lists of lines, and agents say one thing in several blocks. A secret or a private passage that
// begins in one and ends in another is seen only when they are read together.
import type { JsonValue } from './captured.ts';
import { joinSpans, type Span, type Stretch } from './redact-match.ts';
import { privatePassages } from './redact-private.ts';
import { count, markOf, placeholder, type Redaction } from './redact-text.ts';

/** What secrets of several lines show in one of them; nothing else is worth reading twice. */
const mayBegin = /-----(?:BEGIN|END)|PuTTY-User|machine |(?:<|\\u003c)\s{0,2}private/i;
const privateKind = 'private';

/** The same list, with what its texts hold when read together replaced in each; the very same list when that is nothing. */
export function withoutSpread(list: readonly JsonValue[], redaction: Redaction): readonly JsonValue[] {
  if (list.length < 2) return list;
  const texts = list.map(textOf);
  if (!texts.some((text) => text !== undefined && mayBegin.test(text))) return list;
  const joined = texts.map((text) => text ?? '').join('\n');
  const isLines = list.every((each) => typeof each === 'string');
  const places = placesOf(texts);
  const spans = joinSpans([...privateSpans(joined, isLines), ...redaction.matcher.find(joined).spans]);
  const spread = spans.map((span) => ({ ...span, mark: markFor(joined, span, redaction) }));
  if (spread.length === 0) return list;
  let first = 0;
  return list.map((each, i) => {
    const place = places[i] as Stretch; // one for each
    while (first < spread.length && (spread[first] as Stretch).end <= place.start) first++;
    const inside = spread.slice(first, lastIn(spread, place, first));
    return texts[i] === undefined || inside.length === 0 ? each : withText(each, cut(joined, place, inside));
  });
}

interface Marked extends Stretch {
  readonly mark: string;
}

function textOf(value: JsonValue): string | undefined {
  if (typeof value === 'string') return value;
  if (value === null || typeof value !== 'object' || !('type' in value) || !('text' in value)) return undefined;
  return typeof value.text === 'string' ? value.text : undefined;
}

function withText(value: JsonValue, text: string): JsonValue {
  if (typeof value === 'string') return text;
  // only a block that has a text has a place
  return { ...(value as { readonly [key: string]: JsonValue }), text };
}

function placesOf(texts: readonly (string | undefined)[]): readonly Stretch[] {
  let at = 0;
  return texts.map((text) => {
    const start = at;
    at += (text?.length ?? 0) + 1;
    return { start, end: at - 1 };
  });
}

function lastIn(marked: readonly Marked[], place: Stretch, first: number): number {
  let last = first;
  while ((marked[last]?.start ?? place.end) < place.end) last++;
  return last;
}

/** Blocks of a conversation may be said by different speakers: there only a passage that is closed goes on in the next. */
function privateSpans(joined: string, isLines: boolean): readonly Span[] {
  return privatePassages(joined)
    .filter(({ end }) => isLines || /(?:>|\\u003e)$/.test(joined.slice(Math.max(0, end - 6), end)))
    .map((passage) => ({ ...passage, kind: privateKind, order: -1 }));
}

function markFor(joined: string, span: Span, redaction: Redaction): string {
  count(redaction, span.kind, 1);
  if (span.kind === privateKind) return '⟨private⟩';
  return placeholder(span.kind, markOf(joined.slice(span.start, span.end), redaction));
}

function cut(joined: string, place: Stretch, marked: readonly Marked[]): string {
  let kept = '';
  let from = place.start;
  for (const { start, end, mark } of marked) {
    kept += joined.slice(from, Math.max(from, start)) + mark;
    from = Math.min(place.end, end);
  }
  return kept + joined.slice(from, place.end);
}
