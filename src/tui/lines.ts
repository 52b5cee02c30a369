// What a screen is made of: lines of spans. Pure, so that every screen can be tested without a terminal.
import { cut, oneLine, widthOf } from '../cli/text.ts';

/** How a span looks. Colours are the sixteen of every terminal; nothing is said by colour alone. */
export type Tone = 'plain' | 'dim' | 'strong' | 'good' | 'warn' | 'bad' | 'accent' | 'picked';

export interface Span {
  readonly text: string;
  readonly tone: Tone;
}

export type Line = readonly Span[];

/** What a screen has to fill, and when. */
export interface Frame {
  readonly columns: number;
  readonly rows: number;
  readonly now: number;
  /** Read aloud: words instead of drawings, one thing below the other. */
  readonly speaks: boolean;
}

export const blank: Line = [];

/** Words of ours. */
export function span(text: string, tone: Tone = 'plain'): Span {
  return { text, tone };
}

/** Words of others, on one line and without anything that could move the cursor. */
export function theirs(text: string | null | undefined, tone: Tone = 'plain'): Span {
  return { text: oneLine(text ?? ''), tone };
}

/** What stands before a row: a mark where it is picked. */
export function pointer(isPicked: boolean): Span {
  return span(isPicked ? '› ' : '  ', 'accent');
}

/** The same line as it is read aloud. */
export function spoken(spans: Line): Line {
  return spans.map((each) => (each.text === '› ' ? { ...each, text: 'selected: ' } : each));
}

/** The same in fewer spans: what looks alike, and the space between, is drawn in one piece. */
export function merged(spans: Line): Line {
  const kept: Span[] = [];
  for (const each of spans) {
    const last = kept.at(-1);
    const isSpace = each.tone !== 'picked' && last?.tone !== 'picked' && /^ *$/.test(each.text);
    if (last && (last.tone === each.tone || isSpace)) kept[kept.length - 1] = { ...last, text: last.text + each.text };
    else kept.push(each);
  }
  return kept;
}

/** A line of one span. */
export function line(text: string, tone: Tone = 'plain'): Line {
  return [span(text, tone)];
}

/** Columns of a line. */
export function lineWidth(spans: Line): number {
  return spans.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** At most so many columns, with an ellipsis where something is missing. */
export function fitted(spans: Line, columns: number): Line {
  if (columns <= 0) return blank;
  const kept: Span[] = [];
  let room = columns;
  for (const [n, each] of spans.entries()) {
    const width = widthOf(each.text);
    const isLast = n === spans.length - 1;
    if (width < room || (width === room && isLast)) {
      kept.push(each);
      room -= width;
      continue;
    }
    kept.push({ ...each, text: cut(width === room ? `${each.text} ` : each.text, room) });
    break;
  }
  return kept;
}

/** Exactly so many columns. */
export function padded(spans: Line, columns: number): Line {
  const kept = fitted(spans, columns);
  const missing = columns - lineWidth(kept);
  return missing > 0 ? [...kept, span(' '.repeat(missing))] : kept;
}

/** A column of a table: exactly so many columns, numbers to the right. */
export function cell(each: Span, columns: number, side: 'left' | 'right' = 'left'): Span {
  const text = cut(each.text, Math.max(1, columns));
  const space = ' '.repeat(Math.max(0, columns - widthOf(text)));
  return { ...each, text: side === 'left' ? text + space : space + text };
}

/** Two blocks beside each other, with a gap between them. */
export function beside(left: readonly Line[], right: readonly Line[], leftColumns: number): readonly Line[] {
  const rows = Math.max(left.length, right.length);
  return Array.from({ length: rows }, (_, n) => [
    ...padded(left[n] ?? blank, leftColumns),
    span('  '),
    ...(right[n] ?? blank),
  ]);
}

/** A heading with a rule behind it; spoken, the words alone. */
export function heading(title: string, { columns, speaks }: Pick<Frame, 'columns' | 'speaks'>, note = ''): Line {
  const said: Line = [span(title, 'strong'), ...(note === '' ? [] : [span(`  ${oneLine(note)}`, 'dim')])];
  if (speaks) return said;
  const rest = columns - lineWidth(said) - 1;
  return rest < 3 ? fitted(said, columns) : [...said, span(` ${'─'.repeat(rest)}`, 'dim')];
}

/** A heading and what is below it, in exactly so many rows. */
export function block(
  title: string,
  body: readonly Line[],
  frame: Pick<Frame, 'columns' | 'rows' | 'speaks'>,
  note = '',
): readonly Line[] {
  return filled([heading(title, frame, note), ...body], frame.rows);
}

/** Exactly so many rows. */
export function filled(lines: readonly Line[], rows: number): readonly Line[] {
  const kept = lines.slice(0, Math.max(0, rows));
  return [...kept, ...Array.from({ length: Math.max(0, rows - kept.length) }, () => blank)];
}

/** A text broken into lines at words. */
export function wrapped(text: string, columns: number): readonly string[] {
  return text.split('\n').flatMap((part) => wrappedLine(part, Math.max(1, columns)));
}

function wrappedLine(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let now = '';
  for (const word of text.split(' ').flatMap((each) => pieces(each, columns))) {
    const longer = now === '' ? word : `${now} ${word}`;
    if (widthOf(longer) <= columns) now = longer;
    else {
      lines.push(now);
      now = word;
    }
  }
  return [...lines, now];
}

/** A word that is wider than the screen, in pieces that are not. */
function pieces(word: string, columns: number): readonly string[] {
  if (widthOf(word) <= columns) return [word];
  const parts: string[] = [];
  let part = '';
  for (const char of word) {
    if (part !== '' && widthOf(part + char) > columns) {
      parts.push(part);
      part = '';
    }
    part += char;
  }
  return [...parts, part];
}
