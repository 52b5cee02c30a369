// What every kind of remote must do, run for each kind: folder, git, the simulator's own.
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PrsistError } from '../../../src/core/errors.ts';
import type { LocalObject, ObjectResult, Remote } from '../../../src/features/sync/remote.ts';
import { writerBytes } from './writer-bytes.ts';

/** One place that keeps objects, empty at first. */
export interface Place {
  /** Another device that uses it, with nothing kept from those before. */
  open(): Remote;
  /** Starts a process that puts these objects one after the other, 256 KiB each, and says `put` after each; absent where none can. */
  writer?(names: readonly string[]): Writer;
  /** So many objects a writer does not get through before it is killed, where it would with a dozen. */
  readonly tooMany?: number;
  /** So many objects are many, where a thousand would take minutes. */
  readonly many?: number;
  /** Lays something there that is none of ours; absent where only ours can be. */
  foreign?(): Promise<void>;
  /** As if the place had been set up anew: nothing in it. */
  empty(): Promise<void>;
  /** Gives the object of a name other bytes, past all rules; absent where that cannot be. */
  overwrite?(name: string, bytes: Uint8Array): Promise<void>;
  /** No more can be written until it is undone; absent where that cannot be had on this machine. */
  readOnly?(): Promise<() => Promise<void>>;
  /** It cannot be reached until it is undone. */
  away?(): Promise<() => Promise<void>>;
  remove(): Promise<void>;
}

export interface Writer {
  /** Resolves after the n-th object was put. */
  said(count: number): Promise<void>;
  /** kill -9 of it and of all it has started; resolves when they are gone. */
  kill(): Promise<void>;
}

const ws = 'prsist1/aaaaaaaaaaaaaaaaaaaaaaaaaa';
const never = new AbortController().signal;

/** All names below a prefix with their sizes. */
export async function listed(remote: Remote, prefix = 'prsist1/'): Promise<Map<string, number | null>> {
  const found = new Map<string, number | null>();
  for await (const { name, sizeBytes } of remote.list(prefix, never)) found.set(name, sizeBytes);
  return found;
}

/** The bytes of some objects as they are given, by name. */
export async function given(remote: Remote, names: readonly string[]) {
  const bytes = new Map<string, Uint8Array>();
  const results = await remote.get(names, (name, got) => void bytes.set(name, Buffer.from(got)), never);
  return { bytes, results };
}

const object = (name: string, bytes: Uint8Array | string = name): LocalObject => ({ name, bytes: Buffer.from(bytes) });
const words = (results: readonly ObjectResult[]) =>
  results.map((result) => (result.is === 'failed' ? result.code : result.is));

/** The code with which something failed, as a whole or for its objects. */
async function failing(work: () => Promise<readonly ObjectResult[]>): Promise<readonly string[]> {
  try {
    return words(await work());
  } catch (error) {
    if (error instanceof PrsistError) return [error.code];
    throw error;
  }
}

