import { expect, test } from 'vitest';
import { textHash, WordTable } from '../../../src/features/search/word-table.ts';

test('SP12: known words are told apart, however many there are; when there are too many, all are forgotten', () => {
  const table = new WordTable<number>();
  const get = (word: string) => table.get(`>${word}<`, 1, word.length + 1, textHash(word));
  const set = (word: string, value: number) => table.set(word, textHash(word), value);
  for (let i = 0; i < 100_000; i += 1) set(`w${i.toString(36)}`, i);
  for (let i = 0; i < 100_000; i += 97) expect(get(`w${i.toString(36)}`)).toBe(i);
  expect(get('w')).toBeUndefined();
  expect(get('w0x')).toBeUndefined();
  // of the same hash, which is not asked of the text again
  expect(table.get('w1', 0, 2, textHash('w2'))).toBeUndefined();
  set('\ud83d\ude00', 7);
  expect(get('\ud83d\ude00')).toBe(7);
  expect(get('w0')).toBeUndefined();
  set('w0', 1);
  expect(get('w0')).toBe(1);
  const long = 'x'.repeat(41);
  set(long, 2);
  expect(get(long)).toBeUndefined();
});
