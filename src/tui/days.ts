import { localDay } from '../cli/when.ts';
import type { SessionLine, Usage } from './replies.ts';

/** What was done on one day. */
export interface DayTotals {
  /** 2026-03-04, on the clock of this machine. */
  readonly day: string;
  readonly sessions: number;
  /** Of the sessions that were at work last on this day. */
  readonly commits: number;
  readonly tokens: number;
  readonly cost: number;
}

interface Told {
  readonly usage: readonly Usage[];
  readonly sessions: readonly Pick<SessionLine, 'start_time' | 'last_activity' | 'commit_count'>[];
  readonly today: string;
  readonly count: number;
}

/** Every day up to today, also those on which nothing was done. */
export function perDay({ usage, sessions, today, count }: Told): readonly DayTotals[] {
  const begun = countedBy(sessions, ({ start_time }) => [localDay(Date.parse(start_time)), 1]);
  const commits = countedBy(sessions, (each) => [localDay(Date.parse(each.last_activity)), each.commit_count]);
  const used = new Map(usage.map((row) => [row.group, row]));
  return daysUpTo(today, count).map((day) => {
    const row = used.get(day);
    const tokens = row ? row.fresh + row.cache_read + row.cache_write + row.output : 0;
    return { day, sessions: begun.get(day) ?? 0, commits: commits.get(day) ?? 0, tokens, cost: row?.cost ?? 0 };
  });
}

function countedBy<T>(items: readonly T[], of: (item: T) => readonly [string, number]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) {
    const [day, count] = of(item);
    counts.set(day, (counts.get(day) ?? 0) + count);
  }
  return counts;
}

/** Names of days, the last one is today: by noon in UTC, which no change of clocks moves to another day. */
function daysUpTo(today: string, count: number): readonly string[] {
  const noon = Date.parse(`${today}T12:00:00Z`);
  return Array.from({ length: count }, (_, n) =>
    new Date(noon - (count - 1 - n) * 86_400_000).toISOString().slice(0, 10),
  );
}

/** 0 for Monday. */
export function weekdayOf(day: string): number {
  return (new Date(`${day}T12:00:00Z`).getUTCDay() + 6) % 7;
}
