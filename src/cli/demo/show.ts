import type { Printer } from '../print.ts';
import { cleaned, cut, widthOf } from '../text.ts';

/** How a demonstration speaks: never wider than a terminal of 80 columns, or 100 where there is room. */
export interface Show {
  heading(title: string): void;
  say(text: string): void;
  /** A command line that is run next. */
  command(line: string): void;
  /** What a program printed. fold: words go to the next line, or a row that is too long is cut. */
  output(text: string, options?: { readonly lines?: number; readonly fold?: 'wrap' | 'cut' }): void;
  held(what: string): void;
  failed(what: string): void;
  rows(rows: readonly (readonly [string, string])[]): void;
}

const narrow = 80;
const roomy = 100;
const margin = '   ';
const bar = '   │ ';

type Kind = 'heading' | 'say' | 'command' | 'output' | 'mark' | 'rows';

/** What may stand right below what; everything else gets an empty line before it. */
const joined: Readonly<Record<Kind, readonly Kind[]>> = {
  heading: [],
  say: ['heading', 'say'],
  command: ['heading', 'command', 'say'],
  output: ['command', 'output', 'say', 'heading'],
  mark: ['heading', 'say', 'command', 'output', 'rows', 'mark'],
  rows: ['heading', 'say', 'command'],
};

/** Shows on a printer, or nowhere where only the figures are asked for. */
export function createShow(print: Printer, as: 'text' | 'silent'): Show {
  const width = (print.isTerminal ? Math.min(roomy, print.columns) : narrow) - 1;
  let last: Kind | undefined;
  const put = (kind: Kind, lines: readonly string[]) => {
    if (as === 'silent' || lines.length === 0) return;
    if (last !== undefined && !joined[kind].includes(last)) print.line('');
    for (const line of lines) print.line(line.trimEnd());
    last = kind;
  };
  const marked = (mark: string, what: string) => {
    const lines = wrap(what, width - margin.length - 2, '');
    put(
      'mark',
      lines.map((line, n) => `${margin}${n === 0 ? mark : ' '} ${line}`),
    );
  };
  return {
    heading: (title) => put('heading', [print.paint('bold', cut(title, width))]),
    say: (text) =>
      put(
        'say',
        wrap(text, width - margin.length, '').map((line) => margin + line),
      ),
    command: (line) => {
      const lines = wrap(`$ ${line}`, width - margin.length, '    ');
      put(
        'command',
        lines.map((part) => margin + print.paint('cyan', part)),
      );
    },
    output: (text, { lines = 40, fold = 'wrap' } = {}) => {
      const room = width - widthOf(bar);
      const printed = cleaned(text).trimEnd().split('\n');
      const all = printed.flatMap((line) => (fold === 'cut' ? [cut(line, room)] : wrap(line, room, '  ')));
      const rest = all.length > lines ? [`… ${all.length - lines} more lines`] : [];
      put(
        'output',
        [...all.slice(0, lines), ...rest].map((line) => print.paint('dim', bar) + line),
      );
    },
    held: (what) => marked(print.paint('green', '✓'), what),
    failed: (what) => marked(print.paint('red', '✗'), what),
    rows: (rows) => {
      const left = Math.max(0, ...rows.map(([name]) => widthOf(name))) + margin.length + 2;
      const lines = rows.flatMap(([name, text]) =>
        wrap(text, width - left, '').map((line, n) => `${margin}${n === 0 ? name : ''}`.padEnd(left) + line),
      );
      put('rows', lines);
    },
  };
}

/**
 * Lines of at most so many columns, cut at single spaces where that is possible: what stands in columns keeps its gaps.
 * hang: what later lines begin with.
 */
export function wrap(text: string, columns: number, hang: string): readonly string[] {
  const indent = /^\s*/.exec(text)?.[0] ?? '';
  const lines: string[] = [];
  let line = '';
  for (const word of text.slice(indent.length).split(/(?<=\S) (?=\S)/)) {
    const longer = line === '' ? indent + word : `${line} ${word}`;
    if (line === '' || widthOf(longer) <= columns) line = longer;
    else {
      lines.push(line);
      line = indent + hang + word;
    }
  }
  return [...lines, line].map((each) => cut(each, columns));
}
