import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeGguf, tiny } from '../../scripts/make-gguf.ts';
import { Settings } from '../../src/daemon/settings.ts';
import { createTensors, sweepTensors } from '../../src/daemon/tensors.ts';
import { chainOf } from '../../src/engines/kept-prefix.ts';
import { type TensorWorld, tensorWorld } from './tensor-world.ts';
import { projectId } from './wired-world.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const rules = 'the rules\n';
const docs = 'the documents\n';

const sweep = (world: TensorWorld) => sweepTensors(world.wired.cache.tensors, world.projects);
const list = (world: TensorWorld) => world.client.call('tensor.list', {});

describe('states are kept and found', () => {
  test('PC610: a state is found by exactly its engine and the longest beginning of a prefix', async () => {
    const world = tensorWorld();
    await world.keep([rules]);
    await world.keep([rules, docs]);
    const { found } = await world.find([rules, docs, 'a question']);
    expect(found).toMatchObject({ segments: 2, tokens: 7, bytes: (rules + docs).length + 1, prefill_ms: 1_000 });
    expect(fs.readFileSync(found?.path ?? '', 'utf8')).toBe(`${rules}|${docs}`);
    expect((await world.find([rules, 'other documents'])).found?.segments).toBe(1);
    expect(await world.find(['other rules', docs])).toMatchObject({ found: null, why: 'unknown' });
    const { items } = await list(world);
    expect(items.map(({ segments, uses }) => `${segments} ${uses}`).sort()).toEqual(['1 1', '2 1']);
  });

  test('PC611: whatever differs of an engine, its states are not those of another', async () => {
    const world = tensorWorld();
    await world.keep([rules]);
    const other = join(world.top, 'other.gguf');
    makeGguf(other, { ...tiny, seed: 2 });
    const { engine } = world;
    const others = [
      { engine: 'another' },
      { build: '2' },
      { model: other },
      { kv_type: 'q8_0/q8_0' },
      { context: 8192 },
      { rope: 'base 10000' },
      { swa: 'full' },
      { lora: [{ path: other, scale: 1 }] },
    ];
    for (const each of others) expect((await world.find([rules], { ...engine, ...each })).why).toBe('unknown');
    expect((await world.find([rules])).found).not.toBeNull();
    // the very file by another name is the same model; written to, it is another
    const copy = join(world.top, 'copy.gguf');
    fs.copyFileSync(world.model, copy);
    expect((await world.find([rules], { ...engine, model: copy })).found).not.toBeNull();
    fs.appendFileSync(copy, 'x');
    expect((await world.find([rules], { ...engine, model: copy })).why).toBe('unknown');
  });

  test('PC611: a model that is not there, or is none, is refused', async () => {
    const world = tensorWorld();
    const missing = { ...world.engine, model: '/nowhere/m.gguf' };
    await expect(world.find([rules], missing)).rejects.toMatchObject({ code: 'file/unreadable' });
    const text = join(world.top, 'text.gguf');
    fs.writeFileSync(text, 'a text that is no model at all');
    await expect(world.find([rules], { ...world.engine, model: text })).rejects.toMatchObject({
      code: 'tensor/mismatch',
    });
  });

  test('PC612: files and directory are closed to others; a directory that is open is refused', async () => {
    const world = tensorWorld();
    const { path } = await world.keep([rules]);
    expect(fs.statSync(path).mode & 0o777).toBe(0o600);
    expect(fs.statSync(world.directory).mode & 0o777).toBe(0o700);
    expect(fs.statSync(join(world.paths.keys, 'tensors.key')).mode & 0o777).toBe(0o600);
    fs.chmodSync(world.directory, 0o755);
    await expect(world.keep([docs])).rejects.toMatchObject({ code: 'store/unsafe-mode' });
  });

  test('PC612: a file that others can read is not handed out', async () => {
    const world = tensorWorld();
    const { path } = await world.keep([rules]);
    fs.chmodSync(path, 0o644);
    expect((await world.find([rules])).why).toBe('damaged');
  });

  test('PC613: off, nothing is kept and nothing found, and it is said how to switch it on', async () => {
    const world = tensorWorld({ PRSIST_KV_TENSORS__ENABLED: 'false' });
    await expect(world.keep([rules])).rejects.toMatchObject({
      ...{ code: 'tensor/off', hint: 'prsist config set kv_tensors.enabled true' },
    });
    expect(await world.find([rules])).toMatchObject({ found: null, why: 'off' });
    expect(await list(world)).toMatchObject({ enabled: false, items: [], bytes: 0 });
    expect(fs.existsSync(world.directory)).toBe(false);
  });
});

