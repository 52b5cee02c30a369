// What a redaction pattern may not do. Patterns run on text nobody has checked, so their worst case must be
// bounded by their own length: no look-behind, no back-reference, no unbounded and no nested repetition.

/** The most characters one match may span. */
export const maxWindow = 64 * 1024;

/** What a piece of a pattern can span at most, and whether something in it repeats more than once. */
interface Piece {
  readonly span: number;
  readonly repeats: boolean;
}

interface Cursor {
  readonly source: string;
  at: number;
}

/** Why a pattern is not allowed; a reason for the person who wrote it. */
export class PatternFault extends Error {}

/**
 * Checks a pattern against the rules above.
 * source: an ECMAScript pattern that compiles, without flags. Throws PatternFault with the reason.
 */
export function lintPattern(source: string): void {
  const cursor: Cursor = { source, at: 0 };
  const { span } = alternatives(cursor);
  if (cursor.at < source.length) throw new PatternFault(`unexpected ")" at ${cursor.at}`);
  if (span > maxWindow) throw new PatternFault(`may span ${span} characters, more than ${maxWindow}`);
}

function alternatives(cursor: Cursor): Piece {
  let widest = sequence(cursor);
  while (cursor.source[cursor.at] === '|') {
    cursor.at++;
    const other = sequence(cursor);
    widest = { span: Math.max(widest.span, other.span), repeats: widest.repeats || other.repeats };
  }
  return widest;
}

function sequence(cursor: Cursor): Piece {
  let span = 0;
  let repeats = false;
  while (cursor.at < cursor.source.length && !'|)'.includes(cursor.source[cursor.at] ?? '')) {
    const piece = repetition(cursor, atom(cursor));
    span += piece.span;
    repeats ||= piece.repeats;
  }
  return { span, repeats };
}

function atom(cursor: Cursor): Piece {
  const { source } = cursor;
  const char = source[cursor.at];
  if (char === '(') return group(cursor);
  if (char === '[') skipClass(cursor);
  else if (char === '\\') skipEscape(cursor);
  else cursor.at++;
  return { span: char === '^' || char === '$' ? 0 : 1, repeats: false };
}

function group(cursor: Cursor): Piece {
  const { source, at } = cursor;
  if (/^\(\?<[=!]/.test(source.slice(at, at + 4))) throw new PatternFault(`look-behind at ${at}`);
  const opening = /^\((?:\?(?:[:=!]|<\w{1,32}>))?/.exec(source.slice(at, at + 40));
  const ahead = /^\(\?[=!]/.test(source.slice(at, at + 3));
  cursor.at += opening?.[0].length ?? 1;
  const inner = alternatives(cursor);
  cursor.at++;
  return { span: ahead ? 0 : inner.span, repeats: inner.repeats };
}

function skipClass(cursor: Cursor): void {
  cursor.at++;
  while (cursor.at < cursor.source.length && cursor.source[cursor.at] !== ']') {
    cursor.at += cursor.source[cursor.at] === '\\' ? 2 : 1;
  }
  cursor.at++;
}

function skipEscape(cursor: Cursor): void {
  const found = /^\\(?:u\{[0-9a-f]{1,6}\}|u[0-9a-f]{4}|x[0-9a-f]{2}|[pP]\{[^}]{1,40}\}|.)/i.exec(
    cursor.source.slice(cursor.at, cursor.at + 48),
  );
  if (/^\\[1-9k]/.test(found?.[0] ?? '')) throw new PatternFault(`back-reference at ${cursor.at}`);
  cursor.at += found?.[0].length ?? 1;
}

function repetition(cursor: Cursor, piece: Piece): Piece {
  const found = /^(?:[*+?]|\{(\d{1,6})(?:(,)(\d{0,6}))?\})/.exec(cursor.source.slice(cursor.at, cursor.at + 18));
  if (found === null) return piece;
  const most = mostTimes(found, cursor.at);
  cursor.at += found[0].length;
  if (cursor.source[cursor.at] === '?') cursor.at++;
  if (most > 1 && piece.repeats) throw new PatternFault(`nested repetition before ${cursor.at}`);
  return { span: piece.span * most, repeats: piece.repeats || most > 1 };
}

function mostTimes(found: RegExpExecArray, at: number): number {
  if (found[0] === '?') return 1;
  const bound = found[2] === undefined ? found[1] : found[3];
  if (bound === undefined || bound === '') throw new PatternFault(`unbounded repetition at ${at}`);
  return Number(bound);
}
