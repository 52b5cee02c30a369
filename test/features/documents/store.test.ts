import { expect, test } from 'vitest';
import { digest } from '../../../src/store/digest.ts';
import { rebuild } from '../../../src/store/rebuild.ts';
import { projectId } from '../../daemon/wired-world.ts';
import { documentsWorld } from './documents.ts';

const secret = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;

test('DC1: a text is kept under its uri; the same again writes nothing, another one is a revision', async () => {
  const d = documentsWorld();
  const first = await d.ask('document.put', { uri: 'notes/a.md', content: '# Title\n\nbody' });
  expect(first).toMatchObject({ uri: 'notes/a.md', revision: 1, bytes: 13, written: 'new' });
  const records = d.records();
  expect(await d.ask('document.put', { uri: 'notes/a.md', content: '# Title\n\nbody' })).toMatchObject({
    written: 'same',
  });
  expect(d.records()).toBe(records);
  const long = `# Title\n\n${'words and more\n'.repeat(500)}`;
  expect(await d.ask('document.put', { uri: 'notes/a.md', content: long })).toMatchObject({
    revision: 2,
    written: 'changed',
  });
  expect(await d.ask('document.get', { uri: 'notes/a.md' })).toMatchObject({
    title: 'Title',
    content: long,
    kind: 'note',
    trust: 1,
  });
  expect(await d.ask('document.get', { uri: 'notes/a.md', revision: 1 })).toMatchObject({
    content: '# Title\n\nbody',
    revision: 1,
  });
  await expect(d.ask('document.get', { uri: 'notes/a.md', revision: 3 })).rejects.toMatchObject({
    code: 'document/not-found',
  });
});

test('DC2: a batch is kept as a whole or not at all, at most a hundred', async () => {
  const d = documentsWorld();
  const items = Array.from({ length: 100 }, (_, n) => ({ uri: `n/${n}`, content: `text ${n}` }));
  expect((await d.ask('document.put', { items })).items).toHaveLength(100);
  const bad = [
    { uri: 'x', content: 'fine' },
    { uri: 'y', content: 'a'.repeat(4 * 1024 * 1024 + 1) },
  ];
  await expect(d.ask('document.put', { items: bad })).rejects.toMatchObject({ code: 'limit/too-large' });
  await expect(d.ask('document.get', { uri: 'x' })).rejects.toMatchObject({ code: 'document/not-found' });
  await expect(d.ask('document.put', { items: [...items, { uri: 'z', content: '' }] })).rejects.toMatchObject({
    code: 'limit/too-large',
  });
  for (const half of [{ uri: 'x' }, { content: 'x' }]) {
    await expect(d.ask('document.put', half)).rejects.toMatchObject({ code: 'input/invalid' });
  }
});

test('DC3: a retired document is out of lists and search, keeps its history, and comes back; so does an old text', async () => {
  const d = documentsWorld();
  await d.ask('document.put', { uri: 'a.md', content: '# Old\n\nelephants' });
  await d.ask('document.put', { uri: 'a.md', content: '# New\n\ngiraffes' });
  await d.ask('document.delete', { uri: 'a.md', reason: 'done' });
  expect((await d.ask('document.list', {})).items).toEqual([]);
  expect((await d.ask('document.list', { state: 'retired' })).items).toHaveLength(1);
  expect(await d.found('giraffes')).toEqual([]);
  const records = d.records();
  await d.ask('document.delete', { uri: 'a.md' });
  expect(d.records()).toBe(records);
  await d.ask('document.restore', { uri: 'a.md' });
  expect(await d.found('giraffes')).toEqual(['a.md: New']);
  expect(await d.ask('document.restore', { uri: 'a.md', revision: 1 })).toMatchObject({ revision: 3 });
  expect(await d.found('giraffes')).toEqual([]);
  expect(await d.found('elephants')).toEqual(['a.md: Old']);
  const { items } = await d.ask('document.history', { uri: 'a.md' });
  expect(items.map(({ change, revision, reason }) => [change, revision, reason])).toEqual([
    ['put', 3, null],
    ['restore', null, null],
    ['retire', null, 'done'],
    ['put', 2, null],
    ['put', 1, null],
  ]);
});

