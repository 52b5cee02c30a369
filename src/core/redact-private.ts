// Passages that their author does not want kept.
import type { Stretch } from './redact-match.ts';

const privateMark = '⟨private⟩';
/** In text that is no JSON any more, cut or broken, the brackets may still be escaped. */
const tag = /(?:<|\\u003c)\s{0,2}(\/?)private\s{0,2}(?:>|\\u003e)/gi;

/** True when a text, or a line of JSON, may hold a private passage. */
export function mayBePrivate(text: string): boolean {
  return (text.includes('<') || text.includes('\\u003')) && /(?:<|\\u003c)\s{0,2}private/i.test(text);
}

/**
 * Where the private passages of a text are, tags included: `<private>` to its `</private>`, in either case.
 * Passages may be nested. One that is never closed reaches to the end of the text: keeping too little is the
 * safer mistake. A tag quoted on its own (`<private>` between two equal quote marks) is talk about the tag.
 */
export function privatePassages(text: string): readonly Stretch[] {
  if (!mayBePrivate(text)) return [];
  const passages: Stretch[] = [];
  let start = 0;
  let depth = 0;
  for (const { 0: found, 1: slash, index } of text.matchAll(tag)) {
    const end = index + found.length;
    if (isQuoted(text, index, end)) continue;
    if (slash === '') {
      if (depth === 0) start = index;
      depth++;
    } else if (depth > 0) {
      depth--;
      if (depth === 0) passages.push({ start, end });
    }
  }
  return depth > 0 ? [...passages, { start, end: text.length }] : passages;
}

/** Replaces each private passage by `⟨private⟩`. */
export function dropPrivate(text: string): { readonly text: string; readonly dropped: number } {
  const passages = privatePassages(text);
  if (passages.length === 0) return { text, dropped: 0 };
  let kept = '';
  let from = 0;
  for (const { start, end } of passages) {
    kept += text.slice(from, start) + privateMark;
    from = end;
  }
  return { text: kept + text.slice(from), dropped: passages.length };
}

function isQuoted(text: string, start: number, end: number): boolean {
  const before = text[start - 1];
  return before !== undefined && before === text[end] && '"\'`'.includes(before);
}
