import { PrsistError } from '../core/errors.ts';

const units = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** How long ago, for lists: "now", "5m ago", "3h ago", "2d ago", later the day; "in 6d" for times to come. at: RFC 3339. */
export function relativeTime(at: string, nowMs: number): string {
  const distanceMs = nowMs - Date.parse(at);
  if (Number.isNaN(distanceMs)) return at;
  const size = Math.abs(distanceMs);
  if (size < units.m) return 'now';
  if (size >= 30 * units.d) return at.slice(0, 10);
  const unit = size < units.h ? 'm' : size < units.d ? 'h' : 'd';
  const amount = size / units[unit];
  return distanceMs > 0 ? `${Math.floor(amount)}${unit} ago` : `in ${Math.round(amount)}${unit}`;
}

/** A time in full, for one thing shown: "2026-03-04 09:15:00 UTC (3h ago)". */
export function absoluteTime(at: string, nowMs: number): string {
  return `${at.slice(0, 19).replace('T', ' ')} UTC (${relativeTime(at, nowMs)})`;
}

/** A time on the clock of this machine: "15:30" today, else "2026-03-04 15:30". at: RFC 3339. */
export function localTime(at: string, nowMs: number): string {
  const day = localDay(Date.parse(at));
  const time = new Date(at).toTimeString().slice(0, 5);
  return day === localDay(nowMs) ? time : `${day} ${time}`;
}

/** The day of a moment in the time zone of this machine: "2026-03-04". */
export function localDay(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** "2 h 05 min", "14 min": a length of time for people. */
export function duration(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 60) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** Milliseconds of "30m", "12h", "7d" or "2w"; undefined for anything else. */
export function durationMs(text: string): number | undefined {
  const [, amount, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
  // the pattern lets only these letters through
  return amount === undefined ? undefined : Number(amount) * units[unit as keyof typeof units];
}

/** RFC 3339 of a moment given as such, as a day, or as a time span back from now ("7d"). field: the option, for the error. */
export function momentBefore(text: string, nowMs: number, field: string): string {
  const back = durationMs(text);
  const atMs = back === undefined ? Date.parse(text) : nowMs - back;
  if (Number.isNaN(atMs) || (back === undefined && !/^\d{4}-\d\d-\d\d/.test(text))) {
    throw new PrsistError('input/invalid', `${field}: "${text}" is no time`, {
      field,
      hint: 'say 30m, 12h, 7d, 2w, 2026-03-04 or 2026-03-04T09:15:00Z',
    });
  }
  return new Date(atMs).toISOString();
}
