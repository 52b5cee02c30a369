import fs from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { StoredText } from '../../../../src/features/cache/context/needs.ts';
import { temporaryDirectory } from '../../../store/temporary-store.ts';
import { given } from './given.ts';

const long = (name: string) => Array.from({ length: 1_500 }, (_, n) => `## ${name} ${n}\nline ${n}\n`).join('\n');

test('PC530: rules, memory bank, README and memory are found by themselves, each text once, in an order of its own', async () => {
  const memory = () => '<prsist-memory>\nremembered\n</prsist-memory>\n';
  const { file, load, root } = given({ sources: { memory } });
  file('AGENTS.md', 'Use tabs.\n');
  fs.symlinkSync('AGENTS.md', join(root, 'CLAUDE.md'));
  for (const name of ['memory-bank/b.md', 'memory-bank/a.md', '.cursor/rules/style.mdc', 'README.md']) file(name, name);
  const { segments } = await load();
  expect(segments.map(({ slot }) => slot)).toEqual([
    ...['frame', 'template:resume', 'doc:.cursor/rules/style.mdc', 'doc:AGENTS.md', 'doc:README.md'],
    ...['doc:memory-bank/a.md', 'doc:memory-bank/b.md', 'memory'],
  ]);
  expect(segments.find(({ slot }) => slot === 'doc:AGENTS.md')?.text).toBe(
    '<document name="AGENTS.md">\nUse tabs.\n</document>\n',
  );
  expect(segments.at(-1)?.text).toBe('remembered\n');
});

test('PC531: only what changed is read again, whatever the stamps say of a file that was just written', async () => {
  const { file, load, clock } = given();
  for (const name of ['AGENTS.md', 'README.md', 'memory-bank/a.md']) file(name, `${name} one`);
  expect((await load()).files.changed).toHaveLength(3);
  const same = await load();
  expect(same.files).toEqual({ looked_at: 3, changed: [] });
  expect(same.segments.some(({ rendered }) => rendered)).toBe(false);
  file('README.md', 'README two'); // of the same size
  const after = await load();
  expect(after.files.changed).toEqual(['README.md']);
  expect(after.segments.filter(({ rendered }) => rendered).map(({ slot }) => slot)).toEqual(['doc:README.md']);
  expect(after.segments.find(({ slot }) => slot === 'doc:README.md')?.text).toContain('README two');
  // read at the very moment it was written: its stamp proves nothing
  file('AGENTS.md', 'one', 1_000_000_000_500);
  clock.now = 1_000_000_000_505;
  await load();
  expect((await load()).files.changed).toContain('AGENTS.md');
  file('GEMINI.md', 'new');
  expect((await load()).segments.map(({ slot }) => slot)).toContain('doc:GEMINI.md');
});

test('PC532: a file that is gone is gone, one that appears is found, in folders that appear, too', async () => {
  const { file, load, root, clock } = given();
  const slots = async () => (await load()).segments.map(({ slot }) => slot).filter((slot) => slot.startsWith('doc:'));
  expect(await slots()).toEqual([]);
  for (const name of ['AGENTS.md', '.claude/CLAUDE.md', 'memory-bank/deep/a.md', '.cursor/rules/a.mdc']) {
    clock.now += 60_000;
    expect(await slots()).not.toContain(`doc:${name}`);
    file(name, name);
    expect(await slots()).toContain(`doc:${name}`);
  }
  fs.rmSync(join(root, 'AGENTS.md'));
  expect(await slots()).not.toContain('doc:AGENTS.md');
});

test('PC533: a link that leads out of the project, a file too large or with NUL is not shown, and it is said why', async () => {
  const { file, load, root } = given();
  const outside = join(temporaryDirectory(), 'secret.txt');
  fs.writeFileSync(outside, 'top secret');
  fs.symlinkSync(outside, join(root, 'AGENTS.md'));
  file('GEMINI.md', 'x'.repeat((1 << 20) + 1));
  file('README.md', 'a\0b');
  const { segments, left_out } = await load();
  expect(JSON.stringify(segments)).not.toContain('top secret');
  expect(left_out.map(({ slot, why }) => `${slot}: ${why}`)).toEqual([
    'doc:AGENTS.md: a link leads out of the project',
    'doc:GEMINI.md: it is larger than 1 MiB',
    'doc:README.md: it is no text',
  ]);
  for (const name of ['AGENTS.md', '../secret.txt', outside]) {
    await expect(load({ documents: [name] })).rejects.toThrow(/no document and no file|leads out/);
  }
});

test('PC534: documents that are named have to be there; those in quarantine and ignored ones are for no model', async () => {
  const kept: Record<string, StoredText> = {
    notes: { uri: 'notes', text: 'kept notes', refused: undefined },
    bad: { uri: 'bad', text: '', refused: 'it is in quarantine' },
  };
  const needs = { ignores: () => (path: string) => path.endsWith('.pem') };
  const { file, load } = given({ sources: { stored: (_context, name) => kept[name] }, needs });
  for (const name of ['docs/a.md', 'key.pem']) file(name, name);
  const { segments, left_out } = await load({ documents: ['notes', './docs/a.md', 'bad'] });
  expect(segments.map(({ slot }) => slot).slice(2)).toEqual(['doc:docs/a.md', 'doc:notes']);
  expect(left_out).toEqual([{ slot: 'doc:bad', kind: 'documentation', tokens: 0, why: 'it is in quarantine' }]);
  await expect(load({ documents: ['nope'] })).rejects.toMatchObject({ code: 'document/not-found' });
  await expect(load({ documents: ['key.pem'] })).rejects.toMatchObject({ message: expect.stringContaining('ignore') });
});