describe('what is wrong is never handed out', () => {
  const damages: readonly [string, (path: string) => void][] = [
    ['a flipped bit', (path) => flip(path, 9)],
    ['a file that was cut', (path) => fs.truncateSync(path, 5)],
    ['a file that grew', (path) => fs.appendFileSync(path, 'x')],
    ['another file in its place', (path) => fs.writeFileSync(path, 'x'.repeat(fs.statSync(path).size))],
    ['a link', (path) => linkAway(path)],
    ['no file', (path) => fs.rmSync(path)],
  ];

  test.each(damages)('PC614: %s: a clean miss, the file goes, the engine rests', async (_, damage) => {
    const world = tensorWorld();
    const { path } = await world.keep([rules]);
    await world.keep([docs]);
    damage(path);
    expect(await world.find([rules])).toMatchObject({ found: null, why: 'damaged' });
    expect(fs.existsSync(path)).toBe(false);
    expect(await world.find([docs])).toMatchObject({ found: null, why: 'paused' });
    await expect(world.keep(['more'])).rejects.toMatchObject({ code: 'tensor/paused' });
    const { paused, items } = await list(world);
    expect([paused.map(({ engine }) => engine), items.length]).toEqual([['a test 1'], 1]);
    // another engine does not rest with it, and an hour later it goes on
    await world.keep([rules], { engine: { ...world.engine, build: '2' } });
    world.clock.now += hourMs;
    expect((await world.find([docs])).found).not.toBeNull();
  });

  test('PC614: a file that is exchanged for that of another state is not handed out', async () => {
    const world = tensorWorld();
    const [one, other] = [await world.keep(['one 1']), await world.keep(['two 2'])];
    fs.copyFileSync(other.path, one.path);
    expect((await world.find(['one 1'])).why).toBe('damaged');
  });

  test('PC615: a file is adopted only as the engine said it has written it', async () => {
    const world = tensorWorld();
    await expect(world.keep([rules], { said: 11 })).rejects.toMatchObject({
      ...{ code: 'tensor/mismatch', message: `the engine says 11 bytes, the file has ${rules.length}` },
    });
    expect(world.files()).toEqual([]);
    const place = await world.client.call('tensor.place', { engine: world.engine });
    const facts = { engine: world.engine, chain: ['0'.repeat(32)], tokens: 1, bytes: 1, prefill_ms: 0 };
    const adopt = (name: string) => world.client.call('tensor.adopt', { ...facts, name });
    await expect(adopt(place.name)).rejects.toMatchObject({ code: 'tensor/mismatch' });
    for (const name of ['../../x', '/etc/passwd', 'x.kv']) {
      await expect(adopt(name)).rejects.toMatchObject({ code: 'input/invalid' });
    }
    const outside = join(world.top, 'outside');
    fs.writeFileSync(outside, 'x');
    fs.symlinkSync(outside, place.path);
    await expect(adopt(place.name)).rejects.toMatchObject({ code: 'tensor/mismatch' });
    fs.linkSync(outside, place.path);
    await expect(adopt(place.name)).rejects.toMatchObject({ code: 'tensor/mismatch' });
    expect(fs.readFileSync(outside, 'utf8')).toBe('x');
    expect((await list(world)).items).toEqual([]);
  });

  test('PC616: an engine that did not take a state: its file goes and the engine rests; verify ends that', async () => {
    const world = tensorWorld();
    const { state_key, path } = await world.keep([rules]);
    const kept = await world.keep([docs]);
    flip(kept.path, 3);
    const failed = await world.client.call('tensor.failed', { state: state_key, why: 'it says no' });
    expect(failed).toEqual({ dropped: true, paused_until: new Date(world.clock.now + hourMs).toISOString() });
    expect(fs.existsSync(path)).toBe(false);
    expect((await list(world)).paused).toMatchObject([{ engine: 'a test 1', why: 'it says no' }]);
    const again = await world.client.call('tensor.failed', { state: state_key, why: 'it says no' });
    expect(again).toEqual({ dropped: false, paused_until: null });
    const { job_id } = await world.client.call('tensor.verify', {});
    const job = await world.jobs.show(job_id, 10_000);
    expect(job).toMatchObject({ state: 'done', result: { checked: 1, damaged: [kept.state_key] } });
    expect(await list(world)).toMatchObject({ items: [], paused: [] });
    expect(world.files()).toEqual([]);
  });
});