/** title: says the kind in the names of the tests. make: a new, empty place. */
export function remoteContract(title: string, make: () => Promise<Place>): void {
  describe(title, () => {
    let place: Place;
    let remote: Remote;

    beforeEach(async () => {
      place = await make();
      remote = place.open();
    });
    afterEach(async () => {
      await remote.close();
      await place.remove();
    });

    test('RM1: what is put is listed with its size and given back as it was; a name is never overwritten', async () => {
      const names = [`${ws}/ws.json`, `${ws}/h/b.1.0011.hd`, `${ws}/p/q/d/l/000000000001-000000000009.0.3.00.pk`];
      const objects = names.map((name) => object(name));
      expect(words(await remote.putIfAbsent(objects, never))).toEqual(['created', 'created', 'created']);
      expect(words(await remote.putIfAbsent(objects, never))).toEqual(['exists', 'exists', 'exists']);
      const others = [object(names[0] ?? '', 'other'), object(`${ws}/k/1.kr`)];
      expect(words(await place.open().putIfAbsent(others, never))).toEqual(['exists', 'created']);
      const second = place.open();
      const sizes = [...(await listed(second))].map(([name, size]) => [name, size ?? name.length]);
      expect(Object.fromEntries(sizes)).toEqual(
        Object.fromEntries([...names, `${ws}/k/1.kr`].map((name) => [name, name.length])),
      );
      const { bytes, results } = await given(second, names);
      expect(words(results)).toEqual(['got', 'got', 'got']);
      for (const name of names) expect(Buffer.from(bytes.get(name) ?? []).toString()).toBe(name);
    });

    test('RM2: a listing is of a prefix, whether it ends with a part or within one', async () => {
      const names = ['h/a.1.00.hd', 'h/b.1.00.hd', 'p/x/a/l/1.pk', 'p/x/ab/l/1.pk', 'p/xy/a/l/1.pk'];
      await remote.putIfAbsent(
        names.map((name) => object(`${ws}/${name}`)),
        never,
      );
      const below = async (prefix: string) =>
        [...(await listed(remote, `${ws}/${prefix}`)).keys()].map((name) => name.slice(ws.length + 1)).sort();
      expect(await below('')).toEqual(names);
      expect(await below('h/')).toEqual(['h/a.1.00.hd', 'h/b.1.00.hd']);
      expect(await below('p/x/')).toEqual(['p/x/a/l/1.pk', 'p/x/ab/l/1.pk']);
      expect(await below('p/x/a')).toEqual(['p/x/a/l/1.pk', 'p/x/ab/l/1.pk']);
      expect(await below('h/b.1')).toEqual(['h/b.1.00.hd']);
      expect(await below('k/')).toEqual([]);
    });

    test('RM3: what is absent is told so, beside what is there', async () => {
      await remote.putIfAbsent([object(`${ws}/h/a.1.00.hd`)], never);
      const names = [`${ws}/h/z.1.00.hd`, `${ws}/h/a.1.00.hd`, `${ws}/k/1.kr`];
      expect(words((await given(remote, names)).results)).toEqual(['absent', 'got', 'absent']);
      expect(words(await remote.delete(names, never))).toEqual(['absent', 'deleted', 'absent']);
      expect(words(await remote.delete(names, never))).toEqual(['absent', 'absent', 'absent']);
      expect([...(await listed(remote)).keys()]).toEqual([]);
      expect(words((await given(remote, names)).results)).toEqual(['absent', 'absent', 'absent']);
      expect(await remote.get([], () => undefined, never)).toEqual([]);
      expect(await remote.putIfAbsent([], never)).toEqual([]);
      expect(await remote.delete([], never)).toEqual([]);
    });

    test('RM3: what is deleted may be put again', async () => {
      const one = object(`${ws}/h/a.1.00.hd`, 'again');
      for (let times = 0; times < 2; times += 1) {
        expect(words(await remote.putIfAbsent([one], never))).toEqual(['created']);
        expect(words(await remote.delete([one.name], never))).toEqual(['deleted']);
      }
    });

    test('RM4: 1,000 objects', async () => {
      const count = place.many ?? 1_000;
      const objects = Array.from({ length: count }, (_, n) =>
        object(`${ws}/p/x/d/l/${String(n).padStart(12, '0')}.pk`, `number ${n}`),
      );
      const names = objects.map(({ name }) => name);
      const put = words(await remote.putIfAbsent(objects, never));
      expect([put.length, new Set(put)]).toEqual([count, new Set(['created'])]);
      expect([...(await listed(remote)).keys()].sort()).toEqual(names);
      const { bytes, results } = await given(place.open(), names);
      expect(results.map(({ name }) => name)).toEqual(names);
      for (const { name, bytes: own } of objects) expect(Buffer.compare(bytes.get(name) ?? Buffer.of(), own)).toBe(0);
      const gone = words(await remote.delete(names, never));
      expect([gone.length, new Set(gone)]).toEqual([count, new Set(['deleted'])]);
      expect((await listed(remote)).size).toBe(0);
    });

    test('RM5: nothing at all, and 8 MiB that cannot be pressed, are objects like others; more than is taken is told', async () => {
      const large = randomBytes(8 * 1024 * 1024);
      const objects = [object(`${ws}/k/1.kr`, ''), object(`${ws}/k/2.kr`, large), object(`${ws}/k/3.kr`, '\n\0\n')];
      expect(words(await remote.putIfAbsent(objects, never))).toEqual(['created', 'created', 'created']);
      const { bytes } = await given(
        place.open(),
        objects.map(({ name }) => name),
      );
      for (const { name, bytes: own } of objects) expect(Buffer.compare(bytes.get(name) ?? large, own)).toBe(0);
      const most = { name: `${ws}/k/4.kr`, bytes: new Uint8Array(remote.limits.maxObjectBytes + 1) };
      expect(words(await remote.putIfAbsent([most, object(`${ws}/k/5.kr`)], never))).toEqual([
        ...['limit/too-large', 'created'],
      ]);
    });

    test('RM6: of two that put one name at once, exactly one has created it', async () => {
      for (let round = 0; round < 8; round += 1) {
        const name = `${ws}/k/${round}.kr`;
        const writers = ['a', 'b', 'c'].map((who) => ({ who, own: place.open() }));
        const results = await Promise.all(
          writers.map(({ who, own }) => own.putIfAbsent([object(name, `${who} wrote this`)], never)),
        );
        expect(results.flatMap(words).sort()).toEqual(['created', 'exists', 'exists']);
        const winner = writers[results.findIndex(([result]) => result?.is === 'created')];
        const { bytes } = await given(remote, [name]);
        expect(Buffer.from(bytes.get(name) ?? []).toString()).toBe(`${winner?.who} wrote this`);
      }
    });

    test('RM6: two with the same bytes are both right', async () => {
      const same = object(`${ws}/h/a.1.00.hd`, 'the same');
      const results = await Promise.all([place.open(), place.open()].map((own) => own.putIfAbsent([same], never)));
      const said = results.flatMap(words).sort();
      if (remote.limits.atomicPut) expect(said).toEqual(['created', 'exists']);
      else expect([['created', 'exists'].join(), ['created', 'created'].join()]).toContain(said.join());
      const { bytes } = await given(remote, [same.name]);
      expect(Buffer.from(bytes.get(same.name) ?? []).toString()).toBe('the same');
    });

    test('RM7: what is broken off has put whole objects or none, and says why it ended', async () => {
      const objects = Array.from({ length: 24 }, (_, n) => object(`${ws}/p/x/d/l/${n}.pk`, randomBytes(512 * 1024)));
      for (let tries = 0; tries < 4; tries += 1) {
        const breaking = new AbortController();
        const putting = place.open().putIfAbsent(objects, breaking.signal);
        // at another point each time: before it begins, and after some turns of the loop
        for (let turns = 0; turns < tries * 8; turns += 1) await new Promise((resolve) => setImmediate(resolve));
        breaking.abort(new Error('enough'));
        await expect(putting).rejects.toThrow('enough');
      }
      await withoutHalves(place.open(), objects);
      await expectWhole(place.open(), objects);
      const breaking = new AbortController();
      breaking.abort(new Error('enough'));
      await expect(remote.get([`${ws}/ws.json`], () => undefined, breaking.signal)).rejects.toThrow('enough');
      await expect(remote.delete([`${ws}/ws.json`], breaking.signal)).rejects.toThrow('enough');
      await expect(remote.list('', breaking.signal)[Symbol.asyncIterator]().next()).rejects.toThrow('enough');
      expect(
        new Set(words(await remote.putIfAbsent(objects, never)).filter((word) => word.startsWith('remote/'))),
      ).toEqual(new Set());
      await expectWhole(place.open(), objects, objects.length);
    });

    test('RM8: what a sink throws is told of its object alone', async () => {
      const names = [1, 2, 3].map((n) => `${ws}/k/${n}.kr`);
      await remote.putIfAbsent(
        names.map((name) => object(name)),
        never,
      );
      const results = await remote.get(
        names,
        (name) => {
          if (name === names[1]) throw new PrsistError('disk/full', 'no room');
        },
        never,
      );
      expect(words(results)).toEqual(['got', 'disk/full', 'got']);
    });

    test('RM9: names that lead elsewhere, or are one in some places and two in others, are refused; the rest goes on', async () => {
      const bad = [
        ...['../x', '/etc/x', 'prsist1/../x', 'prsist1/a/./b', 'prsist1//a', 'prsist1/A/b', 'prsist1/a/b.', 'x/y'],
        ...['prsist1/a\\b', 'prsist1/a/.hidden', 'prsist1/a/b.lock', 'prsist1/a:b', 'prsist1/ä', 'prsist1', ''],
        ...[`prsist1/${'a'.repeat(300)}`, 'prsist1/a/b\n', 'prsist1/a/..', 'prsist1/a b', 'prsist1/-a'],
      ];
      const results = await remote.putIfAbsent(
        [...bad, `${ws}/ws.json`].map((name) => object(name)),
        never,
      );
      expect(words(results)).toEqual([...bad.map(() => 'input/invalid'), 'created']);
      const wanted = [...bad, `${ws}/ws.json`];
      expect(words((await given(remote, wanted)).results)).toEqual([...bad.map(() => 'input/invalid'), 'got']);
      expect(words(await remote.delete(bad, never))).toEqual(bad.map(() => 'input/invalid'));
      expect([...(await listed(remote, '')).keys()]).toEqual([`${ws}/ws.json`]);
    });

    test('RM10: a probe goes through every step and leaves nothing', async () => {
      const report = await remote.probe(never);
      expect(report).toMatchObject({ ok: true });
      expect(report.steps.map(({ name, ok }) => [name, ok])).toEqual([
        ...[
          ['put', true],
          ['list', true],
          ['get', true],
          ['put again', true],
        ],
        ['delete', true],
      ]);
      expect((await listed(remote, '')).size).toBe(0);
    });

    test('RM11: what others keep there is neither listed nor touched', async (context) => {
      if (!place.foreign) return context.skip('nobody else can keep anything there');
      await place.foreign();
      await remote.putIfAbsent([object(`${ws}/h/a.1.00.hd`)], never);
      expect([...(await listed(remote, '')).keys()]).toEqual([`${ws}/h/a.1.00.hd`]);
      expect((await remote.probe(never)).ok).toBe(true);
      await place.foreign(); // throws when something of it is gone
    });

    test('RM12: a place that was emptied lists nothing and takes everything again', async () => {
      const one = object(`${ws}/ws.json`);
      await remote.putIfAbsent([one], never);
      await place.empty();
      expect((await listed(remote)).size).toBe(0);
      expect(words((await given(remote, [one.name])).results)).toEqual(['absent']);
      expect(words(await remote.putIfAbsent([one], never))).toEqual(['created']);
      expect(words((await given(place.open(), [one.name])).results)).toEqual(['got']);
    });

    test('RM13: an object that was replaced is given as it is now, and still not overwritten', async (context) => {
      if (!place.overwrite) return context.skip('nothing there can be replaced');
      const one = object(`${ws}/k/1.kr`, 'ours');
      await remote.putIfAbsent([one, object(`${ws}/k/2.kr`)], never);
      await given(remote, [one.name]);
      await place.overwrite(one.name, Buffer.from('theirs'));
      const { bytes } = await given(remote, [one.name, `${ws}/k/2.kr`]);
      expect(Buffer.from(bytes.get(one.name) ?? []).toString()).toBe('theirs');
      expect(words(await remote.putIfAbsent([one], never))).toEqual(['exists']);
    });

    test('RM14: where nothing may be written, reading goes on and writing says so', async (context) => {
      if (!place.readOnly) return context.skip('cannot be had on this machine');
      const one = object(`${ws}/h/a.1.00.hd`);
      await remote.putIfAbsent([one], never);
      const undo = await place.readOnly();
      try {
        expect(words((await given(remote, [one.name])).results)).toEqual(['got']);
        expect(await failing(() => remote.putIfAbsent([object(`${ws}/h/b.1.00.hd`)], never))).toEqual([
          'remote/read-only',
        ]);
        expect(await failing(() => remote.delete([one.name], never))).toEqual(['remote/read-only']);
        const { ok, steps } = await remote.probe(never);
        expect([ok, steps.length, steps[0]]).toMatchObject([false, 1, { ok: false, code: 'remote/read-only' }]);
      } finally {
        await undo();
      }
      expect(words(await remote.putIfAbsent([object(`${ws}/h/b.1.00.hd`)], never))).toEqual(['created']);
    });

    test('RM15: one that is away is offline, in whatever is asked of it, and comes back as it was', async (context) => {
      if (!place.away) return context.skip('is always here');
      const one = object(`${ws}/h/a.1.00.hd`);
      await remote.putIfAbsent([one], never);
      const undo = await place.away();
      expect(await failing(() => remote.putIfAbsent([one], never))).toEqual(['remote/offline']);
      expect(await failing(() => remote.get([one.name], () => undefined, never))).toEqual(['remote/offline']);
      expect(await failing(() => remote.delete([one.name], never))).toEqual(['remote/offline']);
      await expect(listed(remote)).rejects.toMatchObject({ code: 'remote/offline' });
      expect(await remote.probe(never)).toMatchObject({ ok: false, steps: [{ code: 'remote/offline' }] });
      await undo();
      expect(words((await given(remote, [one.name])).results)).toEqual(['got']);
    });

    test('RM16: kill -9 of a writer leaves whole objects or none, and is in nobody’s way', async (context) => {
      if (!place.writer) return context.skip('lives in one process');
      const names = Array.from({ length: place.tooMany ?? 12 }, (_, n) => `${ws}/p/x/d/l/${n}.pk`);
      for (const after of [0, 1, 5]) {
        const writer = place.writer(names);
        await writer.said(after);
        await writer.kill();
      }
      const objects = names.map((name) => object(name, writerBytes(name)));
      await withoutHalves(place.open(), objects);
      await expectWhole(place.open(), objects);
      // where the last writer was faster than its end, nothing is left to be created
      const done = words(await remote.putIfAbsent(objects, never));
      expect(done.filter((word) => word !== 'exists' && word !== 'created')).toEqual([]);
      expect(done).toContain('exists');
      await expectWhole(place.open(), objects, objects.length);
      expect((await remote.probe(never)).ok).toBe(true);
    });
  });
}

/** What a push does first where half an object may stand under its name: whatever is listed with another length goes. */
async function withoutHalves(remote: Remote, objects: readonly LocalObject[]): Promise<void> {
  if (remote.limits.atomicPut) return;
  const lengths = new Map(objects.map(({ name, bytes }) => [name, bytes.length]));
  const halves = [...(await listed(remote))].filter(([name, size]) => size !== lengths.get(name)).map(([name]) => name);
  if (halves.length > 0) await remote.delete(halves, never);
}

/** Everything that is listed is one of these objects with all its bytes. */
async function expectWhole(remote: Remote, objects: readonly LocalObject[], count?: number): Promise<void> {
  const names = [...(await listed(remote)).keys()];
  if (count !== undefined) expect(names.length).toBe(count);
  const { bytes, results } = await given(remote, names);
  expect(new Set(words(results).filter((word) => word !== 'got'))).toEqual(new Set());
  const own = new Map(objects.map(({ name, bytes: wanted }) => [name, wanted]));
  for (const name of names) {
    expect(Buffer.compare(bytes.get(name) ?? Buffer.of(), own.get(name) ?? Buffer.of()), `${name} is whole`).toBe(0);
  }
}