test('PC535: secrets leave a file before anything keeps it', async () => {
  const { file, load, loading, counted } = given();
  file('AGENTS.md', 'the password is hunter2');
  expect(JSON.stringify(await load())).not.toContain('hunter2');
  await loading.settled();
  expect(counted.join()).not.toContain('hunter2');
});

test('PC536: over the budget a long document is cut at the border of a piece, and it is said what is left out', async () => {
  const { file, load } = given();
  file('docs/long.md', long('part'));
  const { segments, left_out, tokens, budget } = await load({ documents: ['docs/long.md'], budget_tokens: 5_000 });
  expect(segments.map(({ slot }) => slot).slice(2)).toEqual(['doc:docs/long.md']);
  expect(left_out.map(({ slot, why }) => [slot, why])).toEqual([
    ['doc:docs/long.md#1', 'the budget is spent'],
    ['doc:docs/long.md#2', 'the budget is spent'],
  ]);
  expect(tokens).toBeLessThanOrEqual(5_000);
  expect(budget.documentation?.wanted).toBeGreaterThan(budget.documentation?.used ?? 0);
  await expect(load({ budget_tokens: 500, template: 'resume' })).resolves.toMatchObject({
    left_out: expect.any(Array),
  });
});

test('PC537: tokens are estimated at once and counted behind the answer; the next estimates are nearer', async () => {
  const { file, load, loading } = given();
  file('AGENTS.md', long('rule'));
  const first = await load();
  expect(first.segments.every(({ counted }) => !counted)).toBe(true);
  await loading.settled();
  const second = await load();
  expect(second.segments.every(({ counted, text, tokens }) => counted && tokens === Math.ceil(text.length / 3))).toBe(
    true,
  );
  expect(second.hash).toBe(first.hash);
  file('README.md', long('other'));
  const error = (tokens: number, text: string) => Math.abs(tokens - text.length / 3) / (text.length / 3);
  const fresh = (await load()).segments.find(({ slot }) => slot === 'doc:README.md');
  const then = first.segments.find(({ slot }) => slot === 'doc:AGENTS.md');
  expect(error(fresh?.tokens ?? 0, fresh?.text ?? '')).toBeLessThan(error(then?.tokens ?? 0, then?.text ?? ''));
});

test('PC538: a counter that fails leaves the estimates, and is asked again with the next load', async () => {
  let asked = 0;
  const count = async () => {
    asked += 1;
    throw new Error('no thread');
  };
  const { load, loading } = given({ needs: { count } });
  await load();
  await loading.settled();
  expect((await load()).segments.every(({ counted }) => !counted)).toBe(true);
  await loading.settled();
  expect(asked).toBeGreaterThan(1);
});

test('PC539: another daemon, project directory, clock, time zone and locale give the same bytes', async () => {
  const fill = ({ file }: ReturnType<typeof given>) => {
    for (const name of ['README.md', 'AGENTS.md', 'memory-bank/ü.md', 'memory-bank/z.md', 'memory-bank/I.md'])
      file(name, long(name));
  };
  const [one, other] = [given(), given()];
  fill(one);
  const before = await one.load();
  const { TZ, LANG } = process.env;
  try {
    Object.assign(process.env, { TZ: 'Pacific/Kiritimati', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' });
    fill(other);
    other.clock.now += 86_400_000;
    const after = await other.load();
    expect(after.segments.map(({ text }) => text)).toEqual(before.segments.map(({ text }) => text));
    expect(after.hash).toBe(before.hash);
  } finally {
    Object.assign(process.env, { TZ: TZ ?? 'UTC', LANG: LANG ?? 'C.UTF-8', LC_ALL: '' });
  }
  // a loader that knows nothing yet, on the same files
  expect((await given({ root: one.root }).load()).hash).toBe(before.hash);
});

test('PC540: whoever grows moves nothing before it', async () => {
  const { file, load } = given();
  for (const name of ['AGENTS.md', 'README.md', 'memory-bank/a.md', 'memory-bank/b.md']) file(name, name);
  const before = (await load()).segments.map(({ text }) => text).join('');
  file('memory-bank/b.md', long('grown'));
  const after = (await load()).segments.map(({ text }) => text).join('');
  expect(after.startsWith(before.slice(0, before.indexOf('memory-bank/b.md')))).toBe(true);
});

test('PC541: warming counts everything, says what a provider would ask for, and sends nothing', async () => {
  const { file, loading, root } = given();
  file('AGENTS.md', long('rule'));
  const context = { project: { id: 'p', name: 'shop', root }, caller: {} } as never;
  const plan = await loading.verbs['cache.warm'](context, { what: 'files', model: undefined });
  expect(plan).toMatchObject({ files: 1, changed: ['AGENTS.md'], counted: 0, provider: null });
  const warm = await loading.verbs['cache.warm'](context, { what: 'all', model: 'm' });
  expect(warm).toMatchObject({ files: 1, changed: [], counted: warm.segments });
  expect(warm.provider?.usd_1h).toBeCloseTo(((warm.provider?.tokens ?? 0) * 8) / 1e6, 9);
  expect((await loading.verbs['cache.warm'](context, { what: 'all', model: 'unknown' })).provider).toBeNull();
});

test('PC542: what was erased is not shown from memory', async () => {
  const { file, load, loading } = given();
  file('AGENTS.md', 'a');
  await load();
  expect(loading.heldBytes).toBeGreaterThan(0);
  loading.forget();
  expect(loading.heldBytes).toBe(0);
  expect((await load()).files.changed).toEqual(['AGENTS.md']);
});