describe('room', () => {
  test('PC617: over the budget what is worth least goes, with its file; a state larger than all of it is refused', async () => {
    const world = tensorWorld({ PRSIST_KV_TENSORS__MAX_MB: '1' });
    const half = Buffer.alloc(400_000, 1);
    const cheap = await world.keep(['cheap'], { bytes: half, prefill_ms: 10 });
    const dear = await world.keep(['dear'], { bytes: half, prefill_ms: 9_000 });
    const third = await world.keep(['third'], { bytes: half });
    expect(third.dropped).toBe(1);
    expect([cheap, dear, third].map(({ path }) => fs.existsSync(path))).toEqual([false, true, true]);
    expect((await world.find(['cheap'])).why).toBe('unknown');
    const large = world.keep(['large'], { bytes: Buffer.alloc(1_000_001) });
    await expect(large).rejects.toMatchObject({ code: 'limit/too-large' });
    expect(world.files().length).toBe(2);
  });

  test('PC618: saved again, a state has its new file and the old one is gone', async () => {
    const world = tensorWorld();
    const before = await world.keep([rules], { bytes: Buffer.from('before') });
    const after = await world.keep([rules], { bytes: Buffer.from('after') });
    expect(after.state_key).toBe(before.state_key);
    expect(fs.existsSync(before.path)).toBe(false);
    expect(fs.readFileSync((await world.find([rules])).found?.path ?? '', 'utf8')).toBe('after');
    expect(world.files().length).toBe(1);
  });

  test('PC618: many at once, also of the same prefix: each is whole, and no file is left over', async () => {
    const world = tensorWorld();
    const saves = Array.from({ length: 24 }, (_, n) =>
      world.keep([`prefix ${n % 6}`], { bytes: Buffer.alloc(2_000 + n, n) }),
    );
    await Promise.all(saves);
    expect((await list(world)).items.length).toBe(6);
    expect(world.files().length).toBe(6);
    for (let n = 0; n < 6; n += 1) expect((await world.find([`prefix ${n}`])).found).not.toBeNull();
  });

  test('PC619: a week unused, a state goes; used, it stays', async () => {
    const world = tensorWorld();
    await world.keep(['unused']);
    await world.keep(['used']);
    world.clock.now += 6 * dayMs;
    await world.find(['used']);
    world.clock.now += 2 * dayMs;
    await sweep(world);
    expect((await list(world)).items.length).toBe(1);
    expect((await world.find(['used'])).found).not.toBeNull();
    expect(world.files().length).toBe(1);
  });

  test('PC620: files without a row go after an hour, rows without a file at once; what is not ours stays', async () => {
    const world = tensorWorld();
    const kept = await world.keep([rules]);
    const gone = await world.keep([docs]);
    const left = await world.client.call('tensor.place', { engine: world.engine });
    const fresh = await world.client.call('tensor.place', { engine: world.engine });
    for (const { path } of [left, fresh]) fs.writeFileSync(path, 'half');
    const note = join(world.directory, 'note.txt');
    fs.writeFileSync(note, 'mine');
    const at = world.clock.now / 1000;
    fs.utimesSync(left.path, at - 3_700, at - 3_700);
    fs.utimesSync(fresh.path, at - 60, at - 60);
    fs.utimesSync(note, 1, 1);
    fs.rmSync(gone.path);
    await sweep(world);
    const names = [kept.path, fresh.path, note].map((path) => path.split('/').at(-1));
    expect(world.files()).toEqual(names.sort());
    expect((await list(world)).items.map(({ state_key }) => state_key)).toEqual([kept.state_key]);
  });

  test('PC621: with another directory the old states are not handed out, and age where they are', async () => {
    const world = tensorWorld();
    const old = await world.keep([rules]);
    const moved = join(world.top, 'moved');
    const { config } = new Settings({ ...world, env: { PRSIST_KV_TENSORS__DIR: moved }, accept: () => undefined });
    const kv_tensors = { ...config.kv_tensors, enabled: true };
    const there = createTensors({
      ...{ paths: world.paths, env: {}, projects: () => world.projects, clock: () => world.clock.now },
      settings: { config: { ...config, kv_tensors } },
    });
    const described = { ...world.engine, kv_type: 'f16/f16', rope: '', swa: '', lora: [] };
    expect(await there.find(described, chainOf([rules]))).toEqual({ kind: 'none', why: 'unknown' });
    expect((await there.place(described)).directory).toBe(moved);
    world.clock.now += 8 * dayMs;
    await sweepTensors(there, world.projects);
    expect(fs.existsSync(old.path)).toBe(false);
    expect(there.states).toEqual([]);
  });

  test('PC622: drop removes one by the beginning of its key, or all', async () => {
    const world = tensorWorld();
    const one = await world.keep([rules]);
    await world.keep([docs]);
    await world.keep(['more']);
    const drop = (input: { state?: string; all?: boolean }) => world.client.call('tensor.drop', input);
    await expect(drop({})).rejects.toMatchObject({ code: 'input/invalid' });
    await expect(drop({ state: '0000000000' })).rejects.toMatchObject({ code: 'tensor/not-found' });
    expect(await drop({ state: one.state_key.slice(0, 12) })).toEqual({ dropped: 1, bytes: rules.length });
    expect((await drop({ all: true })).dropped).toBe(2);
    expect(world.files()).toEqual([]);
  });
});

