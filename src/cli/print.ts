import { styleText } from 'node:util';
import { cut, widthOf } from './text.ts';

/** The part of a stream that printing needs. */
export interface Sink {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

export interface PrintOptions {
  readonly stdout: Sink;
  readonly stderr: Sink;
  /** Colours are used only when this and the stream allow them. */
  readonly color: 'auto' | 'never';
  /** What may stand on stderr. */
  readonly talk: 'all' | 'errors' | 'none';
}

/** stdout is data, stderr is talk. Nothing here cleans text: see text.ts. */
export interface Printer {
  line(text: string): void;
  json(value: unknown): void;
  /** Rows with aligned columns; on a terminal the last column is cut to fit. Nothing for no rows. */
  table(rows: readonly (readonly string[])[]): void;
  paint(style: Style, text: string): string;
  /** Talk on stderr, left out when quiet. */
  note(text: string): void;
  /** An error or warning on stderr; left out only where stdout says it all (`--json`). */
  warn(text: string): void;
  /** Replaces the one changing line of progress on stderr; '' removes it. Only where isErrorTerminal. */
  redraw(text: string): void;
  readonly isErrorTerminal: boolean;
  readonly isTerminal: boolean;
  readonly columns: number;
}

/** Printing on two streams. */
export function createPrinter({ stdout, stderr, color, talk }: PrintOptions): Printer {
  const isTerminal = stdout.isTTY === true;
  const columns = isTerminal ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
  const coloured = isTerminal && color === 'auto';
  const line = (text: string) => void stdout.write(`${text}\n`);
  return {
    line,
    json: (value) => line(JSON.stringify(value)),
    table: (rows) => {
      for (const text of aligned(rows, columns)) line(text);
    },
    // the stream was looked at above, with streams that are not the process's own
    paint: (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text),
    note: (text) => void (talk === 'all' && stderr.write(`${text}\n`)),
    warn: (text) => void (talk !== 'none' && stderr.write(`${text}\n`)),
    redraw: (text) => void stderr.write(`\r\u001b[K${cut(text, (stderr.columns ?? 80) - 1)}`),
    // asked late: stderr is opened by its first use
    get isErrorTerminal() {
      return stderr.isTTY === true && talk === 'all';
    },
    isTerminal,
    columns,
  };
}

/** Lines of a table: two spaces between columns, none at the end, the last column cut so that a line fits. */
export function aligned(rows: readonly (readonly string[])[], columns: number): readonly string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.slice(0, -1).forEach((cell, n) => {
      widths[n] = Math.max(widths[n] ?? 0, widthOf(cell));
    });
  }
  return rows.map((row) => {
    const left = row.slice(0, -1).map((cell, n) => cell + ' '.repeat((widths[n] ?? 0) - widthOf(cell) + 2));
    const room = columns - widths.slice(0, row.length - 1).reduce((sum, width) => sum + width + 2, 0);
    const last = row.at(-1) ?? '';
    // a coloured cell is short by nature and is not cut: half an escape sequence would colour the rest of the screen
    const fitted = room < 12 || last.includes('\u001b') ? last : cut(last, room);
    return (left.join('') + fitted).trimEnd();
  });
}

/** "812 B", "3.4 MB": powers of 1,000. */
export function size(bytes: number): string {
  const names = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let n = 0;
  while (value >= 1000 && n < names.length - 1) {
    value /= 1000;
    n += 1;
  }
  return `${n === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${names[n]}`;
}

/** "1 session", "3 sessions". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
