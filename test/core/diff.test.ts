import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { unifiedDiff } from '../../src/core/diff.ts';

test('nothing changed, nothing printed', () => {
  expect(unifiedDiff('/f', 'a\n', 'a\n')).toBe('');
  expect(unifiedDiff('/f', null, null)).toBe('');
});

test('an inserted block with three lines around it', () => {
  const before = '1\n2\n3\n4\n5\n6\n7\n8\n';
  expect(unifiedDiff('/f', before, before.replace('4\n', '4\nnew\n'))).toBe(
    '--- /f\n+++ /f\n@@ -2,6 +2,7 @@\n 2\n 3\n 4\n+new\n 5\n 6\n 7\n',
  );
});

test('distant changes are hunks of their own', () => {
  const lines = Array.from({ length: 30 }, (_, index) => `${index}\n`);
  const after = lines.with(2, 'x\n').with(25, 'y\n');
  expect(unifiedDiff('/f', lines.join(''), after.join('')).match(/^@@/gm)).toHaveLength(2);
});

test('files that come and go', () => {
  expect(unifiedDiff('/f', null, 'a\n')).toBe('--- /dev/null\n+++ /f\n@@ -0,0 +1 @@\n+a\n');
  expect(unifiedDiff('/f', 'a', null)).toBe('--- /f\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n\\ No newline at end of file\n');
});

describe.skipIf(spawnSync('patch', ['--version']).status !== 0)(
  'patch(1) accepts it (skipped: patch is not installed)',
  () => {
    let dir = '';
    beforeAll(() => {
      dir = mkdtempSync(join(tmpdir(), 'prsist-diff-'));
    });
    afterAll(() => rmSync(dir, { recursive: true, force: true }));

    test('and makes the new text from the old one', () => {
      const text = fc.tuple(
        fc.array(fc.constantFrom('a\n', 'b\n', 'c\r\n', '\n', '"ü",\n')),
        fc.constantFrom('', 'end'),
      );
      const pair = fc.tuple(text, text).map((both) => both.map(([lines, end]) => lines.join('') + end));
      fc.assert(
        fc.property(pair, ([before = '', after = '']) => {
          fc.pre(before !== after && after !== '');
          const file = join(dir, 'f');
          writeFileSync(file, before);
          const run = spawnSync('patch', ['--binary', '-s', '--no-backup-if-mismatch', file], {
            input: unifiedDiff(file, before, after),
          });
          expect(run.status).toBe(0);
          expect(readFileSync(file, 'utf8')).toBe(after);
        }),
        { numRuns: 60 },
      );
    });
  },
);
