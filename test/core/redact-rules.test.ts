import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/core/redact.ts';
import { lintPattern, maxWindow } from '../../src/core/redact-lint.ts';
import { parseRules, withRules } from '../../src/core/redact-rules.ts';
import { fill, random } from '../harness/secrets/random.ts';
import { shippedRules, testKey } from '../harness/secrets/rules.ts';

const rules = shippedRules();
const redactor = createRedactor(rules, testKey);
const one = (more: object): unknown => ({
  version: 1,
  rules: [{ id: 'own', kind: 'own', keywords: ['own_'], pattern: 'own_[a-z]{8}', ...more }],
});

describe.each(rules.rules)('rule $id', (rule) => {
  const alone = createRedactor({ allow: rules.allow, rules: [rule] }, testKey);

  it('has examples of both kinds', () => {
    expect(rule.examples?.hit.length).toBeGreaterThan(0);
    expect(rule.examples?.miss.length).toBeGreaterThan(0);
  });

  it('hits what it should, whatever the characters', () => {
    for (const example of rule.examples?.hit ?? []) {
      const missed = Array.from({ length: 20 }, (_, seed) => fill(example, random(seed))).filter(
        (text) => (alone.text(text).counts[rule.kind] ?? 0) === 0,
      );
      expect(missed.length, missed[0]).toBeLessThanOrEqual(1);
    }
  });

  it('leaves alone what it should, and so do all the others', () => {
    for (const example of rule.examples?.miss ?? []) {
      const text = fill(example, random(1));
      expect(redactor.text(text)).toEqual({ text, counts: {} });
    }
  });
});

describe('rule file', () => {
  it('has the kinds it promises', () => {
    expect(new Set(rules.rules.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(45);
  });

  it('has no keyword its pattern could not begin with', () => {
    for (const rule of rules.rules) expect(rule.keywords.length, rule.id).toBeGreaterThan(0);
  });
});

describe('lintPattern', () => {
  it.each([
    ['(?<=a)b', 'look-behind'],
    ['(?<!a)b', 'look-behind'],
    ['(a)\\1', 'back-reference'],
    ['(?<n>a)\\k<n>', 'back-reference'],
    ['a*', 'unbounded'],
    ['[ab]+', 'unbounded'],
    ['a{3,}', 'unbounded'],
    ['(?:a{1,3}){2}', 'nested'],
    ['(?:x|(?:b{0,2}c)){1,9}', 'nested'],
    ['a{70000}', `more than ${maxWindow}`],
    ['[a-z]{60000}(?:b|c{9000})', `more than ${maxWindow}`],
  ])('refuses %s', (pattern, reason) => {
    expect(() => lintPattern(pattern)).toThrow(reason);
  });

  it.each(['a{1,3}', '(?:ab?){0,3}', '[*+{]\\*\\+', '(?=a{0,20}b)a{1,9}', '\\u{1f}{2}', '(?<word>a)'])(
    'allows %s',
    (pattern) => {
      expect(() => lintPattern(pattern)).not.toThrow();
    },
  );
});

describe('parseRules', () => {
  it('names the rule that is wrong', () => {
    const wrong: [object, string][] = [
      [{ pattern: '(own' }, 'redaction rule own'],
      [{ pattern: 'own_.*' }, 'unbounded'],
      [{ allow: ['x+'] }, 'redaction rule own'],
      [{ group: 1 }, 'no group 1'],
      [{ colour: 'red' }, 'redaction rule own'],
      [{ keywords: ['schlüssel'] }, 'not plain ASCII'],
    ];
    for (const [more, message] of wrong) {
      expect(() => parseRules(one(more))).toThrow(
        expect.objectContaining({ code: 'config/invalid', message: expect.stringContaining(message) }),
      );
    }
    expect(() => parseRules(undefined)).toThrow(expect.objectContaining({ code: 'config/invalid' }));
  });

  it('refuses an id given twice', () => {
    const rule = { id: 'own', kind: 'own', pattern: 'own' };
    expect(() => parseRules({ version: 1, rules: [rule, rule] })).toThrow('twice');
  });

  it('adds rules to checked ones, under all that holds for one file', () => {
    const shipped = parseRules(one({ keywords: ['[xy]z'] }));
    const rule = { id: 'more', kind: 'own', pattern: 'K[0-9]{4}', keywords: ['k'] };
    const [first] = shipped.rules;
    expect(withRules(shipped, [])).toEqual(shipped);
    expect(withRules(shipped, [rule]).rules).toEqual([first, parseRules({ version: 1, rules: [rule] }).rules[0]]);
    for (const [bad, why] of [
      [[{ ...rule, id: first?.id }], 'twice'],
      [[{ ...rule, pattern: 'x+' }], 'redaction rule more: pattern x+'],
      [Array.from({ length: 500 }, (_, n) => ({ ...rule, id: `more-${n}` })), 'more than 500'],
    ] as const) {
      expect(() => withRules(shipped, bad)).toThrow(why);
    }
  });

  it('writes keywords out', () => {
    expect(parseRules(one({ keywords: ['x[AB]_[12]'] })).rules[0]?.keywords).toEqual(['xa_1', 'xa_2', 'xb_1', 'xb_2']);
  });

  it('searches everywhere for a rule without keywords', () => {
    const own = createRedactor(parseRules(one({ keywords: [], pattern: 'K[0-9]{4}(?!\\w)' })), testKey);
    expect(own.text('xK1234 K1234 K12345').counts).toEqual({ own: 1 });
    expect(own.line('{"K1234":"a K1234"}').counts).toEqual({ own: 2 });
  });
});
