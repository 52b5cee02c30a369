import { expect, test } from 'vitest';
import { extract, formOf } from '../../../src/features/documents/extract/extract.ts';
import { archive, bomb, docx, openDocument, pdf, pptx, xlsx } from './made-files.ts';

const latin = (text: string) => Buffer.from(text, 'latin1');

test('DC20: a docx becomes Markdown: headings by style in any language, paragraphs, rows; what was deleted stays out', async () => {
  const bytes = docx(
    [
      ['Titel', 'Plan'],
      ['berschrift2', 'Errors'],
      ['', 'Retry &amp; wait'],
      ['Heading3', 'Why'],
    ],
    'The plan',
  );
  expect(await extract(bytes, 'x.docx')).toEqual({
    text: '# Plan\n\n## Errors\n\nRetry & wait\n\n### Why\n\n| code | 429 |',
    title: 'The plan',
    mime: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  });
});

test('DC21: slides come in the order of the show, named by number and title, with their notes', async () => {
  const bytes = pptx([
    { title: 'Begin', lines: ['one', 'two'], notes: 'say hello' },
    { title: '', lines: ['three'] },
  ]);
  const { text, title } = await extract(bytes, 'x.pptx');
  expect(text).toBe('# Slide 1: Begin\n\none\n\ntwo\n\n## Notes\n\nsay hello\n\n# Slide 2\n\nthree');
  expect(title).toBe('Begin');
});

test('DC22: sheets come row by row under their name', async () => {
  const { text } = await extract(
    xlsx('Prices', [
      ['item', 'price'],
      ['tea', 3.5],
    ]),
    'x.xlsx',
  );
  expect(text).toBe('# Prices\n\n| item | price |\n| tea | 3.5 |');
});

test('DC22: a number is a day where its style says so', async () => {
  const { text } = await extract(
    xlsx('D', [['=0 46082', '=1 46082', '=2 46082', '=3 46082.604166666664', '=3 0.25']]),
    'x.xlsx',
  );
  expect(text).toBe('# D\n\n| 46082 | 2026-03-01 | 46082 | 2026-03-01 14:30 | 06:00 |');
});

test('DC27: an archive that lies about what it unpacks to is cut there', async () => {
  const bytes = Uint8Array.from(bomb(8 * 1024 * 1024));
  const view = new DataView(bytes.buffer);
  const directory = Buffer.from(bytes).indexOf('PK\u0001\u0002', 0, 'latin1');
  view.setUint32(directory + 24, 1_000, true); // the unpacked size in the central directory
  expect(await extract(bytes, 'x.docx')).toMatchObject({ text: '' });
});

test('DC23: odt, odp and ods are read', async () => {
  const text = await extract(
    openDocument(
      'text',
      '<office:text><text:h text:outline-level="2">Aim</text:h><text:p>a<text:s/>b<office:annotation><text:p>psst</text:p></office:annotation></text:p><text:list><text:list-item><text:p>first</text:p></text:list-item></text:list></office:text>',
      'Aims',
    ),
    'x.odt',
  );
  expect(text).toMatchObject({ text: '## Aim\n\na b\n\n- first', title: 'Aims' });
  const show = await extract(
    openDocument('presentation', '<draw:page draw:name="page1"><text:p>hi</text:p></draw:page>'),
    'x.odp',
  );
  expect(show.text).toBe('# Slide 1\n\nhi');
  const cells =
    '<table:table-cell><text:p>a</text:p></table:table-cell><table:table-cell><text:p>b</text:p></table:table-cell>';
  const sheet = await extract(
    openDocument(
      'spreadsheet',
      `<table:table table:name="T"><table:table-row>${cells}</table:table-row></table:table>`,
    ),
    'x.ods',
  );
  expect(sheet.text).toBe('# T\n\n| a | b |');
});

