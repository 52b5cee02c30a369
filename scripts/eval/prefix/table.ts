import { type Column, closed, rows } from './columns.ts';

/** The columns of one trace as a table: percent answered, in brackets percent of Belady and of the ceiling. */
export function table(columns: readonly Column[]): string {
  const line = (name: string, cell: (column: Column) => string) => `| ${name} | ${columns.map(cell).join(' | ')} |`;
  const share = (part: number, { belady, ceiling }: Column) =>
    `${part.toFixed(2)} (${((100 * part) / belady).toFixed(0)} · ${((100 * part) / ceiling).toFixed(0)})`;
  return [
    line('blocks', ({ capacity }) => String(capacity)),
    `|---|${columns.map(() => '---').join('|')}|`,
    ...rows.map((row) => line(row, (column) => share(column.answered[row], column))),
    line('Belady', (column) => share(column.belady, column)),
    line('auto − lru, points', ({ answered }) => (answered.auto - answered.lru).toFixed(2)),
    line('auto, of the way from lru to Belady', (column) => `${closed(column, 'auto').toFixed(0)} %`),
  ].join('\n');
}