test('DC4: a document is named by uri, id, or a path from where one stands', async () => {
  const d = documentsWorld();
  const { document_id } = await d.ask('document.put', { uri: 'docs/a.md', content: 'x' });
  const directory = `${d.root}/docs`;
  for (const uri of ['docs/a.md', document_id ?? '', `${d.root}/docs/a.md`]) expect(await d.text(uri)).toBe('x');
  expect(await d.ask('document.get', { uri: 'a.md' }, { directory })).toMatchObject({ content: 'x' });
  await expect(d.ask('document.get', { uri: 'a.md' })).rejects.toMatchObject({ code: 'document/not-found' });
});

test('DC5: a part is found by its words, its headings and the title, and shown under both', async () => {
  const d = documentsWorld();
  await d.ask('document.put', {
    uri: 'api.md',
    content: '# API\n\nintro\n\n## Errors\n\n### Retry\n\nwait for jitter\n',
  });
  expect(await d.found('jitter')).toEqual(['api.md: API › Errors › Retry']);
  expect(await d.found('API')).toHaveLength(1);
  await d.ask('document.put', { uri: 'pay.py', title: 'Payment', content: '# charge a card\ndef charge(): pass\n' });
  expect(await d.found('charge card')).toEqual(['pay.py: Payment']);
});

test('DC6: secrets leave texts, titles and names before anything is kept', async () => {
  const d = documentsWorld();
  await d.ask('document.put', { uri: 'a.md', content: `# Key ${secret}\n\n${secret}` });
  const { items } = await d
    .job('document.import', { paths: [d.file('b.txt', `token ${secret}`)] })
    .then(() => d.ask('document.list', {}));
  expect(items).toHaveLength(2);
  for (const { uri } of items) expect(JSON.stringify(await d.ask('document.get', { uri }))).not.toContain(secret);
});

test('DC7: lists go in pages, narrowed by kind, source and beginning of the name', async () => {
  const d = documentsWorld();
  for (let n = 0; n < 7; n += 1) {
    d.world.clock.now += n % 2;
    await d.ask('document.put', {
      uri: `${n % 2 ? 'odd' : 'even'}/${n}`,
      content: `${n}`,
      kind: n > 4 ? 'late' : undefined,
    });
  }
  const seen: string[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await d.ask('document.list', { limit: 2, cursor });
    seen.push(...page.items.map(({ uri }) => uri));
    if (page.next_cursor === null) break;
    cursor = page.next_cursor;
  }
  expect([...seen].sort()).toEqual(['even/0', 'even/2', 'even/4', 'even/6', 'odd/1', 'odd/3', 'odd/5']);
  const uris = async (input: object) => (await d.ask('document.list', input)).items.map(({ uri }) => uri).sort();
  expect(await uris({ prefix: 'odd/' })).toEqual(['odd/1', 'odd/3', 'odd/5']);
  expect(await uris({ kind: 'late' })).toEqual(['even/6', 'odd/5']);
  await expect(d.ask('document.list', { cursor: 'x' })).rejects.toMatchObject({ code: 'input/invalid' });
});

test('DC8: rebuilt rows are the rows there were', async () => {
  const d = documentsWorld();
  for (const content of ['# One\n\na', `# Two\n\n${'long words here\n'.repeat(400)}`]) {
    await d.ask('document.put', { uri: 'a.md', content, metadata: { n: content.length } });
  }
  await d.ask('document.put', { uri: 'bank:x.md', content: 'bank' });
  await d.ask('document.delete', { uri: 'a.md' });
  await d.ask('document.restore', { uri: 'a.md', revision: 1 });
  const store = d.world.projects.store(projectId);
  const before = digest(store);
  rebuild(store);
  expect(digest(store)).toEqual(before);
});

test.each([
  'bank:../x.md',
  'bank:/etc/x.md',
  'bank:a/../b.md',
  'bank:.hidden.md',
  'bank:x.txt',
  'bank:a//b.md',
  'bank:',
])('DC9: %s is no name in the memory bank', async (uri) => {
  const d = documentsWorld();
  await expect(d.ask('document.put', { uri, content: 'x' })).rejects.toMatchObject({ code: 'input/invalid' });
});
