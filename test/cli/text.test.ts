import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aligned, createPrinter, plural, size } from '../../src/cli/print.ts';
import { cleaned, cut, oneLine, widthOf } from '../../src/cli/text.ts';
import { absoluteTime, durationMs, momentBefore, relativeTime } from '../../src/cli/when.ts';

test.each([
  ['colour', '\u001b[31mred\u001b[0m', 'red'],
  ['a title set', '\u001b]0;owned\u0007text', 'text'],
  ['a link', '\u001b]8;;http://x\u001b\\text\u001b]8;;\u001b\\', 'text'],
  ['cursor movement in C1 form', '\u009b2Jtext', 'text'],
  ['a carriage return over a line', 'good\rbad', 'good\nbad'],
  ['backspace, bell, delete', 'a\u0008b\u0007c\u007f', 'abc'],
  ['bidirectional override', 'a\u202eb\u2066c', 'abc'],
  ['zero width', 'a\u200bb\ufeffc', 'abc'],
  ['tabs and lines', 'a\tb\nc', 'a\tb\nc'],
])('%s', (_, text, want) => {
  expect(cleaned(text)).toBe(want);
});

// what makes up escape sequences, and what they are hidden in
const troublesome = fc.constantFrom(...'\u001b[]0;?mJX\\_ab ä日\u0007\u0000\u0008\u009b\u009d\u202e\u2066\u200b\r\n\t');

test('no control character survives, whatever comes', () => {
  fc.assert(
    fc.property(fc.string({ unit: troublesome, maxLength: 40 }), (text) => {
      expect(cleaned(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      expect(oneLine(text)).not.toMatch(/[\n\r\t]/);
    }),
  );
});

test('width counts columns: wide characters two, marks and colours none', () => {
  expect(widthOf('abc')).toBe(3);
  expect(widthOf('日本')).toBe(4);
  expect(widthOf('e\u0301')).toBe(1);
  expect(widthOf('\u001b[1mab\u001b[22m')).toBe(2);
});

test('cut leaves what fits alone and ends the rest with an ellipsis', () => {
  expect(cut('abcdef', 6)).toBe('abcdef');
  expect(cut('abcdefg', 6)).toBe('abcde…');
  expect(cut('日本語文', 5)).toBe('日本…');
});

test('columns stand under each other, the last is cut to the terminal', () => {
  const rows = [
    ['a', 'bbb', 'first'],
    ['日本', 'c', 'second that is longer'],
  ];
  expect(aligned(rows, Number.POSITIVE_INFINITY)).toEqual(['a     bbb  first', '日本  c    second that is longer']);
  expect(aligned(rows, 24)).toEqual(['a     bbb  first', '日本  c    second that…']);
});

test.each([
  ['yes', 'auto', '\u001b[1mx\u001b[22m'],
  ['yes', 'never', 'x'],
  ['no', 'auto', 'x'],
] as const)('terminal %s and colour %s', (terminal, color, want) => {
  const stream = { write: () => true, isTTY: terminal === 'yes' };
  expect(createPrinter({ stdout: stream, stderr: stream, color, talk: 'all' }).paint('bold', 'x')).toBe(want);
});

test('sizes and counts', () => {
  expect([0, 999, 1000, 76_543_210, 250e9].map(size)).toEqual(['0 B', '999 B', '1.0 kB', '76.5 MB', '250 GB']);
  expect([plural(1, 'entry', 'entries'), plural(2, 'entry', 'entries')]).toEqual(['1 entry', '2 entries']);
});

const now = Date.parse('2026-03-04T12:00:00Z');

test.each([
  ['2026-03-04T11:59:30Z', 'now'],
  ['2026-03-04T11:55:00Z', '5m ago'],
  ['2026-03-04T08:59:00Z', '3h ago'],
  ['2026-03-02T12:00:00Z', '2d ago'],
  ['2026-01-01T00:00:00Z', '2026-01-01'],
  ['2026-03-10T12:00:01Z', 'in 6d'],
  ['no time', 'no time'],
])('%s is %s', (at, want) => {
  expect(relativeTime(at, now)).toBe(want);
});

test('shown in full with the distance', () => {
  expect(absoluteTime('2026-03-04T09:15:00.123Z', now)).toBe('2026-03-04 09:15:00 UTC (2h ago)');
});

test.each([
  ['7d', '2026-02-25T12:00:00.000Z'],
  ['12h', '2026-03-04T00:00:00.000Z'],
  ['30m', '2026-03-04T11:30:00.000Z'],
  ['2026-02-01', '2026-02-01T00:00:00.000Z'],
  ['2026-02-01T10:00:00+02:00', '2026-02-01T08:00:00.000Z'],
])('since %s', (text, want) => {
  expect(momentBefore(text, now, '--since')).toBe(want);
});

test.each(['yesterday', '7', '7y', '', '2026-13-01', 'd7', '1'])('%j is no time', (text) => {
  expect(() => momentBefore(text, now, '--since')).toThrowError(/no time/);
});

test('a duration', () => {
  expect([durationMs('2w'), durationMs('x')]).toEqual([1_209_600_000, undefined]);
});
