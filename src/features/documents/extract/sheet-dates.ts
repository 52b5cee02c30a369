// Spreadsheets keep a day as the number of days since 1900; that it is meant as a day is said by its style alone.
import { walkMarkup } from './markup.ts';

/** Forms of numbers that are known without being declared: days, then times (ECMA-376 part 1, 18.8.30). */
const builtIn = new Set([14, 15, 16, 17, 18, 19, 20, 21, 22, 45, 46, 47]);
const dayMs = 86_400_000;
/** Day 0, put so that days after February 1900 are right although 1900 counts as a leap year. */
const dayZero = Date.UTC(1899, 11, 30);
const lastDay = 2_958_465; // 9999-12-31

/** Which styles of cells show a number as a day or a time. */
export async function dateStyles(source: string): Promise<ReadonlySet<string>> {
  const forms = new Set(builtIn);
  const styles = new Set<string>();
  let isCell = false;
  let count = 0;
  await walkMarkup(source, 'xml', {
    open: (name, { numFmtId, formatCode = '' }) => {
      if (name === 'numFmt' && /[dmyhs]/i.test(formatCode.replace(/"[^"]*"|\[[^\]]*\]|\\./g, '')))
        forms.add(Number(numFmtId));
      else if (name === 'cellXfs') isCell = true;
      else if (name === 'xf' && isCell) {
        if (forms.has(Number(numFmtId))) styles.add(String(count));
        count += 1;
      }
    },
    close: (name) => {
      if (name === 'cellXfs') isCell = false;
    },
  });
  return styles;
}

/** A number of days as people write it: 2026-03-01, 2026-03-01 14:30, 14:30; the number itself when it is no day. */
export function dateText(value: string): string {
  const days = Number(value);
  if (value.trim() === '' || !(days >= 0 && days <= lastDay)) return value;
  // to the second: what is finer comes from the fraction of a day
  const text = new Date(dayZero + Math.round(days * 86_400) * (dayMs / 86_400)).toISOString();
  const [day = '', time = ''] = [text.slice(0, 10), text.slice(11, 19).replace(/:00$/, '')];
  if (days < 1) return time;
  return time === '00:00' ? day : `${day} ${time}`;
}
