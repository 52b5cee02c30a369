import { expect, test } from 'vitest';
import { newSection, sectionsOf, sorted, withoutSecrets } from '../../src/core/patch.ts';

const never = () => false;
const section = (path: string, ...body: string[]) => ({
  path,
  text: `diff --git a/${path} b/${path}\n--- a/${path}\n+++ b/${path}\n${body.map((line) => `${line}\n`).join('')}`,
});
const names = (sections: readonly { path: string }[]) => sections.map(({ path }) => path);

test('WP1: a diff falls into its files, whatever their names and lines look like', () => {
  const parts = [
    section('a b/c b/d.txt', '@@ -1 +1 @@', '-diff --git a/x b/x', '+new'),
    section('grün.txt', '@@ -1 +1 @@', ' diff --git a/y b/y', '+new'),
  ];
  expect(sectionsOf(parts.map(({ text }) => text).join(''))).toEqual(parts);
  expect(sectionsOf('')).toEqual([]);
  const quoted = sectionsOf('diff --git "a/t\\tab" "b/t\\tab"\nnew file mode 100644\n');
  expect(sorted(quoted, never)).toMatchObject({ sections: [], left_out: [{ why: expect.stringContaining('name') }] });
});

test('WP2: a new file is told as git tells it', () => {
  const made = { path: 'x', mode: '100755', text: 'a\n\nb' } as const;
  expect(newSection(made).text).toBe(
    'diff --git a/x b/x\nnew file mode 100755\n--- /dev/null\n+++ b/x\n@@ -0,0 +1,3 @@\n+a\n+\n+b\n\\ No newline at end of file\n',
  );
  expect(newSection({ ...made, text: '' }).text).toBe('diff --git a/x b/x\nnew file mode 100755\n');
});

test('WP3: what is ignored, binary or no UTF-8 is named with its reason, and only that', () => {
  const binary = { path: 'b', text: 'diff --git a/b b/b\nBinary files a/b and b/b differ\n' };
  const kept = section('k', '@@ -1 +1 @@', ' Binary files a and b differ', '+x');
  const { sections, left_out } = sorted(
    [section('i', '@@ -1 +1 @@', '+x'), binary, section('l', '@@ -1 +1 @@', '+caf\ufffd'), kept],
    (path) => path === 'i',
  );
  expect(names(sections)).toEqual(['k']);
  expect(left_out).toEqual([
    { path: 'i', why: 'ignored in this project' },
    { path: 'b', why: 'binary' },
    { path: 'l', why: 'not UTF-8' },
  ]);
});

test('WP4: a secret goes line by line, one over lines takes its file out, one beside a place goes', () => {
  const redact = (text: string) => text.replace(/BEGIN\n[\s\S]*END/g, '*').replaceAll('hunter2', '***');
  const { sections, left_out } = withoutSecrets(
    [
      section('a', '@@ -1,2 +1,2 @@ pass = hunter2', ' one hunter2', '-hunter2', '+x', '\\ No newline at end of file'),
      section('key', '@@ -0,0 +1,3 @@', '+BEGIN', '+abc', '+END'),
      section('hunter2', '@@ -1 +1 @@', '+x'),
    ],
    redact,
  );
  expect(sections).toEqual([section('a', '@@ -1,2 +1,2 @@', ' one ***', '-***', '+x', '\\ No newline at end of file')]);
  expect(left_out.map(({ path }) => path)).toEqual(['key', 'hunter2']);
});
