// Canonical text: the same content gives the same bytes, whoever reads it, wherever and whenever.
import { cleanLines } from '../../../core/clean.ts';

/**
 * Characters that are visible and composed as they are: most texts hold no others, and looking for each that is to be taken
 * out takes ten times as long. ASCII, Latin, punctuation, signs of money, arrows and signs, kana, Han, Hangul.
 */
const plain =
  /^[\t\n\x20-\x7e\u00a0-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u2328\u232b-\u2adb\u2add-\u2bff\u3041-\u3096\u30a1-\u30fa\u4e00-\u9fff\uac00-\ud7a3]*$/;
// begins only where the blanks begin, so that a long row of them is gone through once
const trailing = /(?<![ \t])[ \t]+$/gm;
const anyTrailing = /[ \t](?:\n|$)/;
const frame = /<(?=[\s/]{0,20}(?:prsist-memory|system-reminder|document\b))/gi;
const pieceChars = 16 * 1024;

/**
 * A text as it stands in a context: well-formed, NFC, lines ended by LF, nothing invisible, no blanks at the ends of lines,
 * nothing that looks like our own frame, exactly one LF at its end. '' for a blank one.
 */
export function contextText(text: string): string {
  const visible = plain.test(text) ? text : cleanLines(text);
  const lines = withoutBlankEnds(anyTrailing.test(visible) ? visible.replace(trailing, '') : visible);
  return lines === '' ? '' : `${lines.replace(frame, '&lt;')}\n`;
}

function withoutBlankEnds(text: string): string {
  let [from, to] = [0, text.length];
  while (from < to && text[from] === '\n') from += 1;
  while (to > from && text[to - 1] === '\n') to -= 1;
  return text.slice(from, to);
}

/** A file or document as it stands in a context: between two fixed lines, one of which names it. */
export function framedDocument(name: string, body: string): string {
  return `<document name="${attribute(name)}">\n${body}</document>\n`;
}

function attribute(name: string): string {
  return contextText(name).trim().replace(/\s+/g, ' ').replaceAll('"', '&quot;');
}

/**
 * A canonical text in pieces of about 16 KiB, cut before headings, else between paragraphs, else between lines; put
 * together they are the text. So a change at the end of a long file leaves what stands before it as it was.
 */
export function pieces(text: string): readonly string[] {
  const found: string[] = [];
  let rest = text;
  while (rest.length > pieceChars) {
    const at = cutAt(rest);
    found.push(rest.slice(0, at));
    rest = rest.slice(at);
  }
  return [...found, rest];
}

/** The last heading in the second half of what fits; else the last blank line there, the last line, or what fits. */
function cutAt(text: string): number {
  const fits = text.slice(0, pieceChars);
  const least = pieceChars / 2;
  for (const border of [/\n(?=#{1,6} )/g, /\n\n/g, /\n/g]) {
    const last = [...fits.matchAll(border)].at(-1);
    if (last && last.index >= least) return last.index + last[0].length;
  }
  return fits.isWellFormed() ? fits.length : fits.length - 1;
}
