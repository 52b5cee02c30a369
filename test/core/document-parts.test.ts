import fc from 'fast-check';
import { expect, test } from 'vitest';
import { documentParts, titleIn } from '../../src/core/document-parts.ts';

const text =
  '---\ntitle: "The API"\n---\nintro\n\n# One\n\na\n\n### Deep\n\nb\n\n```sh\n# no heading\n```\n\n## Two ##\n\nc\n';

test('DC10: a document is cut at its headings, each part under the headings above it', () => {
  expect(
    documentParts(text, 'text/markdown').map(({ headings, text: part }) => [headings.join('/'), part.split('\n')[0]]),
  ).toEqual([
    ['', '---'],
    ['One', '# One'],
    ['One/Deep', '### Deep'],
    ['One/Two', '## Two ##'],
  ]);
  expect(documentParts('# a\nx = 1\n', 'text/x-py').map((part) => part.headings)).toEqual([[]]);
});

test('DC11: a title is the one of the front matter, else the first heading', () => {
  expect(titleIn(text, 'text/markdown')).toBe('The API');
  expect(titleIn('x\n\n## Second\n', 'text/markdown')).toBe('Second');
  expect(titleIn('# comment\n', 'text/x-py')).toBeUndefined();
});

test('DC10: no word is lost by cutting', () => {
  const line = fc.oneof(fc.constantFrom('# a', '## b', '```', '~~~', '', '#no', '   '), fc.string({ maxLength: 60 }));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 60 }), fc.constantFrom('text/markdown', 'text/plain'), (lines, mime) => {
      const whole = lines.join('\n');
      const words = (of: string) => of.split(/\s+/).filter((word) => word !== '');
      expect(
        documentParts(whole, mime)
          .flatMap((part) => words(part.text))
          .join(' '),
      ).toBe(words(whole).join(' '));
    }),
    { numRuns: 300 },
  );
});

test('DC10: lines of a size that nobody writes are cut, too', () => {
  const blank = ' '.repeat(500_000);
  for (const line of [`# a${blank}b`, `# ${'# '.repeat(200_000)}x`, '#'.repeat(500_000), `---\ntitle: ${blank}`]) {
    expect(documentParts(`${line}\n# next\n\ntext`, 'text/markdown').at(-1)?.headings).toEqual(['next']);
    expect(titleIn(line, 'text/markdown')).toBeUndefined();
  }
});