describe('whose texts a state holds', () => {
  test('PC623: erasing in a project takes its states, and those nobody knows the project of', async () => {
    const world = tensorWorld();
    const shop = world.project();
    const other = '019a3985-b900-7000-8000-0000000000bb';
    world.project(other, 'other');
    await world.keep(['of the shop'], { project: shop });
    await world.keep(['of the other'], { project: other });
    await world.keep(['of nobody']);
    const caller = { user: world.projects.identity.user, origin: 'human' } as const;
    const ask = (operation: string, body: object) =>
      world.dispatch({ operation, body, caller, project: projectId, idempotencyKey: undefined });
    await ask('context.store', { key: 'k', value: 'v' });
    await ask('store.erase', { entry: 'k', reason: 'a test' });
    const { items } = await list(world);
    expect(items.map(({ project_id }) => project_id)).toEqual([other]);
    expect(world.files().length).toBe(1);
  });

  test('PC623: states of a project that is not there any more go with the next sweep', async () => {
    const world = tensorWorld();
    const shop = world.project();
    await world.keep([rules], { project: shop });
    await sweep(world);
    expect((await list(world)).items.length).toBe(1);
    const caller = { user: world.projects.identity.user, origin: 'human' } as const;
    const body = { project: projectId, keep_store: true };
    const asked = { operation: 'project.remove', body, caller, project: undefined, idempotencyKey: undefined };
    const { reply } = await world.dispatch(asked);
    await world.jobs.show(String(reply['job_id']), 10_000);
    await sweep(world);
    expect(await list(world)).toMatchObject({ items: [] });
    expect(world.files()).toEqual([]);
  });
});

function flip(path: string, at: number): void {
  const bytes = fs.readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  fs.writeFileSync(path, bytes);
}

function linkAway(path: string): void {
  fs.renameSync(path, `${path}.moved`);
  fs.symlinkSync(`${path}.moved`, path);
}
