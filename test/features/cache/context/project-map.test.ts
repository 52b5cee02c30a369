import fc from 'fast-check';
import { expect, test } from 'vitest';
import { projectMap } from '../../../../src/features/cache/context/project-map.ts';

const file = (path: string, bytes = 1_000) => ({ path, bytes });
const some = [
  file('README.md'),
  file('package.json', 5_000),
  ...Array.from({ length: 23 }, (_, n) => file(`src/cli/command-${n}.ts`, 3_000)),
  ...[file('src/core/ids.ts'), file('src/core/ids.md'), file('test/ids.test.ts')],
];

test('PC748: a map has a line for each directory: files, size, what they are, and what it says of itself', () => {
  expect(projectMap(some, new Map([['src/core', 'Pure functions']]))).toBe(`<project-map>
./  2 files, 4 KiB or more  README.md package.json
src/cli/  20 files, 64 KiB or more  .ts
src/core/  2 files, 1 KiB or more  .md .ts — Pure functions
test/  1 file, under 1 KiB  .ts
</project-map>
`);
  expect(projectMap([], new Map())).toBe('');
});

test('PC749: the same files give the same bytes in any order, in at most a hundred lines', () => {
  const path = fc
    .array(fc.constantFrom('a', 'b', 'c', 'd.ts', 'e f'), { minLength: 1, maxLength: 6 })
    .map((parts) => parts.join('/'));
  fc.assert(
    fc.property(fc.array(fc.tuple(path, fc.nat(1e6)), { maxLength: 300 }), fc.gen(), (given, gen) => {
      const files = given.map(([name, bytes]) => file(name, bytes));
      const text = projectMap(files, new Map());
      expect(text.split('\n').length).toBeLessThanOrEqual(103);
      const other = gen(fc.shuffledSubarray, files, { minLength: files.length });
      expect(projectMap(other, new Map())).toBe(text);
    }),
  );
});

test('PC758: a file more in a large directory, or some lines more in a file, are the same map', () => {
  const grown = some.map((each) => ({ ...each, bytes: each.bytes + 20 }));
  expect(projectMap([...grown, file('src/cli/one-more.ts')], new Map())).toBe(projectMap(some, new Map()));
});
