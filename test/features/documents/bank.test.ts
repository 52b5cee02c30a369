import fs from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plan, type Sides } from '../../../src/features/documents/bank/plan.ts';
import { type Documents, documentsWorld } from './documents.ts';

const secret = `ghp_${'a1B2c3D4e5F6'.repeat(3)}`;
const base = '# Active\n\none\n\ntwo\n\nthree\n';

async function bank(): Promise<
  Documents & {
    readonly directory: string;
    readonly run: (way: string, more?: object) => Promise<Record<string, unknown>>;
    readonly read: (name: string) => string;
  }
> {
  const d = documentsWorld();
  const directory = join(d.root, 'memory-bank');
  d.file('memory-bank/activeContext.md', base);
  d.file('memory-bank/notes/deep.md', 'deep\n');
  d.file('memory-bank/picture.txt', 'not Markdown');
  const run = (way: string, more = {}) => d.job(`bank.${way}` as 'bank.import', { directory, ...more });
  await run('import');
  return { ...d, directory, run, read: (name) => fs.readFileSync(join(directory, name), 'utf8') };
}

const put = (d: Documents, content: string, uri = 'bank:activeContext.md') => d.ask('document.put', { uri, content });

test('DC50: Markdown files become documents of kind memory-bank; again it is nothing', async () => {
  const b = await bank();
  const { items } = await b.ask('document.list', { kind: 'memory-bank' });
  expect(items.map(({ uri }) => uri).sort()).toEqual(['bank:activeContext.md', 'bank:notes/deep.md']);
  const records = b.records();
  expect(await b.run('import')).toMatchObject({ same: 2, changes: [] });
  expect(b.records()).toBe(records);
});

test('DC51: changes of different lines flow both ways and meet', async () => {
  const b = await bank();
  await put(b, base.replace('one', 'ONE'));
  b.file('memory-bank/activeContext.md', base.replace('three', 'THREE'));
  const both = base.replace('one', 'ONE').replace('three', 'THREE');
  expect(await b.run('sync')).toMatchObject({ imported: 1, exported: 1, unsettled: 0 });
  expect(b.read('activeContext.md')).toBe(both);
  expect(await b.text('bank:activeContext.md')).toBe(both);
  expect(await b.run('sync')).toMatchObject({ same: 2 });
});

test('DC52: one way is one way: import writes no file, export no document', async () => {
  const b = await bank();
  await put(b, base.replace('one', 'ONE'));
  b.file('memory-bank/activeContext.md', base.replace('three', 'THREE'));
  const mine = b.read('activeContext.md');
  await b.run('import');
  expect(b.read('activeContext.md')).toBe(mine);
  await put(b, base.replace('one', '1'));
  await b.run('export');
  expect(await b.text('bank:activeContext.md')).toBe(base.replace('one', '1'));
});

test.each(['import', 'export', 'sync'])(
  'DC53: where both changed the same lines, %s touches neither and says so',
  async (way) => {
    const b = await bank();
    await put(b, base.replace('one', 'mine'));
    b.file('memory-bank/activeContext.md', base.replace('one', 'yours'));
    const result = await b.run(way);
    expect(result).toMatchObject({ unsettled: 1, changes: [{ name: 'activeContext.md', outcome: 'conflict' }] });
    expect(JSON.stringify(result)).toContain('-mine\\n+yours');
    expect(b.read('activeContext.md')).toContain('yours');
    expect(await b.text('bank:activeContext.md')).toContain('mine');
  },
);

test.each([
  ['import', 'theirs', 'yours'],
  ['export', 'ours', 'mine'],
  ['sync', 'ours', 'mine'],
  ['sync', 'theirs', 'yours'],
])('DC54: %s with %s settles it, and what was covered stays in the history', async (way, prefer, winner) => {
  const b = await bank();
  await put(b, base.replace('one', 'mine'));
  b.file('memory-bank/activeContext.md', base.replace('one', 'yours'));
  expect(await b.run(way, { prefer, names: ['activeContext.md'] })).toMatchObject({ unsettled: 0 });
  expect(b.read('activeContext.md')).toContain(winner);
  expect(await b.text('bank:activeContext.md')).toContain(winner);
  expect(await b.run('sync')).toMatchObject({ same: 2 });
  const { items } = await b.ask('document.history', { uri: 'bank:activeContext.md' });
  const texts = await Promise.all(
    items.flatMap(({ revision }) =>
      revision === null ? [] : [b.ask('document.get', { uri: 'bank:activeContext.md', revision })],
    ),
  );
  for (const side of ['mine', 'yours'])
    expect(
      texts.some(({ content }) => content.includes(side)),
      side,
    ).toBe(true);
});

