import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createExtractor } from '../../../src/daemon/extraction.ts';
import { documentsWorld } from './documents.ts';
import { bomb, docx, pdf } from './made-files.ts';

test('DC40: a directory comes in as a whole: what cannot be read is named with its reason, a second time adds nothing', async () => {
  const d = documentsWorld();
  d.file(
    'docs/plan.docx',
    docx(
      [
        ['berschrift2', 'Retry rules'],
        ['', 'wait with jitter'],
      ],
      'The plan',
    ),
  );
  d.file('docs/spec.pdf', pdf(['The specification says hippopotamus']));
  d.file('src/pay.py', 'def pay(): return 1\n');
  d.file('docs/broken.docx', 'PK\u0003\u0004no archive');
  d.file('docs/bomb.docx', bomb(64 * 1024 * 1024));
  d.file('docs/picture.png', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
  d.file('node_modules/x/readme.md', 'not mine');
  const result = await d.job('document.import', { paths: [d.root] });
  expect(result).toMatchObject({ files: 6, new: 3, unchanged: 0 });
  expect(
    (result['skipped'] as { path: string; code: string }[]).map(
      ({ path, code }) => `${path.slice(d.root.length + 1)} ${code}`,
    ),
  ).toEqual([
    'docs/bomb.docx limit/too-large',
    'docs/broken.docx document/broken',
    'docs/picture.png document/unsupported',
  ]);
  expect(await d.found('jitter')).toEqual(['docs/plan.docx: The plan › Retry rules']);
  expect(await d.found('hippopotamus')).toEqual(['docs/spec.pdf: A made file › Page 1']);
  const records = d.records();
  expect(await d.job('document.import', { paths: [d.root] })).toMatchObject({ new: 0, changed: 0, unchanged: 3 });
  expect(d.records()).toBe(records);
  d.file('src/pay.py', 'def pay(): return 2\n');
  expect(await d.job('document.import', { paths: [d.root] })).toMatchObject({ changed: 1, unchanged: 2 });
  expect(await d.ask('document.get', { uri: 'src/pay.py' })).toMatchObject({
    revision: 2,
    kind: 'file',
    source: 'file',
  });
});

test('DC41: in a repository what git ignores stays out; links and our own folder do everywhere', async () => {
  const d = documentsWorld();
  execFileSync('git', ['init', '-q', d.root]);
  d.file('.gitignore', 'secret/\n');
  d.file('secret/x.md', 'hidden');
  d.file('.prsist/brief/x.md', 'ours');
  d.file('a.md', 'mine');
  fs.symlinkSync('/etc/hostname', join(d.root, 'link.txt'));
  await d.job('document.import', { paths: [d.root] });
  expect((await d.ask('document.list', {})).items.map(({ uri }) => uri).sort()).toEqual(['.gitignore', 'a.md']);
});

test('DC47: what capture.ignore names stays out of documents and banks, and says so where it was asked for by name', async () => {
  const d = documentsWorld({ PRSIST_CAPTURE__IGNORE: '[private/, "*.local.md"]' });
  d.file('a.md', 'mine');
  const hidden = d.file('private/plan.md', 'walnut');
  d.file('docs/x.local.md', 'walnut');
  expect(await d.job('document.import', { paths: [d.root] })).toMatchObject({ files: 1, skipped: [] });
  const { skipped } = await d.job('document.import', { paths: [hidden] });
  expect(skipped).toMatchObject([{ path: hidden, reason: 'the setting capture.ignore leaves it out' }]);
  d.file('bank/own.local.md', 'walnut');
  d.file('bank/open.md', 'chestnut');
  await d.job('bank.sync', { directory: join(d.root, 'bank') });
  expect((await d.ask('document.list', {})).items.map(({ uri }) => uri).sort()).toEqual(['a.md', 'bank:open.md']);
  expect(await d.found('walnut')).toEqual([]);
});

test('DC42: a dry run names the files and keeps nothing; a file that is not there is named', async () => {
  const d = documentsWorld();
  const path = d.file('a.md', 'mine');
  expect(await d.job('document.import', { paths: [path], dry_run: true })).toMatchObject({ files: 1, paths: [path] });
  expect((await d.ask('document.list', {})).items).toEqual([]);
  const { skipped } = await d.job('document.import', { paths: [join(d.root, 'nope'), '/dev/null'] });
  expect(skipped).toMatchObject([{ code: 'file/unreadable' }, { code: 'file/unreadable' }]);
});

test('DC43: a parser that takes too long, or is given up, is ended, and the next file is read', async () => {
  const hanging = createExtractor(0);
  await expect(hanging.read(pdf(['x']), 'x.pdf', () => false)).rejects.toMatchObject({ code: 'document/broken' });
  await hanging.end();
  const extractor = createExtractor();
  const many = pdf(Array.from({ length: 3_000 }, (_, n) => `page ${n} with words`));
  await expect(extractor.read(many, 'x.pdf', () => true)).rejects.toMatchObject({
    code: 'daemon/draining',
  });
  expect(await extractor.read(pdf(['fine']), 'x.pdf', () => false)).toMatchObject({ text: '# Page 1\n\nfine' });
  await extractor.end();
});
