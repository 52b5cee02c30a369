import { PrsistError } from '../../core/errors.ts';

const spanMs: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const dayForm = /^\d{4}-\d{2}-\d{2}$/;
const timeForm = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * Milliseconds of a time given as RFC 3339, as a day in UTC (since: its beginning, until: its end) or as a span back
 * from now: 30m, 12h, 7d, 2w. now: milliseconds. Throws input/invalid.
 */
export function readWhen(field: 'since' | 'until', text: string, now: number): number {
  const span = /^(\d{1,6})([mhdw])$/.exec(text);
  if (span) return Math.max(0, now - Number(span[1]) * (spanMs[span[2] ?? ''] ?? 0));
  const at = dayForm.test(text) || timeForm.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  if (Number.isNaN(at)) {
    throw new PrsistError('input/invalid', `${field}: "${text.slice(0, 40)}" is no time`, {
      ...{ field, hint: 'a span like 7d or 12h, a day like 2026-03-31, or RFC 3339' },
    });
  }
  return field === 'until' && dayForm.test(text) ? at + 86_399_999 : at;
}