test('DC55: a removed file is not written again unasked; theirs retires its document, ours writes it', async () => {
  const b = await bank();
  fs.rmSync(join(b.directory, 'activeContext.md'));
  fs.rmSync(join(b.directory, 'notes/deep.md'));
  b.file('memory-bank/other.md', 'x\n');
  expect(await b.run('sync')).toMatchObject({ unsettled: 2 });
  expect(fs.existsSync(join(b.directory, 'activeContext.md'))).toBe(false);
  await b.run('sync', { prefer: 'ours', names: ['activeContext.md'] });
  expect(b.read('activeContext.md')).toBe(base);
  await b.run('sync', { prefer: 'theirs', names: ['notes/deep.md'] });
  expect((await b.ask('document.list', { state: 'retired' })).items.map(({ uri }) => uri)).toEqual([
    'bank:notes/deep.md',
  ]);
  expect(await b.run('sync')).toMatchObject({ same: 3, unsettled: 0 });
});

test('DC56: a file with secrets comes in without them and is never written', async () => {
  const b = await bank();
  const mine = `${base}\nkey ${secret}\n`;
  b.file('memory-bank/activeContext.md', mine);
  await b.run('sync');
  expect(await b.text('bank:activeContext.md')).not.toContain(secret);
  await put(b, (await b.text('bank:activeContext.md')).replace('one', 'ONE'));
  expect(await b.run('sync')).toMatchObject({ changes: [{ outcome: 'held-back' }] });
  expect(b.read('activeContext.md')).toBe(mine);
});

test('DC57: a dry run shows what would change and changes nothing', async () => {
  const b = await bank();
  await put(b, base.replace('one', 'ONE'));
  const records = b.records();
  const result = await b.run('export', { dry_run: true });
  expect(JSON.stringify(result['changes'])).toContain('-one\\n+ONE');
  expect(b.read('activeContext.md')).toBe(base);
  expect(b.records()).toBe(records);
  expect(await b.run('export')).toMatchObject({ exported: 1 });
});

test('DC58: an export makes its directory, keeps modes, follows no link out of it, and a link is no file of the bank', async () => {
  const b = await bank();
  const fresh = join(b.root, 'new', 'bank');
  await b.run('export', { directory: fresh });
  expect(fs.readFileSync(join(fresh, 'notes/deep.md'), 'utf8')).toBe('deep\n');
  const outside = join(b.root, 'outside');
  fs.mkdirSync(outside);
  fs.rmSync(join(b.directory, 'notes'), { recursive: true });
  fs.symlinkSync(outside, join(b.directory, 'notes'));
  await put(b, 'changed\n', 'bank:notes/deep.md');
  await b.run('export', { prefer: 'ours' });
  expect(fs.readdirSync(outside)).toEqual([]);
  fs.chmodSync(join(b.directory, 'activeContext.md'), 0o640);
  await put(b, 'changed\n');
  await b.run('export');
  expect(b.read('activeContext.md')).toBe('changed\n');
  expect(fs.statSync(join(b.directory, 'activeContext.md')).mode & 0o777).toBe(0o640);
  expect(fs.readdirSync(b.directory).filter((name) => name.includes('tmp'))).toEqual([]);
});

test('DC58: what cannot be read or written is named, and nothing else is kept from its way', async () => {
  const b = await bank();
  b.file('memory-bank/binary.md', Buffer.from([1, 0, 2]));
  b.file('memory-bank/latin.md', Buffer.from([0x67, 0xfc]));
  await put(b, 'changed\n', 'bank:activeContext.md/below.md');
  await put(b, 'new\n', 'bank:fresh.md');
  const { changes } = await b.run('sync');
  expect((changes as { name: string; outcome: string }[]).map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
    'activeContext.md/below.md unreadable',
    'binary.md unreadable',
    'fresh.md exported',
    'latin.md unreadable',
  ]);
  const directory = join(b.directory, 'activeContext.md', 'bank');
  await expect(b.run('export', { directory })).rejects.toMatchObject({ code: 'file/unreadable' });
});

test('DC59: whatever stands on both sides, nothing is lost unasked and the next run has nothing left to do', () => {
  const text = fc.array(fc.constantFrom('a\n', 'b\n', 'c\n'), { maxLength: 5 }).map((all) => all.join(''));
  const maybe = fc.option(text, { nil: undefined });
  const sides: fc.Arbitrary<Sides> = fc.record({
    ...{ file: maybe, document: maybe, base: maybe },
    ...{ secrecy: fc.constant('whole' as const), retired: fc.constant(false) },
  });
  fc.assert(
    fc.property(sides, fc.constantFrom('nobody', 'ours', 'theirs'), (before, favour) => {
      const done = plan(before, 'both', favour);
      if (done.outcome === 'conflict' || done.outcome === 'file-removed') {
        expect(favour === 'nobody' || done.outcome === 'conflict').toBe(true);
        expect([done.document, done.file, done.rescued]).toEqual([undefined, undefined, undefined]);
        return;
      }
      const document = done.document === undefined ? before.document : (done.document ?? undefined);
      const after: Sides = {
        ...{ secrecy: 'whole', retired: done.document === null, document, file: done.file ?? before.file },
        base: done.fileBase ?? (done.base === undefined ? before.base : (done.base ?? undefined)),
      };
      expect(plan(after, 'both', 'nobody')).toEqual({ outcome: 'same' });
      expect(after.file).toBe(after.document);
    }),
    { numRuns: 3_000 },
  );
});
