// The times a question names: days, months, years, and what people say of the time before now. They move the order of
// results and never hide one; only since and until filter. All in UTC.

/** A stretch of time, both ends included, in milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Times named in a question. */
export interface NamedTimes {
  readonly spans: readonly Span[];
  /** A month without a year: 0 to 11, of any year; with a day when one is named. */
  readonly months: readonly { readonly month: number; readonly day: number | undefined }[];
  /** Where each stands in the question: their words are no words to look for. */
  readonly texts: readonly string[];
}

export const dayMs = 86_400_000;
const monthNames = 'january february march april may june july august september october november december'.split(' ');
const shortNames = monthNames.map((name) => name.slice(0, 3));
const month = `(?<month>${[...monthNames, ...shortNames].join('|')})`;
const year = '(?<year>(?:19|20)\\d\\d)';
const day = '(?<day>[0-3]?\\d)(?:st|nd|rd|th)?';
const unit = '(?<unit>day|week|month|year)';

/** Tried in this order; what one takes, the others do not see. */
const forms: readonly (readonly [RegExp, (groups: Groups, now: number) => Named | undefined])[] = [
  [form('(?<year>(?:19|20)\\d\\d)-(?<number>[01]\\d)-(?<day>[0-3]\\d)'), isoDay],
  [form('(?<year>(?:19|20)\\d\\d)-(?<number>[01]\\d)'), isoMonth],
  [form(`${day}(?: of)? ${month}(?:,? ${year})?`), namedDay],
  [form(`${month} ${day}(?!\\d)(?:,? ${year})?`), namedDay],
  [form(`${month}(?:,? ${year})?`), namedMonth],
  [form(`(?:in|of|since|during|year) ${year}`), wholeYear],
  [form(`(?<count>\\d{1,3}|a|an|one|two|three|four|five|six) ${unit}s? ago`), ago],
  [form(`last ${unit}`), lastUnit],
  [form(`this ${unit}`), thisUnit],
  [form('(?<word>yesterday|today)'), dayWord],
];

type Groups = Readonly<Record<string, string | undefined>>;
type Named = { readonly span: Span } | { readonly month: number; readonly day: number | undefined };

/** The times a question names. now: milliseconds, what "yesterday" counts from. */
export function timesIn(question: string, now: number): NamedTimes {
  const spans: Span[] = [];
  const months: NamedTimes['months'][number][] = [];
  const texts: string[] = [];
  let rest = question;
  for (const [pattern, read] of forms) {
    rest = rest.replace(pattern, (text, ...others) => {
      const groups = others.at(-1) as Groups; // every form has named groups
      const named = isName(groups['month']) ? read(groups, now) : undefined;
      if (!named) return text;
      if ('span' in named) spans.push(named.span);
      else months.push(named);
      texts.push(text);
      return ' '.repeat(text.length);
    });
  }
  return { spans, months, texts };
}

/** How near a time is to those named: 1 inside, less up to as long after, 0 elsewhere; and whether a day was named. */
export function nearness(
  { spans, months }: NamedTimes,
  at: number,
): { readonly share: 'in' | 'after' | 'out'; readonly isDay: boolean } {
  const date = new Date(at);
  const all = [...spans, ...months.map((each) => spanOfMonth(each, date))];
  const isDay = all.some(({ from, to }) => to - from < 3 * dayMs);
  if (all.some(({ from, to }) => at >= from && at <= to)) return { share: 'in', isDay };
  const soon = all.some(({ from, to }) => at > to && at - to <= Math.max(7 * dayMs, to - from));
  return { share: soon ? 'after' : 'out', isDay };
}

/** The month nearest before or around a date. */
function spanOfMonth({ month: wanted, day: on }: NamedTimes['months'][number], date: Date): Span {
  const ownYear = date.getUTCFullYear();
  const inYear = wanted > date.getUTCMonth() ? ownYear - 1 : ownYear;
  return on === undefined ? monthSpan(inYear, wanted) : daySpan(inYear, wanted, on);
}

function form(source: string): RegExp {
  return new RegExp(`(?<![\\w-])${source}(?![\\w-])`, 'gi');
}

