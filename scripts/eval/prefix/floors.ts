// What the policies must reach, and which columns are below it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Column, closed } from './columns.ts';

export interface Floors {
  /** In these columns `lru` answers so many percent of what the best cache, and one that never forgets, would. */
  readonly lru: { readonly columns: readonly string[]; readonly of_belady: number; readonly of_ceiling: number };
  readonly auto: {
    /** Points that `auto` may be behind `lru` in any column. */
    readonly behind_lru: number;
    /** Percent of the way from `lru` to the best, the mean of the pressed columns of one trace, and of all. */
    readonly closed_one_trace: number;
    readonly closed_all_traces: number;
  };
  /** The cache is smaller than what is open where `lru` answers less than so many percent of what the best would. */
  readonly pressed: number;
}

/** The floors stored beside this file. */
export function storedFloors(): Floors {
  return JSON.parse(readFileSync(join(import.meta.dirname, 'floors.json'), 'utf8')) as Floors; // checked by a test
}

const titled = ({ trace, capacity }: Column) => `${trace} ${capacity}`;
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

/** Where the cache is smaller than what is open: what leaves is needed again soon. */
export function pressed(columns: readonly Column[], floors: Floors): readonly Column[] {
  return columns.filter(({ answered, belady }) => answered.lru < (floors.pressed / 100) * belady);
}

/** Mean percentage of the way from `lru` to the best in the pressed columns; undefined where there is none. */
export function meanClosed(columns: readonly Column[], floors: Floors): number | undefined {
  const shares = pressed(columns, floors).map((column) => closed(column, 'auto'));
  return shares.length === 0 ? undefined : mean(shares);
}

/** A line for each floor that is missed. `whole`: the columns are those of all traces that are tuned on. */
export function below(columns: readonly Column[], floors: Floors, whole: boolean): readonly string[] {
  const lines = columns.flatMap((column) => [...lruBelow(column, floors), ...autoBehind(column, floors)]);
  const traces = [...new Set(columns.map(({ trace }) => trace))];
  for (const trace of traces) {
    const share = meanClosed(
      columns.filter((column) => column.trace === trace),
      floors,
    );
    const least = floors.auto.closed_one_trace;
    if (share !== undefined && share < least) lines.push(`${trace}: auto closes ${share.toFixed(1)} % < ${least} %`);
  }
  const share = whole ? (meanClosed(columns, floors) ?? 0) : undefined;
  const least = floors.auto.closed_all_traces;
  if (share !== undefined && share < least) lines.push(`all traces: auto closes ${share.toFixed(1)} % < ${least} %`);
  return lines;
}

function lruBelow(column: Column, { lru }: Floors): readonly string[] {
  if (!lru.columns.includes(titled(column))) return [];
  const of = {
    belady: (100 * column.answered.lru) / column.belady,
    ceiling: (100 * column.answered.lru) / column.ceiling,
  };
  return [
    ...(of.belady < lru.of_belady
      ? [`${titled(column)}: lru ${of.belady.toFixed(1)} % of Belady < ${lru.of_belady} %`]
      : []),
    ...(of.ceiling < lru.of_ceiling
      ? [`${titled(column)}: lru ${of.ceiling.toFixed(1)} % of the ceiling < ${lru.of_ceiling} %`]
      : []),
  ];
}

function autoBehind(column: Column, { auto }: Floors): readonly string[] {
  const behind = column.answered.lru - column.answered.auto;
  if (behind <= auto.behind_lru) return [];
  return [`${titled(column)}: auto ${behind.toFixed(2)} points behind lru > ${auto.behind_lru}`];
}
