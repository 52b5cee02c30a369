import { expect, test } from 'vitest';
import { type Terms, textHash, WordTable } from '../../../src/features/search/word-table.ts';

test('SP12: known words are told apart, however many there are; when there are too many, all are forgotten', () => {
  const table = new WordTable();
  const get = (word: string) => table.get(`>${word}<`, 1, word.length + 1, textHash(word));
  const set = (word: string, value: Terms) => table.set(word, textHash(word), value);
  set('two', [3, 4]);
  set('none', 0);
  for (let i = 0; i < 99_998; i += 1) set(`w${i.toString(36)}`, i);
  expect([get('two'), get('none')]).toEqual([[3, 4], 0]);
  for (let i = 0; i < 99_998; i += 97) expect(get(`w${i.toString(36)}`)).toBe(i);
  expect(get('w')).toBeUndefined();
  expect(get('w0x')).toBeUndefined();
  // of the same hash, which is not asked of the text again
  expect(table.get('w1', 0, 2, textHash('w2'))).toBeUndefined();
  set('\ud83d\ude00', 7);
  expect(get('\ud83d\ude00')).toBe(7);
  expect([get('w0'), get('two')]).toEqual([undefined, undefined]);
  set('w0', 1);
  expect(get('w0')).toBe(1);
  const long = 'x'.repeat(41);
  set(long, 2);
  expect(get(long)).toBeUndefined();
});
