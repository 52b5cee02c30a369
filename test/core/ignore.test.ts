import { expect, test } from 'vitest';
import { ignoring } from '../../src/core/ignore.ts';

test.each([
  ['*.env', ['.env', 'a/b.env'], ['env', 'a.envy', 'a.env.ts']],
  ['secrets/', ['secrets/a', 'a/secrets/b'], ['secrets', 'secrets.ts']],
  ['/build', ['build', 'build/a/b'], ['a/build']],
  ['docs/*.md', ['docs/a.md'], ['docs/a/b.md', 'x/docs/a.md']],
  ['a/**/z', ['a/z', 'a/b/c/z'], ['az', 'b/a/z']],
  ['vendor/**', ['vendor/a', 'vendor/a/b'], ['vendor', 'x/vendor/a']],
  ['**/gen', ['gen', 'a/b/gen/c'], ['gens']],
  ['k?y.[ch]', ['key.c', 'a/kay.h'], ['key.cc', 'ky.c']],
  ['(a+b)$.^{x}|', ['(a+b)$.^{x}|'], ['aab']],
  ['# nothing', [], ['# nothing', 'nothing']],
  ['  ', [], ['a', ' ']],
])('CF30: the pattern %j', (pattern, ignored, others) => {
  const test = ignoring([pattern]);
  expect(ignored.filter((path) => !test(path))).toEqual([]);
  expect(others.filter(test)).toEqual([]);
});

test('CF30: the last pattern that fits decides', () => {
  const test = ignoring(['*.env', '!sample.env', 'old/']);
  expect(['a.env', 'sample.env', 'old/sample.env', 'a.ts'].map(test)).toEqual([true, false, true, false]);
});
