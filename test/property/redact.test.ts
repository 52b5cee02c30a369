import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../src/core/captured.ts';
import { createRedactor } from '../../src/core/redact.ts';
import { wordScanner } from '../../src/core/redact-scan.ts';
import { known, unseen } from '../harness/secrets/carriers.ts';
import { corpus } from '../harness/secrets/corpus.ts';
import { shippedRules, testKey } from '../harness/secrets/rules.ts';

const rules = shippedRules();
const redactor = createRedactor(rules, testKey);
const runs = { numRuns: 300, seed: 4 };

const secretText = fc.constantFrom(...corpus(7, [...known, ...unseen], 6).map(({ text }) => text));
const keyword = fc.constantFrom(...rules.rules.flatMap(({ keywords }) => keywords));
const piece = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: 'binary', maxLength: 10 }),
  secretText,
  keyword,
  fc.constantFrom('<private>', '</private>', '⟨secret:jwt#12ab⟩', '⟨', '⟩', '="', '": "', '\\', '\n', ' '),
);
const text = fc.array(piece, { maxLength: 6 }).map((parts) => parts.join(''));
const name = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('password', 'token', 'name', 'value', 'a'), text);
const { value: json } = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    text,
    fc.constantFrom<JsonValue>(null, true, 3),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 4 }),
  ),
}));
/** JSON has no -0 and no prototype: what a line can say. */
const writable = json.map((value): JsonValue => JSON.parse(JSON.stringify(value)));

describe('redaction', () => {
  it('of a text already redacted changes nothing', () => {
    fc.assert(
      fc.property(text, (value) => {
        const once = redactor.text(value).text;
        expect(redactor.text(once)).toEqual({ text: once, counts: {} });
      }),
      runs,
    );
  });

  it('of a value already redacted changes nothing', () => {
    fc.assert(
      fc.property(writable, (value) => {
        const once = redactor.json(value).value;
        expect(redactor.json(once)).toEqual({ value: once, counts: {} });
        expect(redactor.json(once).value).toBe(once);
      }),
      runs,
    );
  });

  it('of a line is that of its value', () => {
    fc.assert(
      fc.property(writable, (value) => {
        const raw = JSON.stringify(value);
        const direct = redactor.json(value);
        const whole = redactor.line(raw);
        expect(whole.value).toEqual(direct.value);
        expect(whole.counts).toEqual(direct.counts);
        expect(whole.line).toBe(JSON.stringify(direct.value));
        if (Object.keys(whole.counts).length === 0) expect(whole.line).toBe(raw);
      }),
      runs,
    );
  });

  it('of a line does not depend on how it is spaced or escaped', () => {
    fc.assert(
      fc.property(writable, (value) => {
        const escapedWhole = JSON.stringify(value, null, 1).replace(
          /[^\u0000-\u007f]/g,
          (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
        );
        expect(redactor.line(escapedWhole).value).toEqual(redactor.json(value).value);
      }),
      runs,
    );
  });

  it('loses no member', () => {
    const members = (value: JsonValue): number =>
      value === null || typeof value !== 'object'
        ? 1
        : Object.values(value).reduce<number>((sum, member) => sum + members(member as JsonValue), 1);
    fc.assert(
      fc.property(writable, (value) => {
        expect(members(redactor.json(value).value)).toBe(members(value));
      }),
      runs,
    );
  });
});

describe('wordScanner', () => {
  it('finds what a search for each word finds', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'A', '_', 'é'), maxLength: 40 });
    const words = fc.uniqueArray(fc.string({ unit: fc.constantFrom('a', 'b', '_'), minLength: 1, maxLength: 4 }), {
      minLength: 1,
      maxLength: 8,
    });
    fc.assert(
      fc.property(words, letters, (list, haystack) => {
        const found: string[] = [];
        const total = wordScanner(list).scan(haystack, (word, start) => found.push(`${list[word]}@${start}`));
        const expected = list.flatMap((word) =>
          [...haystack].flatMap((_, at) => (haystack.toLowerCase().startsWith(word, at) ? [`${word}@${at}`] : [])),
        );
        expect(found.toSorted()).toEqual(expected.toSorted());
        expect(total).toBe(expected.length);
      }),
      { numRuns: 500, seed: 5 },
    );
  });
});
