import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compared,
  comparedWords,
  containment,
  pairsOf,
  sameForm,
  saysNothingNew,
  sketchOf,
} from '../../src/core/sketch.ts';

const word = fc.stringMatching(/^[a-z]{2,8}$/);
const words = fc.array(word, { minLength: 12, maxLength: 60 });
const shares = (a: string, b: string) => sketchOf(a).some((hash) => sketchOf(b).includes(hash));

test('SK1: case, punctuation, blank space and width say nothing; a text is the same as itself', () => {
  fc.assert(
    fc.property(words, (some) => {
      const plain = some.join(' ');
      const dressed = `- ${some.map((one, i) => (i % 3 === 0 ? one.toUpperCase() : one)).join(', \n')}!`;
      expect(sameForm(dressed)).toBe(sameForm(plain));
      expect(sketchOf(dressed)).toEqual(sketchOf(plain));
      expect(containment(pairsOf(plain), pairsOf(dressed))).toBe(1);
    }),
  );
  expect(sameForm('ＡＢＣ')).toBe('abc');
});

test('SK2: a text quoted inside others stands in them whole', () => {
  fc.assert(
    fc.property(words, words, words, (before, some, after) => {
      const quoted = [...before, ...some, ...after].join(' ');
      expect(containment(pairsOf(some.join(' ')), pairsOf(quoted))).toBe(1);
    }),
  );
});

test('SK3: cut off at a quarter, a text of different words is found by its sketch nearly always', () => {
  let found = 0;
  const runs = 200;
  for (let run = 0; run < runs; run += 1) {
    const some = Array.from({ length: 24 }, (_, i) => `w${run}x${(i * 7919 + run) % 1000}`);
    if (shares(some.join(' '), some.slice(0, 18).join(' '))) found += 1;
  }
  expect(found / runs).toBeGreaterThan(0.95);
});

test('SK4: whatever the text, nothing throws, and a share is between 0 and 1', () => {
  const any = fc.string({ unit: 'binary', maxLength: 300 });
  fc.assert(
    fc.property(any, any, (one, other) => {
      const share = containment(pairsOf(one), pairsOf(other));
      expect([share >= 0, share <= 1, sketchOf(one).length <= 8]).toEqual([true, true, true]);
    }),
  );
  expect(sketchOf('two words')).toEqual([]);
  expect(comparedWords('a '.repeat(30_000))).toHaveLength(20_000);
});

test('SK5: a copy, a quotation and a beginning say nothing new; another number, name or order does', () => {
  const text = 'The staging database of the billing service listens on port 5432 behind the proxy';
  const isNew = (other: string) => !saysNothingNew(compared(other), compared(text));
  expect(isNew(text)).toBe(false);
  expect(isNew(`- ${text.toUpperCase()}!`)).toBe(false);
  expect(isNew('the billing service listens on port 5432')).toBe(false);
  expect(isNew(text.replace('5432', '5433'))).toBe(true);
  expect(isNew(text.replace('staging', 'production'))).toBe(true);
  expect(isNew(`${text}, not in the tests`)).toBe(true);
  expect(isNew('the proxy port of the staging service listens behind the billing database')).toBe(true);
  expect(isNew('port 5432')).toBe(true);
  fc.assert(
    fc.property(words, words, (some, other) => {
      expect(saysNothingNew(compared(some.join(' ')), compared([...other, ...some].join(' ')))).toBe(true);
      expect(saysNothingNew(compared([...some, 'entirelynew'].join(' ')), compared(some.join(' ')))).toBe(false);
    }),
  );
});
