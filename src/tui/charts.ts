// Numbers as pictures, and as words where they are read aloud.
import { type Line, line, type Span, span, type Tone } from './lines.ts';

const steps = '▁▂▃▄▅▆▇█';
const shades = '·░▒▓█';

/** One sign for each value, the latest at the right; spoken, the least, the most and the latest. */
export function sparkline(values: readonly number[], columns: number, speaks: boolean): string {
  const shown = values.slice(-Math.max(1, columns));
  const most = Math.max(0, ...shown);
  if (speaks) return `from ${Math.min(...shown, most)} to ${most}, latest ${shown.at(-1) ?? 0}`;
  return shown.map((value) => stepOf(value, most)).join('');
}

function stepOf(value: number, most: number): string {
  if (value <= 0 || most <= 0) return steps.charAt(0);
  return steps.charAt(Math.min(steps.length - 1, Math.floor((value / most) * steps.length)));
}

/** A share from 0 to 1 as a bar; spoken, in percent. */
export function bar(share: number, columns: number, { speaks, tone = 'good' }: { speaks: boolean; tone?: Tone }): Line {
  const within = Math.min(1, Math.max(0, share));
  if (speaks) return line(percent(within));
  const full = Math.round(within * columns);
  return [span('█'.repeat(full), tone), span('░'.repeat(Math.max(0, columns - full)), 'dim')];
}

/** "83 %". */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** "12.3k", "4.5M": numbers where there is little room. */
export function short(value: number): string {
  if (value < 1_000) return String(Math.round(value));
  if (value < 1_000_000) return `${(value / 1_000).toFixed(value < 10_000 ? 1 : 0)}k`;
  return `${(value / 1_000_000).toFixed(value < 10_000_000 ? 1 : 0)}M`;
}

/** Parts of a whole beside each other, each with a sign and a tone of its own. */
export function stacked(
  parts: readonly { readonly value: number; readonly sign: string; readonly tone: Tone }[],
  columns: number,
): Line {
  const sum = parts.reduce((total, { value }) => total + value, 0);
  if (sum <= 0) return [];
  let used = 0;
  return parts.flatMap(({ value, sign, tone }, n): Span[] => {
    const wanted = Math.round((value / sum) * columns);
    const width = Math.max(0, n === parts.length - 1 ? columns - used : Math.min(wanted, columns - used));
    used += width;
    return width === 0 ? [] : [span(sign.repeat(width), tone)];
  });
}

const weekdays = ['Mon', '', 'Wed', '', 'Fri', '', 'Sun'];

/**
 * A calendar: a column for each week, a row for each weekday, the latest week at the right.
 * days: one value for each day, the last one is today. today: its weekday, 0 for Monday.
 */
export function heatMap(days: readonly number[], today: number, columns: number): readonly Line[] {
  const wide = columns >= 4 + 2 * Math.ceil((days.length + 6) / 7) ? 2 : 1;
  const weeks = Math.max(1, Math.min(Math.ceil((days.length + 6) / 7), Math.floor((columns - 4) / wide)));
  const most = Math.max(0, ...days);
  return weekdays.map((name, weekday) => {
    const cells = Array.from({ length: weeks }, (_, week) => {
      const back = (weeks - 1 - week) * 7 + today - weekday;
      const value = back < 0 ? undefined : days[days.length - 1 - back];
      return value === undefined ? ' '.repeat(wide) : shadeOf(value, most).repeat(wide);
    });
    return [span(name.padEnd(4), 'dim'), span(cells.join(''), 'good')];
  });
}

function shadeOf(value: number, most: number): string {
  if (value <= 0 || most <= 0) return shades.charAt(0);
  return shades.charAt(Math.min(shades.length - 1, 1 + Math.floor((value / most) * (shades.length - 1))));
}
