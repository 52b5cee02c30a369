// The piece of a text that shows why it was found.

import { stem } from './stem.ts';
import { nameParts, type Token, tokensOf, wordsOf } from './tokens.ts';

export interface Snippet {
  readonly snippet: string;
  /** Offsets into the snippet, in UTF-16 units, end exclusive. */
  readonly highlights: [number, number][];
}

const longest = 240;
const mostLines = 6;
const cut = '…';
/** Controls, and characters that turn the direction of what follows: a terminal or a model is not to obey found text. */
const unsafe = /[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The stems by which words of a question are recognised in a text. words: folded. */
export function stemsOf(words: readonly string[]): ReadonlySet<string> {
  return new Set(words.map(stem));
}

/**
 * A window of at most 240 characters and 6 lines with the most different words of the question, widened to sentence
 * or line borders; cut ends carry an ellipsis. A text without any of the words is shown from its beginning.
 */
export function snippetOf(text: string, stems: ReadonlySet<string>): Snippet {
  const clean = cleanText(text);
  const marks = marksOf(clean, stems);
  const { start, end } = clean.length <= longest ? { start: 0, end: clean.length } : windowOf(clean, marks);
  const shown = sixLines(clean.slice(start, end));
  const lead = start > 0 ? cut : '';
  const tail = start + shown.length < clean.length ? cut : '';
  const shift = lead.length - start;
  const inside = marks.filter((mark) => mark.start >= start && mark.end <= start + shown.length);
  return {
    snippet: `${lead}${shown}${tail}`,
    highlights: inside.map((mark) => [mark.start + shift, mark.end + shift]),
  };
}

/** A text without what a terminal or a model could take for more than text. */
export function cleanText(text: string): string {
  return text.replace(unsafe, ' ').trim();
}

/** Four decimals: more would show the noise of the last bits. */
export function rounded(score: number): number {
  return Math.round(score * 10_000) / 10_000;
}

interface Mark extends Token {
  readonly stems: readonly string[];
}

function marksOf(text: string, stems: ReadonlySet<string>): readonly Mark[] {
  // a stem begins as its word does: most words need no stemming to be known as others
  const initials = new Set([...stems].map((each) => each.charAt(0)));
  return tokensOf(text).flatMap((token) => {
    const own = initials.has(token.word.charAt(0)) ? stem(token.word) : '';
    const found = stems.has(own) ? [own] : stemsOfParts(text.slice(token.start, token.end), stems);
    return found.length > 0 ? [{ ...token, stems: found }] : [];
  });
}

/** Compound names are marked for any of their parts. */
function stemsOfParts(word: string, stems: ReadonlySet<string>): readonly string[] {
  if (/^(?:[A-Z]?[a-z]*|[0-9]+)$/.test(word)) return [];
  return wordsOf(nameParts(word))
    .map(stem)
    .filter((each) => stems.has(each));
}

/** Room for both ellipses is left. */
const room = longest - 2 * cut.length;

function windowOf(text: string, marks: readonly Mark[]): { start: number; end: number } {
  const { from, to } = richest(marks);
  const first = marks[from]?.start ?? 0;
  const last = Math.min(marks[to]?.end ?? 0, first + room);
  const start = startBefore(text, first, Math.floor((room - (last - first)) / 2));
  return { start, end: endAfter(text, last, start + room) };
}

/** The marks from `from` to `to` that fit into one window and have the most different stems; the first such run. */
function richest(marks: readonly Mark[]): { from: number; to: number } {
  let best = { from: 0, to: 0, count: 0 };
  for (let from = 0; from < marks.length; from += 1) {
    const seen = new Set<string>();
    for (let to = from; to < marks.length; to += 1) {
      if ((marks[to]?.end ?? 0) - (marks[from]?.start ?? 0) > room) break;
      for (const each of marks[to]?.stems ?? []) seen.add(each);
      if (seen.size > best.count) best = { from, to, count: seen.size };
    }
  }
  return best;
}

/** A sentence or line border at most `spare` before `at`, else a space, else the place itself. */
function startBefore(text: string, at: number, spare: number): number {
  const from = Math.max(0, at - spare);
  if (from === 0) return 0;
  const before = text.slice(from, at);
  const border = /(?:[.!?]\s+|\n\s*)(?=\S)/.exec(before);
  if (border) return from + border.index + border[0].length;
  const space = /\s+(?=\S)/.exec(before);
  return space ? from + space.index + space[0].length : whole(text, from);
}

/** The last sentence or line border after `at` and up to `limit`, else the last space, else the limit. */
function endAfter(text: string, at: number, limit: number): number {
  if (limit >= text.length) return text.length;
  const after = text.slice(at, limit);
  const border = Math.max(after.search(/[.!?](?=\s[^.!?\n]*$)/) + 1, after.lastIndexOf('\n'));
  if (border > after.length / 2) return at + border;
  const space = after.search(/\s\S*$/);
  return space > 0 ? at + space : whole(text, limit);
}

function whole(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code <= 0xdfff && at > 0 ? at - 1 : at;
}

function sixLines(text: string): string {
  return text.split('\n').slice(0, mostLines).join('\n').trimEnd();
}
