import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PrsistError } from '../../src/core/errors.ts';
import { extract } from '../../src/features/documents/extract/extract.ts';
import { docx, openDocument, pdf, pptx, xlsx } from '../features/documents/made-files.ts';

const whole = [
  docx(
    [
      ['Heading1', 'One'],
      ['', 'two three'],
    ],
    'T',
  ),
  pptx([{ title: 'One', lines: ['two'], notes: 'three' }]),
  xlsx('One', [['two', 3]]),
  openDocument('text', '<text:h text:outline-level="1">One</text:h><text:p>two</text:p>'),
  pdf(['One two', 'three']),
  Buffer.from('<!doctype html><title>One</title><h1>One</h1><table><tr><td>two</table><pre>three'),
  Buffer.from('# One\n\ntwo\n'),
];
const refusals = ['document/broken', 'document/unsupported', 'limit/too-large'];

/** Either a text that can be kept, or a refusal that says why. */
async function isTamed(bytes: Uint8Array): Promise<void> {
  try {
    const { text } = await extract(bytes, 'x');
    expect(text.isWellFormed() && !text.includes('\0')).toBe(true);
  } catch (error) {
    if (!(error instanceof PrsistError)) throw error;
    expect(refusals).toContain(error.code);
  }
}

const cut = fc.tuple(fc.constantFrom(...whole), fc.double({ min: 0, max: 1, noNaN: true }));

test('DC29: files cut anywhere are read or refused', async () => {
  await fc.assert(
    fc.asyncProperty(cut, ([bytes, share]) => isTamed(bytes.slice(0, Math.floor(bytes.length * share)))),
    { numRuns: 200 },
  );
});

test('DC29: files with flipped bytes are read or refused', async () => {
  const flips = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(255)), {
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...whole), flips, (bytes, all) => {
      const damaged = Uint8Array.from(bytes);
      for (const [place, value] of all) damaged[Math.floor(place * (bytes.length - 1))] = value;
      return isTamed(damaged);
    }),
    { numRuns: 400 },
  );
});

test('DC29: garbage behind a good beginning is read or refused', async () => {
  const heads = ['%PDF-1.7\n', 'PK\u0003\u0004', '<!doctype html>', '\ufeff', ''].map((head) =>
    Buffer.from(head, 'latin1'),
  );
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...heads), fc.uint8Array({ maxLength: 600 }), (head, rest) =>
      isTamed(Buffer.concat([head, rest])),
    ),
    { numRuns: 300 },
  );
});
