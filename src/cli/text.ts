// Remembered text on its way to a terminal, and how wide it is there.

/** Escape sequences as a whole (CSI, OSC and the rest), so that no half of one is left standing as text. */
const escapes =
  /\u001b\[[0-?]*[ -/]*[@-~]|\u001b[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[ -/]*[0-~]?|\u009b[0-?]*[ -/]*[@-~]/g;
/** Control characters but tab and line feed; bidirectional overrides and isolates; zero-width and other invisible ones. */
const hidden =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;
const wide =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|[\uff01-\uff60]/u;
const marks = /\p{Mn}|\p{Me}|\ufe0f|\u200d/u;

/** Text with everything taken out that could move the cursor, hide or reorder text on a terminal. Lines are kept. */
export function cleaned(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(escapes, '').replace(hidden, '');
}

/** The same on one line. */
export function oneLine(text: string): string {
  return cleaned(text).replace(/\s+/g, ' ').trim();
}

/** Columns a text takes, colours not counted. */
export function widthOf(text: string): number {
  let width = 0;
  for (const char of text.replace(escapes, '')) width += charWidth(char);
  return width;
}

/** At most so many columns, with an ellipsis where something is missing. Text without colours. */
export function cut(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let width = 0;
  let kept = '';
  for (const char of text) {
    width += charWidth(char);
    if (width > columns - 1) break;
    kept += char;
  }
  return `${kept.trimEnd()}…`;
}

function charWidth(char: string): number {
  if (char < '\u0300') return 1;
  if (marks.test(char)) return 0;
  return wide.test(char) ? 2 : 1;
}
