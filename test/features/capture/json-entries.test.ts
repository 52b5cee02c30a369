import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Entry, EntryScanner } from '../../../src/features/capture/forms/json-entries.ts';

/** What a document gives that comes in chunks of a length. */
function scanned(text: string, length: number, limit = 1 << 20): { entries: Entry[]; scanner: EntryScanner } {
  const scanner = new EntryScanner('messages', limit);
  const bytes = Buffer.from(text);
  const entries: Entry[] = [];
  for (let at = 0; at < bytes.length; at += length) entries.push(...scanner.push(bytes.subarray(at, at + length)));
  return { entries, scanner };
}

test('CA102: however it is cut, a document gives the members of its list and the rest', () => {
  const awkward = fc.oneof(fc.string(), fc.constantFrom('\\', '"', '\\"', '[,]{}', 'é\u2028', '\\\\', '"messages":['));
  const value = fc.jsonValue({ maxDepth: 3, stringUnit: 'binary' });
  const member = fc.oneof(value, fc.record({ id: awkward, content: awkward, messages: fc.array(awkward) }));
  const document = fc.record({ messages: fc.array(member), [`other`]: value, 'z\\"': awkward });
  fc.assert(
    fc.property(document, fc.integer({ min: 1, max: 40 }), fc.constantFrom(0, 2), (made, length, indent) => {
      const text = JSON.stringify(made, null, indent);
      const { entries, scanner } = scanned(text, length);
      // JSON has no minus zero
      const plain = JSON.parse(JSON.stringify(made));
      expect(entries.map((entry) => JSON.parse(entry.text))).toEqual(plain.messages);
      expect(JSON.parse(scanner.rest)).toEqual({ ...plain, messages: [] });
      expect(scanner.isWhole).toBe(true);
      expect(scanned(text.slice(0, -1), length).scanner.isWhole).toBe(false);
    }),
    { seed: 11, numRuns: 100 },
  );
});

test('CA103: a member longer than the limit is passed over, those beside it are not; any bytes end', () => {
  const text = JSON.stringify({ messages: ['a', 'b'.repeat(500), 'c'], more: 1 });
  for (const length of [1, 7, 10_000]) {
    const { entries, scanner } = scanned(text, length, 100);
    expect(entries).toEqual([
      { text: '"a"', tooLong: false },
      { text: '', tooLong: true },
      { text: '"c"', tooLong: false },
    ]);
    expect(JSON.parse(scanner.rest)).toEqual({ messages: [], more: 1 });
  }
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...'{}[]",:\\a1 \n', '"messages":['), { maxLength: 60 }), (signs) => {
      expect(Array.isArray(scanned(signs.join(''), 5).entries)).toBe(true);
    }),
  );
});