/** May, March and the short names are words as well: they are months only with a capital letter. */
function isName(name: string | undefined): boolean {
  if (name === undefined) return true;
  return /^[A-Z]/.test(name) || (name.length > 3 && !/^(?:may|march)$/i.test(name));
}

function monthOf(name = ''): number {
  return shortNames.indexOf(name.slice(0, 3).toLowerCase());
}

function isoDay({ year: y, number, day: d }: Groups): Named | undefined {
  return inRange(Number(number), 12) && inRange(Number(d), 31)
    ? { span: daySpan(Number(y), Number(number) - 1, Number(d)) }
    : undefined;
}

function isoMonth({ year: y, number }: Groups): Named | undefined {
  return inRange(Number(number), 12) ? { span: monthSpan(Number(y), Number(number) - 1) } : undefined;
}

function namedDay({ year: y, month: name, day: d }: Groups): Named | undefined {
  if (!inRange(Number(d), 31)) return undefined;
  const wanted = monthOf(name);
  return y === undefined ? { month: wanted, day: Number(d) } : { span: daySpan(Number(y), wanted, Number(d)) };
}

function namedMonth({ year: y, month: name }: Groups): Named {
  const wanted = monthOf(name);
  return y === undefined ? { month: wanted, day: undefined } : { span: monthSpan(Number(y), wanted) };
}

function wholeYear({ year: y }: Groups): Named {
  return { span: { from: Date.UTC(Number(y), 0, 1), to: Date.UTC(Number(y) + 1, 0, 1) - 1 } };
}

const numbers = ['', 'one', 'two', 'three', 'four', 'five', 'six'];
const unitDays: Readonly<Record<string, number>> = { day: 1, week: 7, month: 30, year: 365 };

function ago({ count = '', unit: of = '' }: Groups, now: number): Named {
  const many = /^\d/.test(count) ? Number(count) : Math.max(1, numbers.indexOf(count.toLowerCase()));
  const length = (unitDays[of.toLowerCase()] ?? 1) * dayMs;
  const middle = now - many * length;
  return { span: { from: startOfDay(middle - length / 2), to: startOfDay(middle + length / 2) + dayMs - 1 } };
}

function lastUnit({ unit: of = '' }: Groups, now: number): Named {
  const { from, to } = unitAround(of, now);
  return of.toLowerCase() === 'day' ? { span: { from: from - dayMs, to: from - 1 } } : before(of, from, to);
}

function before(of: string, from: number, to: number): Named {
  return { span: { from: unitAround(of, from - 1).from, to: Math.min(from - 1, to) } };
}

function thisUnit({ unit: of = '' }: Groups, now: number): Named {
  return { span: unitAround(of, now) };
}

function dayWord({ word = '' }: Groups, now: number): Named {
  const from = startOfDay(now) - (word.toLowerCase() === 'yesterday' ? dayMs : 0);
  return { span: { from, to: from + dayMs - 1 } };
}

/** The day, week (from Monday), month or year a time lies in. */
function unitAround(of: string, at: number): Span {
  const date = new Date(at);
  const name = of.toLowerCase();
  if (name === 'year')
    return { from: Date.UTC(date.getUTCFullYear(), 0, 1), to: Date.UTC(date.getUTCFullYear() + 1, 0, 1) - 1 };
  if (name === 'month') return monthSpan(date.getUTCFullYear(), date.getUTCMonth());
  const today = startOfDay(at);
  if (name === 'day') return { from: today, to: today + dayMs - 1 };
  const monday = today - ((date.getUTCDay() + 6) % 7) * dayMs;
  return { from: monday, to: monday + 7 * dayMs - 1 };
}

function monthSpan(inYear: number, wanted: number): Span {
  return { from: Date.UTC(inYear, wanted, 1), to: Date.UTC(inYear, wanted + 1, 1) - 1 };
}

function daySpan(inYear: number, wanted: number, on: number): Span {
  const from = Date.UTC(inYear, wanted, on);
  return { from, to: from + dayMs - 1 };
}

function startOfDay(at: number): number {
  return at - (((at % dayMs) + dayMs) % dayMs);
}

function inRange(value: number, most: number): boolean {
  return value >= 1 && value <= most;
}
