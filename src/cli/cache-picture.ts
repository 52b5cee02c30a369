// A bar for each request: what was read from the cache, written to it, and paid in full.
import type { Printer, Style } from './print.ts';

interface Pictured {
  readonly at: string;
  readonly read: number;
  readonly write: number;
  readonly uncached: number;
}

interface Row extends Pictured {
  readonly first: number;
  readonly last: number;
  readonly isBreak: boolean;
}

const mostRows = 40;
const widest = 60;
const narrowest = 10;
const left = 22;
const full = { read: '█', write: '▒', uncached: '░' } as const;

/** Lines of the picture, with a legend. Neighbours without a break share a line where there are many requests. */
export function pictureOf(
  requests: readonly Pictured[],
  print: Pick<Printer, 'columns' | 'paint'>,
  breaks: readonly { readonly request: number }[],
): readonly string[] {
  const broken = new Set(breaks.map(({ request }) => request));
  const rows = rowsOf(requests, broken);
  const width = Math.max(narrowest, Math.min(widest, print.columns - left));
  const longest = Math.max(1, ...rows.map(sizeOf));
  const legend = `${full.read} read  ${full.write} written  ${full.uncached} uncached  × break`;
  return [legend, ...rows.map((row) => line(row, { width, longest, print }))];
}

/** A break has a line of its own; the others share what lines are left, evenly. */
function rowsOf(requests: readonly Pictured[], broken: ReadonlySet<number>): readonly Row[] {
  const plain = requests.length - broken.size;
  const each = Math.max(1, Math.ceil(plain / Math.max(1, mostRows - 2 * broken.size)));
  const rows: Row[] = [];
  requests.forEach((request, n) => {
    const isBreak = broken.has(n + 1);
    const before = rows.at(-1);
    if (before && !isBreak && !before.isBreak && before.last - before.first + 1 < each) {
      rows[rows.length - 1] = joined(before, request, n + 1);
    } else rows.push({ ...request, first: n + 1, last: n + 1, isBreak });
  });
  return rows;
}

function joined(row: Row, request: Pictured, last: number): Row {
  const sum = { read: row.read + request.read, write: row.write + request.write };
  return { ...row, ...sum, uncached: row.uncached + request.uncached, last };
}

/** Tokens of one of its requests, in the mean. */
function sizeOf({ read, write, uncached, first, last }: Row): number {
  return (read + write + uncached) / (last - first + 1);
}

interface Drawing {
  readonly width: number;
  readonly longest: number;
  readonly print: Pick<Printer, 'paint'>;
}

function line(row: Row, { width, longest, print }: Drawing): string {
  const which = row.first === row.last ? `${row.first}` : `${row.first}-${row.last}`;
  const size = sizeOf(row);
  const cells = Math.max(1, Math.round((width * size) / longest));
  const part = (tokens: number) => (tokens / (row.last - row.first + 1) / Math.max(1, size)) * cells;
  const uncached = row.uncached === 0 ? 0 : Math.round(part(row.uncached));
  const write = Math.min(cells - uncached, Math.round(part(row.write)));
  const read = cells - uncached - write;
  const painted = (style: Style, cell: string, count: number) =>
    count === 0 ? '' : print.paint(style, cell.repeat(count));
  const bar = [
    painted('green', full.read, read),
    painted('yellow', full.write, write),
    painted('red', full.uncached, uncached),
  ].join('');
  const thousands = `${(size / 1000).toFixed(1)}k`;
  return `${row.isBreak ? '×' : ' '} ${which.padStart(9)} ${thousands.padStart(8)} ${bar}`;
}
