import { expect, test } from 'vitest';
import { clean, cut, cutStart, shortId, utcMinute } from '../../src/core/clean.ts';

test('what cannot be seen is gone, what can be seen stays', () => {
  expect(clean('\u001b]8;;http://x\u0007link\u001b]8;;\u0007 \u001b[1;31mred\u001b[0m')).toBe('link red');
  expect(clean('a\u200b\u2060b\ufeffc\u00add\u202ee\u2066f\u{e0041}g\ufe0fh\u115fi')).toBe('abcdefghi');
  expect(clean(' a\t\r\n\u2029 b \u0000\u009b31mc')).toBe('a b c');
  expect(clean('e\u0301 日本 🙂 \ud83d')).toBe('\u00e9 日本 🙂 \ufffd');
});

test('a cut leaves words, pairs and escapes whole', () => {
  expect(cut('one two three', 13)).toBe('one two three');
  expect(cut('one two three four', 15)).toBe('one two three…');
  expect(cut('🙂🙂🙂', 4)).toBe('🙂…');
  expect(cut('abc&lt;/x', 7)).toBe('abc…');
  expect(cut('abc', 0)).toBe('');
  expect(cutStart('src/a/b.ts', 6)).toBe('…/b.ts');
  expect(cutStart('🙂🙂🙂', 4)).toBe('…🙂');
  expect(cutStart('a&lt;/x', 6)).toBe('…/x');
});

test('dates are UTC, ids short where they are random', () => {
  expect(utcMinute(Date.UTC(2026, 0, 2, 3, 4, 59))).toBe('2026-01-02 03:04');
  expect(utcMinute(Number.NaN)).toBe('unknown date');
  expect(shortId('7c1e9f2a-0000-4000-8000-000000000000')).toBe('7c1e9f2a');
  expect(shortId('session_12345')).toBe('session_12345');
});