test('DC24: a PDF comes page by page with its title; one without words is refused', async () => {
  expect(await extract(pdf(['Hello there', 'Second page']), 'x.pdf')).toEqual({
    text: '# Page 1\n\nHello there\n\n# Page 2\n\nSecond page',
    title: 'A made file',
    mime: 'application/pdf',
  });
  await expect(extract(pdf(['']), 'x.pdf')).rejects.toMatchObject({ code: 'document/unsupported' });
});

test('DC24: without a title of its own a PDF is called by its first line; what looks like Markdown in it is words', async () => {
  const found = await extract(pdf(['# no heading', '~~~'], ''), 'x.pdf');
  expect(found).toMatchObject({ title: '\\# no heading', text: '# Page 1\n\n\\# no heading\n\n# Page 2\n\n\\~~~' });
});

test('DC25: of a page the words are kept, its programs are not', async () => {
  const page = `<!doctype html><title>T &amp; t</title><style>p{}</style><script>alert(1)</script><h2>Head</h2>
    <p>one<br>two <b>bold</b></p><ul><li>a</li><li>b</li></ul><table><tr><th>x</th><td>y</td></tr></table><pre>  if x:
    y</pre><svg><text>no</text></svg>`;
  expect(await extract(latin(page), 'x.txt')).toEqual({
    text: '## Head\n\none\ntwo bold\n\n- a\n- b\n| x | y |\n\n```\n  if x:\n    y\n```',
    title: 'T & t',
    mime: 'text/html',
  });
});

test.each([
  ['UTF-8', Buffer.from('grün\n'), 'grün\n'],
  ['UTF-8 with a mark', Buffer.from('\ufeffgrün'), 'grün'],
  ['UTF-16', Buffer.from('\ufeffgrün', 'utf16le'), 'grün'],
  ['Windows-1252', latin('gr\u00fcn \u0093x\u0094'), 'grün “x”'],
  ['nothing', Buffer.alloc(0), ''],
])('DC26: text in %s is text', async (_, bytes, text) => {
  expect(await extract(bytes, 'a.txt')).toEqual({ text, mime: 'text/plain' });
});

test.each([
  ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'document/unsupported'],
  ['an archive of something else', archive({ 'a.txt': 'x' }), 'document/unsupported'],
  ['an old office file', Buffer.from('d0cf11e0a1b11ae100', 'hex'), 'document/unsupported'],
  ['a torn archive', docx([['', 'x']]).slice(0, 200), 'document/broken'],
  ['a torn PDF', Buffer.from('%PDF-1.7\n1 0 obj<<'), 'document/broken'],
  ['a packed bomb', bomb(64 * 1024 * 1024), 'limit/too-large'],
  [
    'too many members',
    archive(Object.fromEntries(Array.from({ length: 10_001 }, (_, n) => [`a${n}`, '']))),
    'limit/too-large',
  ],
  ['endless nesting', Buffer.from(`<html>${'<div>'.repeat(2_000)}`), 'document/broken'],
  ['more text than is kept', Buffer.alloc(4 * 1024 * 1024 + 1, 'a'), 'limit/too-large'],
])('DC27: %s is refused with its reason', async (_, bytes, code) => {
  await expect(extract(bytes, 'x')).rejects.toMatchObject({ code });
});

test('DC28: what a file is, its bytes say; source code stays what it is', () => {
  expect(formOf(Buffer.from('junk %PDF-1.4'), 'x.pdf')).toBe('pdf');
  expect(formOf(Buffer.from('A file begins with %PDF-1.4'), 'x.md')).toBe('text');
  expect(formOf(Buffer.from('<!DOCTYPE html><?php echo 1;'), 'x.php')).toBe('text');
  expect(formOf(pdf(['x']), 'x.txt')).toBe('pdf');
  expect(formOf(docx([]), 'x.md')).toBe('archive');
  expect(formOf(Buffer.from('<p>x</p>'), 'a.html')).toBe('html');
  expect(formOf(Buffer.from('<p>x</p>'), 'a.md')).toBe('text');
});
