import { duration } from '../../cli/when.ts';
import { bar, heatMap, short, sparkline } from '../charts.ts';
import { type DayTotals, weekdayOf } from '../days.ts';
import {
  beside,
  blank,
  cell,
  type Frame,
  heading,
  type Line,
  line,
  pointer,
  type Span,
  span,
  theirs,
} from '../lines.ts';
import type { Activity } from '../screens/activity.ts';
import { type Asked, nothingYet } from './overview.ts';

interface Metric {
  readonly name: string;
  readonly of: (day: DayTotals) => number;
  readonly said: (value: number) => string;
}

/** What can be looked at day by day. */
export const metrics: readonly Metric[] = [
  { name: 'sessions', of: (day) => day.sessions, said: (value) => short(value) },
  { name: 'commits', of: (day) => day.commits, said: (value) => short(value) },
  { name: 'tokens', of: (day) => day.tokens, said: (value) => short(value) },
  { name: 'cost', of: (day) => day.cost, said: (value) => `$${value.toFixed(2)}` },
];

/** The activity screen as lines. metric: which one the calendar shows. */
export function activityView(asked: Asked<Activity>, metric: number, frame: Frame): readonly Line[] {
  const found = asked.value;
  if (!found) return nothingYet(asked);
  const picked = metrics[metric] ?? metrics[0];
  if (!picked) return [];
  const calendar = calendarOf(found, picked, frame);
  const isWide = frame.columns >= 110 && !frame.speaks;
  const half = Math.floor((frame.columns - 2) / 2);
  const rest = { ...frame, columns: frame.columns - half - 2 };
  const below = isWide
    ? beside(agents(found, { ...frame, columns: half }), editors(found, rest), half)
    : [...agents(found, frame), ...editors(found, frame)];
  return [...sparklines(found, picked, frame), ...calendar, ...(frame.rows >= 34 ? [blank] : []), ...below];
}

function sparklines({ days, partial }: Activity, picked: Metric, frame: Frame): readonly Line[] {
  const width = Math.max(8, Math.min(frame.columns - 34, 182));
  const shown = days.slice(-width);
  const rows = metrics.map(({ name, of, said }): Line => {
    const values = shown.map(of);
    const today = values.at(-1) ?? 0;
    const sum = values.reduce((total, value) => total + value, 0);
    return [
      pointer(name === picked.name),
      cell(span(name, name === picked.name ? 'strong' : 'plain'), 9),
      span(sparkline(values, width, frame.speaks), 'accent'),
      span(`  ${said(sum)}`, 'strong'),
      span(`, today ${said(today)}`, 'dim'),
    ];
  });
  const note = partial ? `${shown.length} days, the latest sessions alone` : `${shown.length} days`;
  return [heading('By day', frame, note), ...rows];
}

function calendarOf({ days }: Activity, { name, of, said }: Metric, frame: Frame): readonly Line[] {
  const last = days.at(-1);
  if (!last) return [];
  const most = days.reduce((best, day) => (of(day) > of(best) ? day : best), last);
  const busy = days.filter((day) => of(day) > 0).length;
  const note = of(most) === 0 ? 'nothing yet' : `${busy} days of ${days.length}, most ${said(of(most))} on ${most.day}`;
  const head = heading(`Calendar of ${name}`, frame, note);
  if (frame.speaks) return [head];
  return [head, ...heatMap(days.map(of), weekdayOf(last.day), frame.columns)];
}

function agents({ agents: rows }: Activity, frame: Frame): readonly Line[] {
  const head = heading('By agent', frame, 'tokens, cost');
  if (rows.length === 0) return [head, line('no requests with usage yet', 'dim')];
  const sum = (row: (typeof rows)[number]) => row.fresh + row.cache_read + row.cache_write + row.output;
  const most = Math.max(1, ...rows.map(sum));
  return [
    head,
    ...rows
      .toSorted((a, b) => sum(b) - sum(a))
      .slice(0, 6)
      .map((row): Line => {
        const cost: Span = span(row.cost === null ? '' : `  $${row.cost.toFixed(2)}`, 'dim');
        return [
          cell(theirs(row.name ?? row.group), 14),
          ...bar(sum(row) / most, 16, { speaks: frame.speaks }),
          cell(span(short(sum(row))), 8, 'right'),
          cost,
        ];
      }),
  ];
}

function editors({ editors: found }: Activity, frame: Frame): readonly Line[] {
  const head = heading('In editors', frame, found.total_ms === 0 ? '' : duration(found.total_ms));
  if (found.total_ms === 0) return [head, line('no editor tells: see Editors in the README', 'dim')];
  return [
    head,
    ...found.files
      .slice(0, 6)
      .map(
        ({ name, ms }): Line => [
          cell(span(duration(ms)), 11),
          ...bar(ms / found.total_ms, 10, { speaks: frame.speaks, tone: 'accent' }),
          span('  '),
          theirs(name),
        ],
      ),
  ];
}
