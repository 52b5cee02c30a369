import fc from 'fast-check';
import { expect, test } from 'vitest';
import { widthOf } from '../../src/cli/text.ts';
import { bar, heatMap, short, sparkline, stacked } from '../../src/tui/charts.ts';
import {
  beside,
  fitted,
  heading,
  type Line,
  lineWidth,
  merged,
  padded,
  span,
  theirs,
  wrapped,
} from '../../src/tui/lines.ts';
import { frame, textOf } from './screen-text.ts';

const word = fc.oneof(
  fc.string(),
  fc.constantFrom('漢字漢字', 'e\u0301e\u0301', '👍 ok', '\ud800 lone', 'plain words'),
);
const spans: fc.Arbitrary<Line> = fc.array(
  word.map((text) => theirs(text)),
  { maxLength: 6 },
);

test('DB1: a line takes as many columns as it may, whatever is in it', () => {
  fc.assert(
    fc.property(spans, fc.integer({ min: 0, max: 60 }), (line, columns) => {
      expect(lineWidth(fitted(line, columns))).toBeLessThanOrEqual(columns);
      expect(lineWidth(padded(line, columns))).toBe(columns);
    }),
  );
  expect(textOf([fitted([span('abc'), span('def')], 6)])).toBe('abcdef');
  expect(textOf([fitted([span('abc'), span('def')], 5)])).toBe('abcd…');
  expect(textOf([fitted([span('abc'), span('def')], 3)])).toBe('ab…');
});

test('DB1: drawn in fewer pieces, a line says the same in the same looks', () => {
  const line = [span('a', 'bad'), span('  '), span('b', 'bad'), span('c', 'picked'), span(' ', 'picked'), span(' ')];
  expect(merged(line)).toEqual([span('a  b', 'bad'), span('c ', 'picked'), span(' ')]);
  fc.assert(
    fc.property(spans, (each) => {
      expect(textOf([merged(each)])).toBe(textOf([each]));
    }),
  );
});

test('DB1: two blocks stand beside each other, whatever is in the left one', () => {
  fc.assert(
    fc.property(fc.array(spans, { maxLength: 5 }), (left) => {
      for (const line of beside(left, [[span('|')]], 12).slice(0, 1)) {
        expect(lineWidth(line)).toBe(15);
        expect(line.at(-1)?.text).toBe('|');
      }
    }),
  );
});

test('DB1: a text is broken so that every line fits, and no word is lost', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 2, max: 20 }), (text, columns) => {
      const clean = text.replace(/\p{C}|\p{M}/gu, '');
      const lines = wrapped(clean, columns);
      for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      expect(lines.join('').replaceAll(' ', '')).toBe(clean.replaceAll(' ', ''));
    }),
  );
});

test('DB10: what is drawn is said in words where it is read aloud', () => {
  expect(textOf([heading('Log', frame(20, 1))])).toBe('Log ────────────────');
  expect(textOf([heading('Log', frame(20, 1, true))])).toBe('Log');
  expect(textOf([bar(0.5, 10, { speaks: false })])).toBe('█████░░░░░');
  expect(textOf([bar(0.5, 10, { speaks: true })])).toBe('50 %');
  expect(sparkline([0, 1, 8], 10, true)).toBe('from 0 to 8, latest 8');
});

test('DB16: a sparkline is as high as its values, the latest at the right', () => {
  expect(sparkline([0, 1, 4, 8], 10, false)).toBe('▁▂▅█');
  expect(sparkline([8, 0, 0], 2, false)).toBe('▁▁');
  expect(sparkline([], 10, false)).toBe('');
});

test('DB16: parts of a whole fill it, none of them is wider than all', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(1_000), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: 1, max: 80 }),
      (values, width) => {
        const drawn = stacked(
          values.map((value) => ({ value, sign: '#', tone: 'good' })),
          width,
        );
        expect(lineWidth(drawn)).toBe(values.some((value) => value > 0) ? width : 0);
      },
    ),
  );
});

test('DB16: in the calendar today stands in the row of its weekday, at the right', () => {
  const days = [...Array<number>(20).fill(0), 5];
  const rows = heatMap(days, 2, 60).map((line) => textOf([line]));
  expect(rows.findIndex((row) => row.includes('█'))).toBe(2);
  expect(rows[2]).toMatch(/█$/);
  expect(rows[3]).not.toMatch(/█/);
  // narrower than its weeks, it shows the latest
  expect(textOf(heatMap(days, 2, 5))).toContain('█');
});

test('DB16: numbers are short', () => {
  expect([999, 1_000, 12_345, 999_999, 1_234_567, 83e6].map(short)).toEqual([
    '999',
    '1.0k',
    '12k',
    '1000k',
    '1.2M',
    '83M',
  ]);
});
